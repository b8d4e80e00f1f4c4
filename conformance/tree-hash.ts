/**
 * SHA-256 and the tree hash, written from the guide's "Computing Checksums" for this suite alone: what judges an
 * endpoint must not share code with one of the endpoints.
 */
import { createHash } from 'node:crypto'

/** Bytes of a leaf, and the unit of byte ranges. */
export const MIB = 1_048_576

/** The SHA-256 of some bytes, in lowercase hex. */
export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** The tree hash of some bytes, in lowercase hex; of no bytes, the SHA-256 of nothing. */
export function treeHash(bytes: Uint8Array): string {
  let level: Buffer[] = []
  for (let start = 0; start === 0 || start < bytes.length; start += MIB) {
    level.push(
      createHash('sha256')
        .update(bytes.subarray(start, start + MIB))
        .digest(),
    )
  }
  while (level.length > 1) {
    const above: Buffer[] = []
    for (let i = 0; i < level.length; i += 2) {
      const pair = level.slice(i, i + 2)
      const [only] = pair
      above.push(only && pair.length === 1 ? only : createHash('sha256').update(Buffer.concat(pair)).digest())
    }
    level = above
  }
  return Buffer.concat(level).toString('hex')
}

/** The two hash headers of a request that carries an archive's bytes. */
export function hashHeaders(bytes: Uint8Array): Record<string, string> {
  return { 'x-amz-content-sha256': sha256(bytes), 'x-amz-sha256-tree-hash': treeHash(bytes) }
}

/** Bytes in which MiB number k is filled with the byte k, so that leaves in the wrong order are noticed. */
export function numberedMebibytes(size: number): Buffer {
  const bytes = Buffer.alloc(size)
  for (let start = 0; start < size; start += MIB) bytes.subarray(start, start + MIB).fill(start / MIB)
  return bytes
}
