/**
 * The hashes by which a store identifies content. A part has one hash, and the hashes of its parts, in order, give that of
 * an archive. The form of a hash states its algorithm, so it is compared and recorded as text.
 */
import type { PartChecksums, PartHashKinds } from '../tree-hash/part-checksums.js'

/** Computes the hash of bytes in any number of updates. */
export interface ByteHasher {
  /** Takes the next bytes. */
  update(bytes: Uint8Array): unknown
  /** Ends the hash. */
  digest(): string
}

/** Combines the hashes of parts, in order, to that of an archive. */
export interface PartHashes {
  /** The number of parts so far. */
  readonly count: number
  /** Takes the hash of the next part. */
  push(hash: string): void
  /**
   * The hash of an archive of the parts so far; more may follow.
   *
   * @throws {RangeError} no part was pushed
   */
  digest(): string
}

/** The hashes of a store. */
export interface HashScheme {
  /**
   * - `sha256-tree`: the tree hash; it does not depend on the part size
   * - `sha256-composite`: SHA-256 over the SHA-256 of each part; it depends on the part size
   */
  readonly algorithm: 'sha256-composite' | 'sha256-tree'
  /** The hashes of a part that the store needs: the stage that hashes parts computes these, and no others. */
  readonly partHashes: PartHashKinds
  /** The hash of a part from its checksums; `undefined` if it is not among them. */
  ofPart(checksums: PartChecksums): string | undefined
  /** Begins the hash of a part. */
  begin(): ByteHasher
  /** Begins the hash of an archive. */
  combine(): PartHashes
}

/** The hash of an archive of some parts, in order. */
export function combined(scheme: HashScheme, hashes: Iterable<string>): string {
  const parts = scheme.combine()
  for (const hash of hashes) parts.push(hash)
  return parts.digest()
}
