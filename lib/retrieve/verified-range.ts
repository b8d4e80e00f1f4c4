/**
 * One range of a job's output, in memory and verified. A bad or cut one is fetched again, alone.
 *
 * Its bytes stay in the buffers they came in: copied into one, each would cost more than its hash.
 */
import { SizeMismatchError, TreeHashMismatchError } from '../errors.js'
import { TreeHash } from '../tree-hash/tree-hash.js'
import { toInclusive } from '../byte-range.js'
import type { Retry } from '../transfer/retry.js'
import type { OutputRequest, VaultClient } from '../client/vault-client.js'

/** Bytes whose tree hash has been checked. */
export interface VerifiedRange {
  /** The bytes in order, as they came. */
  readonly chunks: readonly Uint8Array[]
  /** How many bytes. */
  readonly size: number
  /** Lowercase hex. */
  readonly treeHash: string
}

/** What lies between two places of bytes. */
export function* bytesFrom(
  chunks: readonly Uint8Array[],
  start: number,
  end: number,
): Generator<Uint8Array, void, undefined> {
  let at = 0
  for (const chunk of chunks) {
    const piece = chunk.subarray(Math.max(start - at, 0), Math.max(end - at, 0))
    at += chunk.length
    if (piece.length > 0) yield piece
  }
}

/** What all of a job's output must be. */
export interface WholeOutput {
  /** Bytes. */
  readonly size: number
  /** Lowercase hex; `undefined` where the service gave none. */
  readonly treeHash: string | undefined
}

/**
 * Fetches a range and checks it against the tree hash the service gives for it.
 *
 * @param whole - the output it is of: its tree hash serves where the range is all of it
 * @throws {TreeHashMismatchError} `ERR_TREE_HASH_MISMATCH`: each time the bytes were not those of the hash
 * @throws {SizeMismatchError} `ERR_SIZE_MISMATCH`: each time fewer or more bytes came
 * @throws as {@link Retry.run}
 */
export function fetchVerified(
  client: VaultClient,
  retry: Retry,
  request: OutputRequest,
  whole: WholeOutput,
): Promise<VerifiedRange> {
  return retry.run(() => fetchOnce(client, request, whole), request.signal)
}

async function fetchOnce(
  client: VaultClient,
  request: OutputRequest,
  whole: WholeOutput,
): Promise<VerifiedRange> {
  const { range, jobId } = request
  const size = range.end - range.start
  const where = `bytes ${toInclusive(range)} of the output of job ${jobId}`
  const output = await client.getJobOutput(request)
  const found = await gather(output.body, size, where)
  const expected = output.treeHash ?? (size === whole.size ? whole.treeHash : undefined)
  if (expected !== found.treeHash) throw new TreeHashMismatchError('range', where, expected, found.treeHash)
  return found
}

/** Reads just as many bytes as the range has, hashed as they come. */
async function gather(body: AsyncIterable<Uint8Array>, size: number, where: string): Promise<VerifiedRange> {
  const chunks: Uint8Array[] = []
  const hash = new TreeHash()
  let gathered = 0
  for await (const chunk of body) {
    gathered += chunk.length
    if (gathered > size) throw new SizeMismatchError(where, size, gathered)
    hash.update(chunk)
    chunks.push(chunk)
  }
  if (gathered < size) throw new SizeMismatchError(where, size, gathered)
  return { chunks, size, treeHash: hash.digest('hex') }
}
