/**
 * The whole way down in one call: start a job, wait for it, read its output verified.
 */
import type { GlacierClient } from '@aws-sdk/client-glacier'
import { vaultClientOf } from '../vault/sdk-vault-client.js'
import type { Tier, VaultClient } from '../vault/vault-client.js'
import { ArchiveReader, type ReadOptions } from './archive-reader.js'
import { waitForJob, type PollDelays } from './job.js'

/** Options of {@link retrieveArchive}. */
export interface RetrieveArchiveOptions extends ReadOptions {
  /** A `GlacierClient` of the caller's, or any `VaultClient`. */
  readonly client: GlacierClient | VaultClient
  /** The ID of an archive; of several, as a stream's volumes, they are read one after the other as one stream. */
  readonly archiveId: string | readonly string[]
  /** How fast, and how dear; default the service's, Standard. */
  readonly tier?: Tier | undefined
  /** How long to wait between two looks at the job. */
  readonly poll?: PollDelays | undefined
}

/**
 * A Readable of an archive, or of a stream's volumes, each byte verified before it is handed on. The retrieval jobs
 * are started together, with the first read, and told by the event `job`; the first byte comes when the first has
 * finished, after minutes or hours.
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
  const { vaultName, accountId, tier, poll } = options
  const archiveIds = [options.archiveId].flat()
  if (archiveIds.length === 0 || !archiveIds.every((id: unknown) => typeof id === 'string' && id !== ''))
    throw new TypeError('The ID of an archive is needed: archiveId.')
  return new ArchiveReader(vaultClientOf(options.client), options, async function* (client, signal, started) {
    const vault = { vaultName, accountId, signal }
    const jobIds: string[] = []
    for (const archiveId of archiveIds) {
      const jobId = await client.startRetrieval({ ...vault, archiveId, tier })
      started(jobId)
      jobIds.push(jobId)
    }
    for (const jobId of jobIds) yield await waitForJob(client, { ...vault, jobId }, poll)
  })
}
