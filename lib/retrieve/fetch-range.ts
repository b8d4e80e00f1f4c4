/**
 * Fetches one range of a job's output into memory and verifies it. A damaged or incomplete range is fetched again.
 *
 * The bytes stay in the buffers in which they arrived, except for very small ones: copying them into one buffer would
 * cost more than hashing them.
 */
import { toInclusive } from '../byte-range.js'
import { SizeMismatchError, HashMismatchError } from '../errors.js'
import type { ByteHasher } from '../store/hash-scheme.js'
import type { RetrievalStore, StoreOutputRequest } from '../store/retrieval-store.js'
import type { ProgressMeter } from '../transfer/progress.js'
import type { Retry } from '../transfer/retry.js'
import { GatheredChunks } from './gathered-chunks.js'

/** Bytes whose hash has been verified. */
export interface VerifiedBytes {
  /** The bytes in order, as they arrived. */
  readonly chunks: readonly Uint8Array[]
  /** Number of bytes. */
  readonly size: number
  /** The hash of the bytes. */
  readonly hash: string
}

/** The dependencies of {@link fetchRange}. */
export interface FetchContext {
  readonly store: Pick<RetrievalStore, 'getJobOutput' | 'hashes'>
  readonly retry: Retry
  /** Counts the bytes as they arrive, and the requests in flight. */
  readonly progress: ProgressMeter
}

/**
 * Fetches a range and compares it with the hash that the service states for it.
 *
 * @param expected - the hash of the range, if it is known before: it is used if the response states none
 * @throws {HashMismatchError} `ERR_HASH_MISMATCH`: in every attempt, the bytes had another hash
 * @throws {SizeMismatchError} `ERR_SIZE_MISMATCH`: in every attempt, fewer or more bytes arrived
 * @throws as {@link Retry.run}
 */
export function fetchRange(
  { store, retry, progress }: FetchContext,
  request: StoreOutputRequest,
  expected: string | undefined,
): Promise<VerifiedBytes> {
  return retry.run(
    () => progress.inFlight((onBytes) => fetchOnce(store, request, expected, onBytes)),
    request.signal,
  )
}

async function fetchOnce(
  store: FetchContext['store'],
  request: StoreOutputRequest,
  known: string | undefined,
  onBytes: (bytes: number) => void,
): Promise<VerifiedBytes> {
  const { range, jobId } = request
  const size = range.end - range.start
  const where = `bytes ${toInclusive(range)} of the output of job ${jobId}`
  const { body, hash: stated } = await store.getJobOutput(request)
  const found = await readAll(body, store.hashes.begin(), size, where, onBytes)
  const expected = stated ?? known
  if (expected !== found.hash) throw new HashMismatchError('range', where, expected, found.hash)
  return found
}

/** Reads exactly `size` bytes, and hashes them as they arrive. */
async function readAll(
  body: AsyncIterable<Uint8Array>,
  hash: ByteHasher,
  size: number,
  where: string,
  onBytes: (bytes: number) => void,
): Promise<VerifiedBytes> {
  const chunks = new GatheredChunks()
  let receivedBytes = 0
  for await (const chunk of body) {
    receivedBytes += chunk.length
    onBytes(chunk.length)
    if (receivedBytes > size) throw new SizeMismatchError(where, size, receivedBytes)
    hash.update(chunk)
    chunks.add(chunk)
  }
  if (receivedBytes < size) throw new SizeMismatchError(where, size, receivedBytes)
  return { chunks: chunks.end(), size, hash: hash.digest() }
}
