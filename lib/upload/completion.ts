/**
 * The request that completes an upload. The service computes the hash from the parts it has and refuses another;
 * the request may be repeated for a while and gives the same archive (docs/glacier-protocol.md#completion).
 *
 * - It is sent only with the content of the intent in the journal, which the caller has recorded.
 * - An archive that exists and is not replaced voids the intent, if no earlier request is unanswered.
 * - A refusal voids the intent if the upload is open and no earlier request is unanswered: its parts are not the content. It
 *   voids no intent that another process has recorded for the same upload.
 * - After any other failure the intent stays, and the next run sends it again. This process may have lost the upload while
 *   it was paused, and the new owner may have sent the same intent.
 * - The content of an earlier run does not replace an archive that exists: that may be newer, and its source is not known
 *   to be the same as now.
 * - If another request has stored the archive, the upload is aborted by its owner, and by no other process.
 * - A response without a hash is accepted only if the caller knows that the upload was open when this process
 *   began to own it, or that no other content can have been stored; see {@link CompletionTrust}.
 */
import {
  CompletionRejectedError,
  CompletionUnknownError,
  ServiceError,
  HashMismatchError,
  UploadGoneError,
} from '../errors.js'
import { mayHaveActed } from '../store/failure.js'
import type { StoredArchive } from '../store/archive-store.js'
import { recorded, type CompletionIntent, type Content } from '../store/upload-journal.js'
import { listUploaded } from './uploaded-parts.js'
import { isGone, type UploadContext } from './upload-context.js'

/** The part of an upload's context that a completion needs. */
export type CompletionContext = Pick<UploadContext, 'store' | 'retry' | 'journal' | 'signal' | 'lastSignal'>

/** The content of an intent in the journal. */
type IdentifiedContent = Pick<CompletionIntent, 'intentId' | 'size' | 'hash'>

/** Facts about an upload that are known before its completion is sent. */
export interface CompletionTrust {
  /** Whether an earlier run has sent the completion, so that the upload may be gone because it is an archive. */
  readonly sentBefore: boolean
  /**
   * Whether a response without a hash is for the content of the intent; see docs/glacier-protocol.md#completion.
   */
  readonly acceptsNoHash: boolean
  /** Whether the upload is known to be in the account in use: only then does a 404 mean that the upload is gone. */
  readonly isSameAccount: boolean
}

/** This run has begun the upload, or has seen it open: the usual case. */
export const OWN_UPLOAD: CompletionTrust = { sentBefore: false, acceptsNoHash: true, isSameAccount: true }

/**
 * Completes an upload. Unless the archive is stored, it records the outcome of the intent.
 *
 * @throws {HashMismatchError} `ERR_HASH_MISMATCH`: the service responded with another hash. The archive ID
 *   is recorded
 * @throws {CompletionRejectedError} `ERR_COMPLETION_REJECTED`: the service refused size or hash; the upload stays open
 * @throws {CompletionUnknownError} `ERR_COMPLETION_UNKNOWN`: a response was lost or the completion refused, and
 *   now the upload is gone; or the response does not prove what was stored. Recorded as `unknown`
 * @throws {UploadGoneError} `ERR_UPLOAD_GONE`: the upload had expired or been ended before
 * @throws {LockLostError} `ERR_LOCK_LOST`: another process owns the upload
 * @throws as {@link Retry.run}
 */
export async function complete(
  context: CompletionContext,
  uploadId: string,
  { intentId, size, hash }: IdentifiedContent,
  { sentBefore, acceptsNoHash, isSameAccount }: CompletionTrust,
): Promise<StoredArchive> {
  const { store, retry, journal, signal, lastSignal } = context
  const { vaultName } = store
  const mismatches = new Set<string>()
  let lost = sentBefore
  const attempt = async (): Promise<StoredArchive> => {
    await journal.assertOwner()
    let stored: StoredArchive
    try {
      stored = await store.completeUpload({
        uploadId,
        size,
        hash,
        keepsExisting: sentBefore,
        signal: lastSignal,
      })
    } catch (error) {
      lost ||= mayHaveActed(error)
      throw error
    }
    lost = true
    if (stored.hash === hash || (stored.hash === undefined && acceptsNoHash)) {
      if (stored.leavesUpload) await abortLeft(context, uploadId)
      return stored
    }
    const { archiveId } = stored
    if (stored.hash === undefined) {
      throw new CompletionUnknownError(size, hash, uploadId, { archiveId })
    }
    if (!mismatches.has(archiveId)) {
      mismatches.add(archiveId)
      // Without the hash of the response: a later response may state the right one for the same ID.
      const content = { size, hash: undefined, sentHash: hash }
      await recorded(archiveId, journal.mismatched({ archiveId, vaultName, ...content, uploadId }))
    }
    const where = `the archive ${archiveId} at the service`
    throw new HashMismatchError('archive', where, hash, stored.hash)
  }
  try {
    return await retry.run(attempt, signal)
  } catch (error) {
    throw await errorOfFailure(context, uploadId, { intentId, size, hash }, error, {
      lost,
      isSameAccount,
    })
  }
}

/** Aborts an upload that is not needed any more. A failure to do so leaves parts that are charged, and loses nothing. */
async function abortLeft(
  { store, journal, lastSignal: signal }: CompletionContext,
  uploadId: string,
): Promise<void> {
  try {
    await journal.assertOwner() // another process may fill it again by now
    await store.abortUpload({ uploadId, signal })
  } catch {
    // The archive is stored: that is the result.
  }
}

/** Records the consequence of a failure for the intent, if it is known; the error to throw. */
async function errorOfFailure(
  context: CompletionContext,
  uploadId: string,
  { intentId, size, hash }: IdentifiedContent,
  error: unknown,
  { lost, isSameAccount }: { readonly lost: boolean; readonly isSameAccount: boolean },
): Promise<unknown> {
  if (error instanceof CompletionUnknownError) {
    await unlessFailed(
      context.journal.closed('unknown', uploadId, { size, hash, archiveId: error.archiveId }),
    )
    return error
  }
  if (isGone(error)) {
    if (!lost || !isSameAccount) return new UploadGoneError(uploadId, { cause: error })
    return unknownContent(context, uploadId, { size, hash }, error)
  }
  if (error instanceof ServiceError && error.reason === 'exists' && !lost)
    await unlessFailed(context.journal.rejected({ uploadId, intentId }))
  if (context.store.isContentRefusal(error))
    return errorOfRefusal(context, uploadId, { intentId, size, hash }, error, lost)
  return error
}

/**
 * Records the consequence of a refusal, if it is known. If the upload is open, its parts are not the content. If it is gone, a completion
 * has been carried out before, and the service refuses to repeat it for other content: an archive may exist that no
 * response has named.
 */
async function errorOfRefusal(
  context: CompletionContext,
  uploadId: string,
  { intentId, size, hash }: IdentifiedContent,
  error: ServiceError,
  lost: boolean,
): Promise<unknown> {
  let found: string
  try {
    found = (await listUploaded(context, uploadId)).summary
    // A request that has no response yet may be carried out after a part has been replaced, and gives this archive.
    if (!lost) await unlessFailed(context.journal.rejected({ uploadId, intentId }))
  } catch (failed) {
    if (failed instanceof UploadGoneError) return unknownContent(context, uploadId, { size, hash }, error)
    // Whether the upload is open is not known: the intent stays, and the next run sends it again.
    found = `parts that could not be listed (${(failed as Error).message})`
  }
  return new CompletionRejectedError(size, hash, found, error, uploadId)
}

/** Records that an archive of this content may exist. */
async function unknownContent(
  { journal }: CompletionContext,
  uploadId: string,
  { size, hash }: Content,
  cause: unknown,
): Promise<CompletionUnknownError> {
  await unlessFailed(journal.closed('unknown', uploadId, { size, hash }))
  return new CompletionUnknownError(size, hash, uploadId, { cause })
}

/** Ignores a failure to record, which costs a later run a request: the error at hand matters more. */
async function unlessFailed(recording: Promise<void>): Promise<void> {
  await recording.catch(() => undefined)
}
