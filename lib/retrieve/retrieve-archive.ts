/**
 * The whole way down in one call: start a job, wait for it, read its output verified.
 */
import type { GlacierClient } from '@aws-sdk/client-glacier'
import { vaultClientOf } from '../vault/sdk-vault-client.js'
import type { Job, Tier, VaultClient } from '../vault/vault-client.js'
import { ArchiveReader, type ReadOptions } from './archive-reader.js'
import { waitForJob, type PollDelays } from './job.js'

/** Options of {@link retrieveArchive}. */
export interface RetrieveArchiveOptions extends ReadOptions {
  /** A `GlacierClient` of the caller's, or any `VaultClient`. */
  readonly client: GlacierClient | VaultClient
  readonly archiveId: string
  /** How fast, and how dear; default the service's, Standard. */
  readonly tier?: Tier | undefined
  /** How long to wait between two looks at the job. */
  readonly poll?: PollDelays | undefined
}

/**
 * A Readable of an archive, each byte verified before it is handed on. The retrieval job is started with the first
 * read and told by the event `job`; the first byte comes when it has finished, after minutes or hours.
 *
 * It fails with `ERR_JOB_FAILED`, `ERR_NOT_FOUND` and the like where there is no such archive, and with
 * `ERR_TREE_HASH_MISMATCH` or `ERR_SIZE_MISMATCH` where what comes is not what was stored.
 *
 * @throws {TypeError} no client, no archive ID, or an option of a wrong type
 * @throws {RangeError} an option out of range
 *
 * @example
 * ```ts
 * await pipeline(retrieveArchive({ client, vaultName: 'backups', archiveId }), createWriteStream('backup.tar'))
 * ```
 */
export function retrieveArchive(options: RetrieveArchiveOptions): ArchiveReader {
  const { vaultName, accountId, archiveId, tier, poll } = options
  if (!archiveId || typeof archiveId !== 'string')
    throw new TypeError('The ID of an archive is needed: archiveId.')
  const client = vaultClientOf(options.client)
  const findJob = async (signal: AbortSignal, started: (jobId: string) => void): Promise<Job> => {
    const vault = { vaultName, accountId, signal }
    const jobId = await client.startRetrieval({ ...vault, archiveId, tier })
    started(jobId)
    return waitForJob(client, { ...vault, jobId }, poll)
  }
  return new ArchiveReader(client, options, findJob)
}
