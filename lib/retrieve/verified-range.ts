/**
 * One range of a job's output, in memory and verified. A bad or cut one is fetched again, alone.
 */
import { SizeMismatchError, TreeHashMismatchError } from '../errors.js'
import { TreeHash } from '../tree-hash/tree-hash.js'
import { toInclusive, type ByteRange } from '../vault/byte-range.js'
import type { Retry } from '../vault/retry.js'
import type { OutputRequest, VaultClient } from '../vault/vault-client.js'

/** Bytes whose tree hash has been checked. */
export interface VerifiedRange {
  readonly bytes: Buffer
  /** Lowercase hex. */
  readonly treeHash: string
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
  const { range } = request
  const where = `bytes ${toInclusive(range)} of the output of job ${request.jobId}`
  const output = await client.getJobOutput(request)
  const { bytes, treeHash } = await gather(output.body, range, where)
  const expected = output.treeHash ?? (range.end - range.start === whole.size ? whole.treeHash : undefined)
  if (expected !== treeHash) throw new TreeHashMismatchError('range', where, expected, treeHash)
  return { bytes, treeHash }
}

/** Reads just as many bytes as the range has, hashed as they come. */
async function gather(
  body: AsyncIterable<Uint8Array>,
  { start, end }: ByteRange,
  where: string,
): Promise<VerifiedRange> {
  const bytes = Buffer.allocUnsafeSlow(end - start)
  const hash = new TreeHash()
  let filled = 0
  for await (const piece of body) {
    if (filled + piece.length > bytes.length)
      throw new SizeMismatchError(where, bytes.length, filled + piece.length)
    bytes.set(piece, filled)
    hash.update(piece)
    filled += piece.length
  }
  if (filled < bytes.length) throw new SizeMismatchError(where, bytes.length, filled)
  return { bytes, treeHash: hash.digest('hex') }
}
