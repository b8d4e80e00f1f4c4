/** A complete upload in one call: cut, hash, send. */
import { checkOptions } from '../options/check-options.js'
import type { ByteSource } from '../stages/byte-source.js'
import { sendSource } from '../upload/send-source.js'
import { ArchiveUpload } from './archive-upload.js'
import { newWriter, planOf } from './archive-writer.js'
import { targetStoreOf } from './upload-target.js'
import { UPLOAD_ARCHIVE, type UploadFields, type UploadArchiveOptions } from './upload-options.js'

/**
 * Stores a stream of bytes of unknown length in a vault.
 *
 * The options are checked first: if one of them is wrong, the source is left as it is. After that the source is read to
 * its end, or cancelled or destroyed, whatever happens; but a descriptor stays open.
 *
 * @returns a promise of what is stored, with events: one archive, or more if the stream is longer than an archive may be
 * @throws {TypeError} a source that gives no bytes, an unknown or missing option, or one of a wrong type; nothing was
 *   sent. The promise is rejected with it, as with all errors
 * @throws {RangeError} an option or a file descriptor out of range; nothing was sent
 * @throws {EmptyArchiveError} `ERR_EMPTY_ARCHIVE`: the source had no byte; nothing was sent
 * @throws {UploadFailedError} `ERR_UPLOAD_FAILED`: something failed after an upload was begun; `uploadId` and `kept`
 *   describe what is left, `cause` is the reason. Before that the cause itself is thrown: the source's own error, a
 *   TypeError if it gave a chunk that is not bytes, or an Error whose `cause` is what the source threw, if that is not an
 *   Error or looks like the caller's abort.
 * @throws {AbortError} `ABORT_ERR`: the signal fired or `abort()` was called; `uploadId` if an upload was kept
 *
 * @example
 * ```ts
 * const [archive] = await uploadArchive(createReadStream('backup.tar'), { client, vaultName: 'backups' })
 * console.log(archive.archiveId)
 * ```
 */
export function uploadArchive(source: ByteSource, options: UploadArchiveOptions): ArchiveUpload {
  return new ArchiveUpload(async ({ signalWith, follow }) => {
    const checked = checkOptions<UploadFields>('uploadArchive', options, UPLOAD_ARCHIVE)
    const store = targetStoreOf('uploadArchive', checked)
    const signal = signalWith(checked.signal)
    const writer = newWriter(checked, { store, plan: planOf(checked, store), resumePoint: undefined, signal })
    follow(writer)
    return sendSource(source, writer, checked)
  })
}
