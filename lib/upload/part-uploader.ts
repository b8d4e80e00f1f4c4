/**
 * The requests that carry an archive, made until they succeed or nothing more can be done, each answer's tree hash
 * compared with ours.
 */
import {
  CompletionRejectedError,
  CompletionUnknownError,
  ServiceError,
  TreeHashMismatchError,
  UploadGoneError,
} from '../errors.js'
import type { HashedPart } from '../tree-hash/hash-parts.js'
import { toInclusive, type ByteRange } from '../vault/byte-range.js'
import { mayHaveActed } from '../vault/failure.js'
import type { InitiatedUpload, StoredArchive } from '../vault/vault-client.js'
import { listUploaded } from './resume.js'
import { isGone, type Transfer } from './transfer.js'

/**
 * Begins an upload. One that was begun and not answered is left to expire: it holds nothing.
 *
 * @throws as {@link Retry.run}
 */
export function initiate(transfer: Transfer, description: string | undefined): Promise<InitiatedUpload> {
  const { client, retry, vault, plan, signal } = transfer
  const request = { ...vault, partSize: plan.partSize, description, signal }
  return retry.run(() => client.initiateUpload(request), signal)
}

/**
 * Sends one part. The same range sent again takes the place of what was there (protocol.md 1.3).
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

/**
 * Sends a whole archive that is one part. The request is not idempotent (protocol.md 1.2): where it may have been
 * carried out without an answer, that is written down and told.
 *
 * @throws {TreeHashMismatchError} `ERR_TREE_HASH_MISMATCH`: each time, the service stored other bytes than were sent
 * @throws as {@link Retry.run}
 */
export async function sendWhole(
  { client, retry, vault, journal, signal, lastSignal, sendLimit, tell }: Transfer,
  description: string | undefined,
  { bytes, linearHash, treeHash }: HashedPart,
): Promise<StoredArchive> {
  const request = { ...vault, description, bytes, linearHash, treeHash, sendLimit, signal: lastSignal }
  const lost: unknown[] = []
  const attempt = async (): Promise<StoredArchive> => {
    try {
      const stored = await client.uploadArchive(request)
      if (stored.treeHash === treeHash) return stored
      throw mismatch(stored, treeHash)
    } catch (error) {
      if (mayHaveActed(error)) lost.push(error)
      throw error
    }
  }
  try {
    return await retry.run(attempt, signal)
  } finally {
    if (lost.length > 0) {
      const size = bytes.length
      await journal.orphaned({ vaultName: vault.vaultName, size, treeHash, description })
      tell('warning', {
        code: 'POSSIBLE_ORPHAN',
        message:
          'A request to store the archive was not answered and may have been carried out: an inventory may show ' +
          `one more of ${size} bytes and tree hash ${treeHash}.`,
      })
    }
  }
}

/**
 * Completes an upload. The service computes the tree hash from the parts it has and refuses another; the request may
 * be repeated for a while and gives the same archive (protocol.md 1.3). Its answer need not repeat the tree hash, so
 * only one that does and differs is an error.
 *
 * @param sentBefore - whether an earlier run has sent it, too
 * @throws {TreeHashMismatchError} `ERR_TREE_HASH_MISMATCH`: the service answered with another tree hash
 * @throws {CompletionRejectedError} `ERR_COMPLETION_REJECTED`: the service refused size or hash; the upload stays open
 * @throws {CompletionUnknownError} `ERR_COMPLETION_UNKNOWN`: an answer was lost, and now the upload is gone
 * @throws {UploadGoneError} `ERR_UPLOAD_GONE`: the upload had expired or been ended before
 * @throws as {@link Retry.run}
 */
export async function complete(
  transfer: Transfer,
  uploadId: string,
  { size, treeHash }: { readonly size: number; readonly treeHash: string },
  sentBefore: boolean,
): Promise<StoredArchive> {
  const { client, retry, vault, signal, lastSignal } = transfer
  let lost = sentBefore
  const attempt = async (): Promise<StoredArchive> => {
    try {
      const stored = await client.completeUpload({ ...vault, uploadId, size, treeHash, signal: lastSignal })
      if ((stored.treeHash ?? treeHash) === treeHash) return stored
      throw mismatch(stored, treeHash)
    } catch (error) {
      lost ||= mayHaveActed(error)
      throw error
    }
  }
  try {
    return await retry.run(attempt, signal)
  } catch (error) {
    if (isGone(error)) {
      throw lost
        ? new CompletionUnknownError(size, treeHash, uploadId, { cause: error })
        : new UploadGoneError(uploadId, { cause: error })
    }
    if (!(error instanceof ServiceError) || error.serviceCode !== 'InvalidParameterValueException')
      throw error
    const found = await listUploaded(transfer, uploadId).then(
      (uploaded) => uploaded.summary,
      (failed: unknown) => `parts that could not be listed (${(failed as Error).message})`,
    )
    throw new CompletionRejectedError(size, treeHash, found, error, uploadId)
  }
}

function mismatch(stored: StoredArchive, treeHash: string): TreeHashMismatchError {
  const where = `the archive ${stored.archiveId} at the service`
  return new TreeHashMismatchError('archive', where, treeHash, stored.treeHash)
}
