/**
 * Going on with an upload that was begun before, by piping in the same source again.
 */
import { UploadGoneError } from '../errors.js'
import { Retry } from '../vault/retry.js'
import { vaultClientOf } from '../vault/sdk-vault-client.js'
import type { VaultClient } from '../vault/vault-client.js'
import { archiveWriter, type ArchiveWriter } from './archive-writer.js'
import type { ResumeOptions } from './writer-options.js'
import type { Archive } from './archive.js'
import { findUpload } from './resume.js'
import { volumeMarkOf } from '../vault/volume-description.js'
import { uploadThrough, type ByteSource, type UploadArchiveOptions } from './upload-archive.js'

/**
 * Options of {@link resumeUpload}: an upload to go on with, volumes that are stored, or both.
 *
 * Part size and description are those the upload was begun with, whatever is said here; only where it is found to be
 * completed already (`completionSent`), or nothing is open, are they needed.
 */
export interface ResumeUploadOptions extends UploadArchiveOptions, ResumeOptions {}

/**
 * Goes on with an upload: the same source again, from its beginning. Each part is hashed and compared with what the
 * service has; equal parts are not sent, missing and differing ones are. The archive is always what the source is now.
 *
 * @returns what was stored, with the volumes of earlier runs
 * @throws {UploadGoneError} `ERR_UPLOAD_GONE`: the service has the upload no more
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
  const writer = await resumingWriter(vaultClientOf(options.client), options)
  return uploadThrough(writer, source, options)
}

/**
 * The writer for a resumed upload, for who wants to listen to it.
 *
 * @throws {TypeError} neither an upload nor earlier volumes are given
 * @throws as {@link resumeUpload} where the upload cannot be found
 */
export async function resumingWriter(
  client: VaultClient,
  options: ResumeUploadOptions,
): Promise<ArchiveWriter> {
  const { uploadId, earlierVolumes = [] } = options
  if (uploadId === undefined && earlierVolumes.length === 0)
    throw new TypeError('The ID of an upload to resume is needed: uploadId.')
  const begun = uploadId === undefined ? {} : await begunWith(client, uploadId, options)
  const [first] = earlierVolumes
  const mark = volumeMarkOf(begun.description)
  if (mark && !first) {
    throw new TypeError(
      `The upload is of volume ${mark.volume} of a stream whose first is ${mark.firstVolume}: ` +
        'it is resumed with earlierVolumes, the ones that are stored.',
    )
  }
  return archiveWriter(client, { ...options, ...(first && { partSize: first.partSize }), ...begun })
}

async function begunWith(
  client: VaultClient,
  uploadId: string,
  options: ResumeUploadOptions,
): Promise<{ partSize?: number; description?: string | undefined }> {
  const { vaultName, accountId, signal, completionSent } = options
  const retry = new Retry(options, client)
  try {
    const { partSize, description } = await findUpload(client, retry, {
      vaultName,
      accountId,
      uploadId,
      signal,
    })
    return { partSize, description }
  } catch (error) {
    if (completionSent && error instanceof UploadGoneError) return {}
    throw error
  }
}
