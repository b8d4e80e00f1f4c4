/**
 * The whole way down in one call: find or start the jobs, wait for them, read their outputs verified.
 */
import type { GlacierClient } from '@aws-sdk/client-glacier'
import type { ByteRange } from '../vault/byte-range.js'
import { systemClock } from '../vault/clock.js'
import { Retry } from '../vault/retry.js'
import { retrying } from '../vault/retrying-client.js'
import { vaultClientOf } from '../vault/sdk-vault-client.js'
import type { Job, Tier, VaultClient } from '../vault/vault-client.js'
import { alignedRanges } from './aligned-ranges.js'
import { ArchiveReader, type ReadOptions } from './archive-reader.js'
import type { PollDelays } from './job.js'
import { chooseJob, readyJob, type RetrievalMeans, type RetrievalOrder } from './retrieval.js'
import type { HeldRange, ReadyOutput } from './verified-output.js'

/** What is to be retrieved. */
export interface RetrievalOptions extends ReadOptions {
  /** A `GlacierClient` of the caller's, or any `VaultClient`. */
  readonly client: GlacierClient | VaultClient
  /** The ID of an archive; of several, as a stream's volumes, they are read one after the other as one stream. */
  readonly archiveId: string | readonly string[]
  /**
   * What of the archive; default all. More is retrieved, up to an eighth, for only certain ranges can be verified; just
   * this is handed on. Not of several archives.
   */
  readonly range?: ByteRange | undefined
  /** Bytes of the archive, where known: with it a range may end where the archive does. */
  readonly archiveSize?: number | undefined
  /** How fast, and how dear; default the service's, Standard. */
  readonly tier?: Tier | undefined
}

/** Options of {@link retrieveArchive}. */
export interface RetrieveArchiveOptions extends RetrievalOptions {
  /** How long to wait between two looks at a job. */
  readonly poll?: PollDelays | undefined
  /**
   * A job of just this archive, or of just this range of it, to be waited for; default one is looked for, and started
   * where there is none.
   */
  readonly jobId?: string | undefined
}

/**
 * A Readable of an archive, or of a stream's volumes, each byte verified before it is handed on. Retrieval jobs that are
 * there are used, others are started, all together, with the first read, and told by the event `job`; the first byte
 * comes when the first has finished, after minutes or hours. Where the service forgets one amid the reading, it is
 * started again, and the reading goes on at the same byte.
 *
 * It fails with `ERR_JOB_FAILED`, `ERR_NOT_FOUND` and the like where there is no such archive, with
 * `ERR_RETRIEVAL_REFUSED` where the account's policy or the service's capacity does not let it be retrieved now, and
 * with `ERR_TREE_HASH_MISMATCH` or `ERR_SIZE_MISMATCH` where what comes is not what was stored.
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
  return readerBehind([], options)
}

/** The same, behind what the caller has already. */
export function readerBehind(held: readonly HeldRange[], options: RetrieveArchiveOptions): ArchiveReader {
  const orders = ordersOf(options)
  const { vaultName, accountId, poll, clock = systemClock, range } = options
  return new ArchiveReader(
    vaultClientOf(options.client),
    options,
    async function* (client, signal, chosen) {
      const means: RetrievalMeans = { client, vault: { vaultName, accountId, signal }, poll, clock, chosen }
      if (options.jobId !== undefined) chosen(options.jobId, true)
      const jobIds = options.jobId === undefined ? await chooseJobs(means, orders) : [options.jobId]
      for (const [i, jobId] of jobIds.entries()) yield await outputOf(means, orders[i], jobId, range)
    },
    held,
  )
}

/**
 * Finds or starts the jobs of a retrieval and does not wait for them: `retrieveArchive` with the same options, hours
 * later, uses them.
 *
 * @returns their IDs, in the order their outputs are read in
 * @throws {TypeError} no client, no archive ID, or an option of a wrong type
 * @throws {NotFoundError} `ERR_NOT_FOUND`: there is no such vault or archive
 * @throws {RetrievalRefusedError} `ERR_RETRIEVAL_REFUSED`: not now
 *
 * @example
 * ```ts
 * const jobIds = await startRetrieval({ client, vaultName: 'backups', archiveId, tier: 'Bulk' })
 * ```
 */
export async function startRetrieval(options: RetrievalOptions): Promise<string[]> {
  const orders = ordersOf(options)
  const { vaultName, accountId, signal = new AbortController().signal, clock = systemClock } = options
  const vault = { vaultName, accountId, signal }
  const port = vaultClientOf(options.client)
  const client = retrying(port, new Retry(options, port))
  return chooseJobs({ client, vault, clock, chosen: () => undefined }, orders)
}

async function chooseJobs(means: RetrievalMeans, orders: readonly RetrievalOrder[]): Promise<string[]> {
  const jobIds: string[] = []
  for (const order of orders) jobIds.push(await chooseJob(means, order))
  return jobIds
}

async function outputOf(
  means: RetrievalMeans,
  order: RetrievalOrder | undefined,
  jobId: string,
  asked: ByteRange | undefined,
): Promise<ReadyOutput> {
  const job = await readyJob(means, jobId)
  const from = job.range?.start ?? 0
  const cut = asked && { start: Math.max(asked.start - from, 0), end: asked.end - from }
  const renew = order && (async (): Promise<Job> => readyJob(means, await chooseJob(means, order)))
  return { job, cut, renew }
}

/** What each job is to bring out. */
function ordersOf({ archiveId, range, archiveSize, tier, jobId }: RetrieveArchiveOptions): RetrievalOrder[] {
  const archiveIds = [archiveId].flat()
  if (archiveIds.length === 0 || !archiveIds.every((id: unknown) => typeof id === 'string' && id !== ''))
    throw new TypeError('The ID of an archive is needed: archiveId.')
  if (jobId !== undefined && archiveIds.length > 1)
    throw new RangeError('A job brings out one archive, not several.')
  if (!range) return archiveIds.map((id) => ({ archiveId: id, tier }))
  const [only] = archiveIds
  if (only === undefined || archiveIds.length > 1)
    throw new RangeError('A range is one of a single archive, not of several.')
  assertRange(range, archiveSize)
  if (jobId !== undefined) return [{ archiveId: only, range, tier }]
  return alignedRanges(range, archiveSize).map((part) => ({ archiveId: only, range: part, tier }))
}

function assertRange({ start, end }: ByteRange, size = Infinity): void {
  if (Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start < end && end <= size) return
  throw new RangeError(
    `A range begins at byte 0 or later, and ends behind that and within the archive: not ${start} to ${end}` +
      (size === Infinity ? '.' : ` of ${size}.`),
  )
}
