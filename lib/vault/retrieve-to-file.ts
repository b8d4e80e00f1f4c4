/** Retrieves archives into a file. */
import { checkOptions } from '../options/check-options.js'
import { PATH } from '../options/rules.js'
import { ArchiveDownload } from '../retrieve/file/archive-download.js'
import type { PartialContent } from '../retrieve/file/partial-notes.js'
import { systemRuntime } from '../runtime/runtime.js'
import { retrievalContext } from './retrieval-context.js'
import type { RetrieveArchiveFields, RetrieveArchiveOptions } from './retrieval-options.js'
import { RETRIEVE_ARCHIVE } from './retrieval-rules.js'

/**
 * Retrieves an archive into a file. Bytes that an earlier call for the same file and archive has left are verified and
 * not fetched again. Of a range of an archive, no bytes are kept.
 *
 * A symbolic link is followed. An existing file is replaced when the archive is complete and on disk, and its mode and,
 * if permitted, its owner are kept. A new file has the mode of the umask. A FIFO, a device or a socket receives verified
 * bytes as they arrive.
 *
 * The promise emits the events of {@link ArchiveDownloadEvents}. It is rejected as the stream of {@link retrieveArchive}
 * fails, or with the system's error if the file cannot be written, or with:
 * - a TypeError or RangeError: an argument or option is wrong; nothing was read, written or requested
 * - `ERR_LOCK_HELD`: another process retrieves into the file
 * - `ERR_OUTPUT_FILE`: the file cannot be written, or `FILE.partial` does not belong to this archive and this tool
 * - `ABORT_ERR`: the signal fired, or `abort()` was called
 *
 * @example
 * ```ts
 * const download = retrieveToFile('backup.tar', { client, vaultName: 'backups', archiveId })
 * download.on('progress', ({ doneBytes, totalBytes }) => console.log(doneBytes, totalBytes))
 * await download
 * ```
 */
export function retrieveToFile(file: string, options: RetrieveArchiveOptions): ArchiveDownload {
  return new ArchiveDownload(() => {
    PATH(file, 'file', 'retrieveToFile')
    const checked = checkOptions<RetrieveArchiveFields>('retrieveToFile', options, RETRIEVE_ARCHIVE)
    const context = retrievalContext('retrieveToFile', checked)
    const content = contentOf(context.store.vaultName, checked)
    return { ...context, lockRuntime: systemRuntime, file, content, rangeOptions: checked }
  })
}

function contentOf(vaultName: string, { archiveId, range }: RetrieveArchiveFields): PartialContent {
  const archiveIds = [archiveId].flat()
  return { vaultName, archiveIds, ...(range && { range: { start: range.start, end: range.end } }) }
}
