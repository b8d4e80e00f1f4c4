/** A part as a store takes it: with the hash by which the store identifies it, which no request can lack. */
import type { ByteRange } from '../byte-range.js'
import type { HashedPart } from '../tree-hash/hash-parts.js'
import { forEachLeafYielding } from '../tree-hash/yielding.js'
import type { HashScheme } from './hash-scheme.js'

/** A part that can be sent to a store. */
export interface StorePart extends ByteRange {
  /** Position among the parts of the stream, from 0. */
  readonly index: number
  /** The bytes of the part. */
  readonly bytes: Uint8Array
  /** SHA-256 of the bytes, lowercase hex. */
  readonly linearHash: string
  /** The hash of the part, by the algorithm of the store. */
  readonly hash: string
}

/**
 * Makes the part of a store from a hashed part. A hash that the part does not have is computed here, and the event loop
 * is yielded to after each MiB.
 *
 * @param signal - ends the computation
 * @throws the reason of the signal
 */
export async function storePart(
  scheme: HashScheme,
  { index, start, end, bytes, linearHash, treeHash }: HashedPart,
  signal: AbortSignal,
): Promise<StorePart> {
  const hash = scheme.ofPart({ linearHash, treeHash }) ?? (await computed(scheme, bytes, signal))
  return { index, start, end, bytes, linearHash, hash }
}

async function computed(scheme: HashScheme, bytes: Uint8Array, signal: AbortSignal): Promise<string> {
  const hasher = scheme.begin()
  await forEachLeafYielding(
    bytes,
    (leaf) => hasher.update(leaf),
    () => signal.aborted,
  )
  signal.throwIfAborted()
  return hasher.digest()
}
