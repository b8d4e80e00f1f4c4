/**
 * The outcome of an upload, decided once, when its writer has ended: whether an upload is left at the service. Everyone
 * else reads it.
 *
 * - An upload whose completion was sent may be an archive, and an upload whose lock was lost belongs to another process:
 *   neither is aborted.
 * - The end of an upload is recorded in the journal if it is known.
 */
import {
  AbortError,
  CompletionUnknownError,
  ListenerError,
  LockLostError,
  ResumeMismatchError,
  HashMismatchError,
  UploadFailedError,
  UploadGoneError,
} from '../errors.js'
import type { UploadEnd } from '../store/upload-journal.js'
import type { UploadContext } from './upload-context.js'
import type { VolumeSequence } from './volume-sequence.js'

/** The outcome of an upload. */
export interface WriterOutcome {
  /**
   * - `stored`: the whole stream is stored
   * - `kept`: an upload is open at the service
   * - `aborted`: the upload was aborted
   * - `gone`: the upload has expired, or is probably or certainly an archive that is not what was sent
   * - `none`: no upload is open, because none was begun, or because the writer ended between two volumes
   */
  readonly state: 'stored' | 'kept' | 'aborted' | 'gone' | 'none'
  /** The upload that is open at the service; `undefined` unless the state is `kept`. */
  readonly uploadId: string | undefined
  /** Whether the stream can be resumed: an upload is kept, or some volumes are stored and others are not. */
  readonly isResumable: boolean
}

/** The end of a writer: the outcome, and the error that reports it. */
export interface WriterEnd {
  readonly outcome: WriterOutcome
  readonly error: Error | null
}

/**
 * Decides whether the upload that is open is kept or aborted, and records its end.
 *
 * @param error - the error that ended the writer; `null` without one
 */
export async function endUpload(
  context: Pick<UploadContext, 'store' | 'journal' | 'lastSignal'>,
  volumes: VolumeSequence,
  error: Error | null,
  onFailure: 'keep' | 'abort',
): Promise<WriterEnd> {
  const record = async (end: UploadEnd, ended: string | undefined): Promise<void> => {
    await context.journal.closed(end, ended).catch(() => undefined) // the error at hand matters more
  }
  const endedWith = (state: WriterOutcome['state'], reported: Error | null): WriterEnd => {
    if (state !== 'kept') volumes.forget()
    const isPartlyStored = volumes.archives.length > 0 && !volumes.isComplete
    const isResumable = state === 'kept' || isPartlyStored
    return { outcome: { state, uploadId: volumes.uploadId, isResumable }, error: reported }
  }

  const { uploadId, completionSent, isContinued } = volumes
  if (error instanceof ResumeMismatchError && (uploadId !== undefined || isContinued))
    await record('superseded', uploadId)
  if (volumes.isComplete) return endedWith('stored', withArchive(error, volumes))
  if (uploadId === undefined) return endedWith('none', error)
  if (isNoLongerOpen(error)) {
    if (error instanceof UploadGoneError && volumes.hasSeenUpload) await record('expired', uploadId)
    return endedWith('gone', error)
  }
  const mustKeep = completionSent || error instanceof LockLostError || onFailure === 'keep'
  // A process that was paused may have lost its lock without noticing, and fails for another reason.
  if (mustKeep || !(await isOwner(context)) || !(await aborted(context, uploadId)))
    return endedWith('kept', withUploadId(error, uploadId, true))
  await record('aborted', uploadId)
  return endedWith('aborted', withUploadId(error, uploadId, false))
}

/** Whether the upload is no longer open: expired, or probably or certainly an archive. */
function isNoLongerOpen(error: Error | null): boolean {
  const isWrongArchive = error instanceof HashMismatchError && error.scope === 'archive'
  return error instanceof UploadGoneError || error instanceof CompletionUnknownError || isWrongArchive
}

/** The error of a listener with the archive that is stored nevertheless: the last progress is reported after that. */
function withArchive(error: Error | null, { archives }: VolumeSequence): Error | null {
  const archiveId = archives.at(-1)?.archiveId
  const lacksArchive = error instanceof ListenerError && error.archiveId === undefined
  return lacksArchive && archiveId !== undefined ? error.withArchive(archiveId) : error
}

/** Whether the upload certainly belongs to this process. */
async function isOwner({ journal }: Pick<UploadContext, 'journal'>): Promise<boolean> {
  return journal.assertOwner().then(
    () => true,
    () => false,
  )
}

/** Aborts an upload. A failure to do so does not replace the error at hand: the upload is reported as kept. */
async function aborted(
  { store, lastSignal: signal }: Pick<UploadContext, 'store' | 'lastSignal'>,
  uploadId: string,
): Promise<boolean> {
  return store.abortUpload({ uploadId, signal }).then(
    () => true,
    () => false,
  )
}

/** The error with the outcome of the upload. The abort errors of Node.js itself remain as they are. */
function withUploadId(error: Error | null, uploadId: string, kept: boolean): Error | null {
  if (error instanceof AbortError)
    return new AbortError({ cause: error.cause, uploadId: kept ? uploadId : undefined })
  return error === null || error.name === 'AbortError' ? error : new UploadFailedError(error, uploadId, kept)
}
