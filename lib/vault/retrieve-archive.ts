/** Retrieves archives: finds or starts the jobs, waits for them, and reads their outputs. */
import { checkOptions } from '../options/check-options.js'
import { ArchiveReader } from '../retrieve/archive-reader.js'
import { startJobs } from '../retrieve/start-jobs.js'
import { retrievalContext } from './retrieval-context.js'
import type {
  RetrievalFields,
  RetrievalOptions,
  RetrieveArchiveFields,
  RetrieveArchiveOptions,
} from './retrieval-options.js'
import { RETRIEVAL, RETRIEVE_ARCHIVE } from './retrieval-rules.js'

/**
 * Makes a Readable of an archive, or of the volumes of a stream. Each byte is verified before it is handed on.
 *
 * Existing retrieval jobs are used, others are started: the first job with the first read, each further job as soon as its
 * output can be read within the 24 hours for which the service keeps it. The event `job` reports each job. The first byte
 * arrives when the first job has finished, after minutes or hours. If the service no longer has a job, it is started
 * again, and reading continues at the same byte.
 *
 * The stream fails with `ERR_JOB_FAILED`, `ERR_NOT_FOUND` and the like if there is no such archive, with
 * `ERR_RETRIEVAL_REFUSED` if the policy of the account or the capacity of the service does not permit the retrieval now,
 * and with `ERR_HASH_MISMATCH` or `ERR_SIZE_MISMATCH` if the bytes are not those of the archive.
 *
 * @throws {TypeError} an unknown or missing option, or an option of the wrong type
 * @throws {RangeError} an option out of range
 *
 * @example
 * ```ts
 * await pipeline(retrieveArchive({ client, vaultName: 'backups', archiveId }), createWriteStream('backup.tar'))
 * ```
 */
export function retrieveArchive(options: RetrieveArchiveOptions): ArchiveReader {
  const checked = checkOptions<RetrieveArchiveFields>('retrieveArchive', options, RETRIEVE_ARCHIVE)
  return new ArchiveReader(retrievalContext('retrieveArchive', checked))
}

/**
 * Finds or starts the jobs of a retrieval and does not wait for them. `retrieveArchive` with the same options uses them
 * hours later. Of several archives, only those jobs are started whose outputs can be read within 24 hours at 1 MiB/s.
 *
 * @returns the job IDs, in the order in which the outputs are read
 * @throws {TypeError} an unknown or missing option, or an option of the wrong type
 * @throws {RangeError} an option out of range
 * @throws {NotFoundError} `ERR_NOT_FOUND`: there is no such vault or archive
 * @throws {RetrievalRefusedError} `ERR_RETRIEVAL_REFUSED`: the retrieval is not permitted now
 * @throws {AbortError} `ABORT_ERR`: the signal fired
 *
 * @example
 * ```ts
 * const jobIds = await startRetrieval({ client, vaultName: 'backups', archiveId, tier: 'Bulk' })
 * ```
 */
export async function startRetrieval(options: RetrievalOptions): Promise<string[]> {
  const checked = checkOptions<RetrievalFields>('startRetrieval', options, RETRIEVAL)
  return startJobs(retrievalContext('startRetrieval', checked))
}
