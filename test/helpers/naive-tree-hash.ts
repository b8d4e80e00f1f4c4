/**
 * The tree hash as its definition reads: all leaves in an array, then level by level. Shares nothing with lib.
 */
import { createHash } from 'node:crypto'

/** The size of a leaf, as the protocol states it. */
const LEAF = 1_048_576

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}

/** SHA-256 of each leaf, the last as short as it is; of no bytes, that of nothing. */
export function naiveLeaves(bytes: Uint8Array, leafSize = LEAF): Buffer[] {
  const leaves: Buffer[] = []
  for (let at = 0; at < bytes.length || at === 0; at += leafSize)
    leaves.push(sha256(bytes.subarray(at, at + leafSize)))
  return leaves
}

/** The root over nodes: neighbours hashed together, an odd last one promoted, until one is left. */
export function naiveRoot(nodes: readonly Uint8Array[]): string {
  let level = nodes
  while (level.length > 1) {
    const pairs: Uint8Array[][] = []
    for (let i = 0; i < level.length; i += 2) pairs.push(level.slice(i, i + 2))
    level = pairs.map((pair) => (pair.length === 2 ? sha256(Buffer.concat(pair)) : (pair[0] as Uint8Array)))
  }
  return Buffer.from(level[0] as Uint8Array).toString('hex')
}

/** The tree hash of bytes, lowercase hex; smaller leaves than 1 MiB show the shape of a large tree with few bytes. */
export function naiveTreeHash(bytes: Uint8Array, leafSize = LEAF): string {
  return naiveRoot(naiveLeaves(bytes, leafSize))
}
