/** Reads the output of a finished retrieval job. */
import { checkOptions } from '../options/check-options.js'
import { ArchiveReader } from '../retrieve/archive-reader.js'
import { planJobOutput } from '../retrieve/retrieval-plan.js'
import { runtimeWith } from '../runtime/runtime.js'
import type { ArchiveReaderOptions } from './retrieval-options.js'
import { ARCHIVE_READER } from './retrieval-rules.js'
import { storeOf } from './vault-store.js'

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
  const { jobId, retryFor, signal, clock } = checked
  const store = storeOf(checked)
  const plan = planJobOutput(jobId, checked, store.limits)
  return new ArchiveReader({ store, plan, runtime: runtimeWith(clock), retryFor, signal })
}
