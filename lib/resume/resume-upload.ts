/**
 * Resumes an upload that was begun before, by piping in the same source again.
 */
import { checkOptions } from '../options/check-options.js'
import { following } from '../streams/caller-signal.js'
import { Retry } from '../transfer/retry.js'
import { vaultClientOf } from '../client/glacier-client.js'
import type { VaultClient } from '../client/vault-client.js'
import { archiveWriter, type ArchiveWriter } from '../upload/archive-writer.js'
import type { Archive } from '../store/archive.js'
import { isDescriptor, openSource, type ByteSource } from '../stages/byte-source.js'
import { noJournal } from '../store/upload-journal.js'
import { findResumePoint, type EarlierRun } from './resume-point.js'
import { RESUME_UPLOAD, writerOptionsOf } from '../upload/upload-rules.js'
import { uploadThrough, type UploadArchiveOptions } from '../upload/upload-archive.js'
import type { ResumeOptions } from '../upload/writer-options.js'

/**
 * Options of {@link resumeUpload}: an upload to resume, volumes that are stored, or both.
 *
 * Part size and description are those the upload was begun with, as the service states them, whatever is given here.
 */
export interface ResumeUploadOptions
  extends Omit<UploadArchiveOptions, keyof EarlierRun>, Omit<ResumeOptions, 'isComplete'>, EarlierRun {}

/**
 * Resumes an upload: the same source again, from its beginning. Each part is hashed and compared with what the service
 * has; equal parts are not sent, missing and differing ones are. The archive is always what the source is now.
 *
 * A completion that an earlier run has sent (`intent`) is sent again first, with its content; then the source is only
 * compared with the archive.
 *
 * @returns what was stored, with the volumes of earlier runs
 * @throws {UploadGoneError} `ERR_UPLOAD_GONE`: the service has the upload no more
 * @throws {CompletionUnknownError} `ERR_COMPLETION_UNKNOWN`: completion was sent before, and the upload is gone
 * @throws {IncompleteSetError} `ERR_INCOMPLETE_SET`: the upload is of a later volume; it is resumed with `earlierVolumes`,
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
export async function resumeUpload(source: ByteSource, options: ResumeUploadOptions): Promise<Archive[]> {
  const checked = checkOptions('resumeUpload', options, RESUME_UPLOAD)
  const client = vaultClientOf(checked.client)
  const opened = openSource(source) // from here on it is listened to: it may fail while the service is asked
  try {
    return await uploadThrough(await resumingWriter(client, checked), opened, checked)
  } catch (error) {
    if (!isDescriptor(opened)) opened.destroy()
    throw error
  }
}

async function resumingWriter(client: VaultClient, options: ResumeUploadOptions): Promise<ArchiveWriter> {
  const { vaultName, accountId, journal = noJournal } = options
  const { signal, release } = following(options.signal)
  const retry = new Retry(options, client)
  const vault = { vaultName, accountId }
  const transfer = { client, retry, vault, journal, signal, lastSignal: signal }
  const { point, ended } = await findResumePoint(transfer, options).finally(release)
  if (!point) throw ended
  return archiveWriter(client, { ...writerOptionsOf(options), ...point })
}
