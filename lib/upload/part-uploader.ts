/**
 * The requests that begin an upload and send its parts, made until they succeed or nothing more can be done. The tree
 * hash in each answer is compared with ours.
 */
import { TreeHashMismatchError, UploadGoneError } from '../errors.js'
import type { HashedPart } from '../tree-hash/hash-parts.js'
import { toInclusive, type ByteRange } from '../byte-range.js'
import type { InitiatedUpload } from '../store/archive-store.js'
import { isGone, type Transfer } from './upload-context.js'

/**
 * Begins an upload. Where the transfer ends meanwhile, the answer is waited for a little longer: an upload whose ID is
 * not known can be neither aborted nor resumed. One that was begun and not answered is left to expire: it holds nothing.
 *
 * @throws as {@link Retry.run}
 */
export function initiate(transfer: Transfer, description: string | undefined): Promise<InitiatedUpload> {
  const { client, retry, vault, plan, signal, lastSignal } = transfer
  const request = { ...vault, partSize: plan.partSize, description, signal: lastSignal }
  return retry.run(() => client.initiateUpload(request), signal)
}

/**
 * Sends one part. The same range sent again takes the place of what was there
 * (docs/glacier-protocol.md#multipart-uploads).
 *
 * @param range - its place in the archive
 * @throws {TreeHashMismatchError} `ERR_TREE_HASH_MISMATCH`: each time, the service took other bytes than were sent
 * @throws {UploadGoneError} `ERR_UPLOAD_GONE`: the upload has expired or is ended
 * @throws as {@link Retry.run}
 */
export async function sendPart(
  transfer: Transfer,
  uploadId: string,
  range: ByteRange,
  { bytes, linearHash, treeHash }: HashedPart,
): Promise<void> {
  const { client, retry, concurrency, vault, signal, sendLimit } = transfer
  const request = { ...vault, uploadId, range, bytes, linearHash, treeHash, sendLimit, signal }
  const attempt = async (): Promise<void> => {
    const found = await client.uploadPart(request)
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
