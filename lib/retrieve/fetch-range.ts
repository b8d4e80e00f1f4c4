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

/** Bytes that have arrived completely. */
export interface FetchedBytes {
  /** The bytes in order, as they arrived. */
  readonly chunks: readonly Uint8Array[]
  /** Number of bytes. */
  readonly size: number
}

/** Bytes whose hash has been verified. */
export interface VerifiedBytes extends FetchedBytes {
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

/**
 * Fetches a range that has no hash of its own.
 *
 * @throws {SizeMismatchError} `ERR_SIZE_MISMATCH`: in every attempt, fewer or more bytes arrived
 * @throws as {@link Retry.run}
 */
export function fetchUnverified(
  { store, retry, progress }: FetchContext,
  request: StoreOutputRequest,
): Promise<FetchedBytes> {
  const fetchOnce = async (onBytes: (bytes: number) => void): Promise<FetchedBytes> =>
    readAll((await store.getJobOutput(request)).body, request, onBytes)
  return retry.run(() => progress.inFlight(fetchOnce), request.signal)
}

async function fetchOnce(
  store: FetchContext['store'],
  request: StoreOutputRequest,
  known: string | undefined,
  onBytes: (bytes: number) => void,
): Promise<VerifiedBytes> {
  const { body, hash: stated } = await store.getJobOutput(request)
  const hasher = store.hashes.begin()
  const fetched = await readAll(body, request, onBytes, hasher)
  const expected = stated ?? known
  const hash = hasher.digest()
  if (expected !== hash) throw new HashMismatchError('range', placeOf(request), expected, hash)
  return { ...fetched, hash }
}

function placeOf({ range, jobId }: StoreOutputRequest): string {
  return `bytes ${toInclusive(range)} of the output of job ${jobId}`
}

/** Reads exactly the bytes of the range, and hashes them as they arrive. */
async function readAll(
  body: AsyncIterable<Uint8Array>,
  request: StoreOutputRequest,
  onBytes: (bytes: number) => void,
  hasher?: ByteHasher,
): Promise<FetchedBytes> {
  const { start, end } = request.range
  const size = end - start
  const chunks = new GatheredChunks()
  let receivedBytes = 0
  for await (const chunk of body) {
    receivedBytes += chunk.length
    onBytes(chunk.length)
    if (receivedBytes > size) throw new SizeMismatchError(placeOf(request), size, receivedBytes)
    hasher?.update(chunk)
    chunks.add(chunk)
  }
  if (receivedBytes < size) throw new SizeMismatchError(placeOf(request), size, receivedBytes)
  return { chunks: chunks.end(), size }
}
