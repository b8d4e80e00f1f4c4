/** Reads the output of a finished retrieval job. */
import { GLACIER_LIMITS } from '../glacier/limits.js'
import { checkOptions } from '../options/check-options.js'
import { ArchiveReader } from '../retrieve/archive-reader.js'
import { planJobOutput } from '../retrieve/retrieval-plan.js'
import { retrievalContext } from './retrieval-context.js'
import type { ArchiveReaderOptions } from './retrieval-options.js'
import { ARCHIVE_READER } from './retrieval-rules.js'

/**
 * Makes a Readable of the archive that a finished job has retrieved. Each byte is verified before it is handed on.
 *
 * The stream fails with `ERR_HASH_MISMATCH` or `ERR_SIZE_MISMATCH` if a range has other bytes than the archive in
 * several attempts.
 *
 * @throws {TypeError} an unknown or missing option, or an option of the wrong type
 * @throws {RangeError} an option out of range
 *
 * @example
 * ```ts
 * await pipeline(archiveReader({ client, vaultName: 'backups', jobId }), createWriteStream('backup.tar'))
 * ```
 */
export function archiveReader(options: ArchiveReaderOptions): ArchiveReader {
  const checked = checkOptions('archiveReader', options, ARCHIVE_READER)
  const plan = planJobOutput(checked.jobId, checked, GLACIER_LIMITS)
  return new ArchiveReader(retrievalContext(checked, plan))
}
