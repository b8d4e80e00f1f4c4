/**
 * Resumes an upload that was begun before, by reading the same source again.
 */
import type { ArchiveStore } from '../store/archive-store.js'
import { AbortError } from '../errors.js'
import { checkOptions } from '../options/check-options.js'
import { findResumePoint } from '../resume/resume-point.js'
import { isDescriptor, openSource, type ByteSource } from '../stages/byte-source.js'
import { noJournal } from '../store/upload-journal.js'
import { Retry } from '../transfer/retry.js'
import type { ResumePoint } from '../upload/resume-point.js'
import { sendSource } from '../upload/send-source.js'
import { ArchiveUpload, type UploadHandle } from './archive-upload.js'
import { newWriter, resumedPlanOf } from './archive-writer.js'
import { RESUME_UPLOAD, type ResumeFields, type ResumeUploadOptions } from './upload-options.js'
import { targetStoreOf } from './upload-target.js'

/**
 * Resumes an upload: reads the same source again, from its beginning. Each part is hashed and compared with what the
 * service has; equal parts are not sent, missing and differing ones are. The archive is always what the source is now.
 *
 * A completion that an earlier run has sent (`intent`) is sent again first, with its content; then the source is only
 * compared with the archive.
 *
 * @returns a promise of what is stored, with events; the volumes of earlier runs are included
 * @throws {UploadGoneError} `ERR_UPLOAD_GONE`: the service no longer has the upload
 * @throws {CompletionUnknownError} `ERR_COMPLETION_UNKNOWN`: completion was sent before, and the upload is gone
 * @throws {IncompleteSetError} `ERR_INCOMPLETE_SET`: the upload is of a later volume; resume it with `earlierVolumes`,
 *   those that are stored
 * @throws {UploadFailedError} `ERR_UPLOAD_FAILED`: something failed; its cause may be a `ResumeMismatchError`,
 *   `ERR_RESUME_MISMATCH`: the source ends before the last byte that was uploaded, or does not begin with what earlier
 *   volumes hold
 * @throws as `uploadArchive`
 *
 * @example
 * ```ts
 * const [archive] = await resumeUpload(createReadStream('backup.tar'), { client, vaultName: 'backups', uploadId })
 * ```
 */
export function resumeUpload(source: ByteSource, options: ResumeUploadOptions): ArchiveUpload {
  return new ArchiveUpload(async (handle) => {
    const checked = checkOptions<ResumeFields>('resumeUpload', options, RESUME_UPLOAD)
    const store = targetStoreOf('resumeUpload', checked)
    const signal = handle.signalWith(checked.signal)
    const opened = openSource(source) // from here on it is listened to: it may fail during the requests
    try {
      const resumePoint = await resumePointOf(checked, store, signal, handle)
      const plan = resumedPlanOf(checked, resumePoint, store)
      const writer = newWriter(checked, { store, plan, resumePoint, signal })
      handle.follow(writer)
      return await sendSource(opened, writer, checked)
    } catch (error) {
      if (!isDescriptor(opened)) opened.destroy()
      throw error
    }
  })
}

/** Finds where the stream is resumed, before a byte of the source is read. */
async function resumePointOf(
  options: ResumeFields,
  store: ArchiveStore,
  signal: AbortSignal,
  { emit }: UploadHandle,
): Promise<ResumePoint> {
  const { retryFor, clock, journal = noJournal, uploadId } = options
  // These requests follow one another: none of them keeps failing while others succeed.
  const retry = new Retry({ retryFor, clock }, store, (notice) => {
    emit('retry', notice)
  })
  const context = { store, retry, journal, signal, lastSignal: signal }
  const { point, ended } = await findResumePoint(context, options).catch((error: unknown) => {
    throw signal.aborted ? new AbortError({ cause: signal.reason, uploadId }) : error
  })
  if (!point) throw ended
  return point
}
