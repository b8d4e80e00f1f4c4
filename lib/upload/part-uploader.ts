/**
 * The requests that begin an upload and send its parts, repeated until they succeed or nothing more can be done. The tree
 * hash in each response is compared with ours.
 */
import { TreeHashMismatchError, UploadGoneError } from '../errors.js'
import type { HashedPart } from '../tree-hash/hash-parts.js'
import { toInclusive, type ByteRange } from '../byte-range.js'
import type { InitiatedUpload } from '../store/archive-store.js'
import { isGone, type UploadContext } from './upload-context.js'

/**
 * Begins an upload. If the upload ends meanwhile, the response is awaited a little longer: an upload whose ID is not
 * known can be neither aborted nor resumed. An upload that was begun without a response is left to expire: it is empty.
 *
 * @throws as {@link Retry.run}
 */
export function initiate(context: UploadContext, description: string | undefined): Promise<InitiatedUpload> {
  const { store, retry, plan, signal, lastSignal } = context
  const request = { partSize: plan.partSize, description, signal: lastSignal }
  return retry.run(() => store.initiateUpload(request), signal)
}

/**
 * Sends one part. A range that is sent again replaces the part that was there
 * (docs/glacier-protocol.md#multipart-uploads).
 *
 * @param range - the range of the part in the archive
 * @throws {TreeHashMismatchError} `ERR_TREE_HASH_MISMATCH`: in each attempt, the service received other bytes than were sent
 * @throws {UploadGoneError} `ERR_UPLOAD_GONE`: the upload has expired or is ended
 * @throws as {@link Retry.run}
 */
export async function sendPart(
  context: UploadContext,
  uploadId: string,
  range: ByteRange,
  { bytes, linearHash, treeHash }: HashedPart,
): Promise<void> {
  const { store, retry, concurrency, progress, signal, sendLimit } = context
  const onSent = (sentBytes: number): void => {
    progress.sent(sentBytes)
  }
  const request = { uploadId, range, bytes, linearHash, treeHash, sendLimit, onSent, signal }
  const attempt = async (): Promise<void> => {
    const found = await progress.inFlight(() => store.uploadPart(request))
    if (found === treeHash) return
    const where = `the part at bytes ${toInclusive(range)} at the service`
    throw new TreeHashMismatchError('part', where, treeHash, found, { uploadId })
  }
  try {
    await retry.run(() => concurrency.run(attempt, signal), signal)
  } catch (error) {
    throw isGone(error) ? new UploadGoneError(uploadId, { cause: error }) : error
  }
}
