/** The tree hash as docs/glacier-protocol.md#tree-hash defines it. It shares no code with lib/tree-hash. */
import { hash } from 'node:crypto'
import type { ByteRange } from '../../../lib/byte-range.js'

/** Bytes whose digests are kept: a leaf, or two nodes. The service hashes each of them many times in a run. */
const MAX_KEPT_BYTES = 64
/** The number of digests that are kept. */
const MAX_KEPT_DIGESTS = 4096
/** The digests of bytes, by these as text. They depend on nothing else: all runs may share them. */
const kept = new Map<string, Buffer>()

/** SHA-256 of some bytes. The digest must not be changed. */
export function sha256(bytes: Uint8Array): Buffer {
  if (bytes.length > MAX_KEPT_BYTES) return hash('sha256', bytes, 'buffer')
  const key = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
  let digest = kept.get(key)
  if (!digest) {
    digest = hash('sha256', bytes, 'buffer')
    if (kept.size === MAX_KEPT_DIGESTS) kept.clear()
    kept.set(key, digest)
  }
  return digest
}

/** SHA-256 of each leaf, the last of which may be shorter. */
export function leavesOf(bytes: Uint8Array, leafSize: number): Buffer[] {
  const leaves: Buffer[] = []
  for (let at = 0; at < bytes.length; at += leafSize) leaves.push(sha256(bytes.subarray(at, at + leafSize)))
  return leaves
}

/** The root over neighbouring nodes. A last node without a neighbour rises to the next level unchanged. */
export function rootOf(nodes: readonly Buffer[]): string {
  let level = nodes
  while (level.length > 1) {
    const next: Buffer[] = []
    for (let left = 0; left < level.length; left += 2) {
      const pair = level.slice(left, left + 2)
      next.push(pair.length === 2 ? sha256(Buffer.concat(pair)) : (pair[0] as Buffer))
    }
    level = next
  }
  return (level[0] as Buffer).toString('hex')
}

/** The tree hash of some bytes, at least one. */
export function treeHashOf(bytes: Uint8Array, leafSize: number): string {
  return rootOf(leavesOf(bytes, leafSize))
}

/**
 * Whether a range is a node of the tree (docs/glacier-protocol.md#aligned-ranges).
 *
 * @param size - bytes of the whole archive
 */
export function isAligned({ start, end }: ByteRange, size: number, leafSize: number): boolean {
  for (let length = leafSize; start % length === 0; length *= 2) {
    if (Math.min(start + length, size) === end) return true
    if (start + length >= size) return false
  }
  return false
}

/** Another hash than the given one. It differs in its last or in its first digit only. */
export function otherHash(treeHash: string, place: 'last-digit' | 'first-digit'): string {
  const at = place === 'last-digit' ? treeHash.length - 1 : 0
  const digit = treeHash[at] === '0' ? '1' : '0'
  return treeHash.slice(0, at) + digit + treeHash.slice(at + 1)
}
