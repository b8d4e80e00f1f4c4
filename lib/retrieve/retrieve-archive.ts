/**
 * The whole way down in one call: find or start the jobs, wait for them, read their outputs verified.
 */
import { SizeMismatchError } from '../errors.js'
import { checkOptions, picked } from '../options/check-options.js'
import { rangeWithin, type ByteRange } from '../byte-range.js'
import { following } from '../streams/caller-signal.js'
import { systemClock } from '../runtime/clock.js'
import { Retry } from '../transfer/retry.js'
import { vaultClientOf } from '../client/glacier-client.js'
import type { GlacierClientLike } from '../client/glacier-client-like.js'
import type { Job } from '../store/retrieval-store.js'
import type { VaultClient } from '../client/vault-client.js'
import { ArchiveReader, type ReadOptions } from './archive-reader.js'
import { behindHeldArchives } from './held-archives.js'
import type { PollDelays } from './jobs/job.js'
import { JobSchedule } from './jobs/job-schedule.js'
import {
  ordersOf,
  outputSizeOf,
  wantedJob,
  type RetrievalOrder,
  type RetrievalSubject,
} from './jobs/orders.js'
import { READ, RETRIEVAL, RETRIEVE_ARCHIVE } from './retrieval-rules.js'
import { RenewableJob, type JobMeans } from './jobs/renewable-job.js'
import type { HeldRange, ReadyOutput } from './verified-output.js'

/** Options of {@link startRetrieval}. */
export interface RetrievalOptions extends ReadOptions, RetrievalSubject {
  /**
   * A `GlacierClient` of the caller's, of any version of the SDK, or any `VaultClient`. Middleware that was added to a
   * client of an SDK before 3.929 is not run.
   */
  readonly client: GlacierClientLike | VaultClient
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
 * there are used, others are started: the first with the first read, the others as soon as they can be read within the
 * 24 hours for which the service keeps an output. Each is told by the event `job`; the first byte comes when the first
 * has finished, after minutes or hours. Where the service no longer has a job, it is started again, and the reading
 * continues at the same byte.
 *
 * It fails with `ERR_JOB_FAILED`, `ERR_NOT_FOUND` and the like where there is no such archive, with
 * `ERR_RETRIEVAL_REFUSED` where the account's policy or the service's capacity does not let it be retrieved now, and
 * with `ERR_TREE_HASH_MISMATCH` or `ERR_SIZE_MISMATCH` where what comes is not what was stored.
 *
 * @throws {TypeError} an unknown or missing option, or one of a wrong type
 * @throws {RangeError} an option out of range
 *
 * @example
 * ```ts
 * await pipeline(retrieveArchive({ client, vaultName: 'backups', archiveId }), createWriteStream('backup.tar'))
 * ```
 */
export function retrieveArchive(options: RetrieveArchiveOptions): ArchiveReader {
  return readerBehind([], checkOptions('retrieveArchive', options, RETRIEVE_ARCHIVE))
}

/** The same, behind what the caller has already; the options have been checked. */
export function readerBehind(held: readonly HeldRange[], options: RetrieveArchiveOptions): ArchiveReader {
  const { orders, start, held: ranges } = behindHeldArchives(ordersOf(options, options.jobId), held)
  const { vaultName, accountId, poll, clock = systemClock, jobId } = options
  const client = vaultClientOf(options.client)
  return new ArchiveReader(
    client,
    picked(options, READ),
    ({ retry, signal, chosen }) => {
      if (jobId !== undefined && orders.length > 0) chosen(jobId, true)
      const vault = { vaultName, accountId, signal }
      return outputsOf({ client, retry, vault, poll, clock, chosen }, orders, jobId)
    },
    ranges,
    start,
  )
}

/**
 * Finds or starts the jobs of a retrieval and does not wait for them: `retrieveArchive` with the same options, hours
 * later, uses them. Of several archives only those are started that can be read within 24 hours at 1 MiB/s.
 *
 * @returns their IDs, in the order their outputs are read in
 * @throws {TypeError} an unknown or missing option, or one of a wrong type
 * @throws {RangeError} an option out of range
 * @throws {NotFoundError} `ERR_NOT_FOUND`: there is no such vault or archive
 * @throws {RetrievalRefusedError} `ERR_RETRIEVAL_REFUSED`: not now
 *
 * @example
 * ```ts
 * const jobIds = await startRetrieval({ client, vaultName: 'backups', archiveId, tier: 'Bulk' })
 * ```
 */
export async function startRetrieval(options: RetrievalOptions): Promise<string[]> {
  const checked = checkOptions('startRetrieval', options, RETRIEVAL)
  const orders = ordersOf(checked)
  const { vaultName, accountId, clock = systemClock } = checked
  const client = vaultClientOf(checked.client)
  const retry = new Retry(checked, client)
  const { signal, release } = following(checked.signal)
  const means = { client, retry, vault: { vaultName, accountId, signal }, clock, chosen: () => undefined }
  try {
    return await new JobSchedule(scheduled(means, orders), clock).startFirst()
  } finally {
    release()
  }
}

async function* outputsOf(
  means: JobMeans,
  orders: readonly RetrievalOrder[],
  jobId: string | undefined,
): AsyncGenerator<ReadyOutput, void, undefined> {
  const { signal, abort, release } = following(means.vault.signal)
  const jobs = scheduled({ ...means, vault: { ...means.vault, signal } }, orders, jobId)
  const schedule = new JobSchedule(jobs, means.clock)
  try {
    for (const [i, it] of jobs.entries()) {
      const ready = await schedule.ready(i, it)
      yield {
        job: ready,
        cut: cutOf(it.order, ready),
        renew: (gone, refusal) => it.job.renew(gone, refusal),
        progressed: (end, fetchedBytes) => {
          if (fetchedBytes > 0) it.job.progressed()
          schedule.progressed(end, fetchedBytes)
        },
      }
    }
  } finally {
    release()
    abort() // a job that is being started ahead must not delay the error of the one that is read
    await schedule.settled()
  }
}

function scheduled(
  means: JobMeans,
  orders: readonly RetrievalOrder[],
  jobId?: string,
): { order: RetrievalOrder; archiveId: string; size: number | undefined; job: RenewableJob }[] {
  return orders.map((order) => ({
    order,
    archiveId: order.archiveId,
    size: outputSizeOf(order),
    job: new RenewableJob(means, wantedJob(means.vault, order), jobId),
  }))
}

/**
 * What of a job's output is handed on; `undefined` where all is.
 *
 * @throws {SizeMismatchError} `ERR_SIZE_MISMATCH`: a range was mapped by a size that the archive does not have
 */
function cutOf({ wanted, archiveSize }: RetrievalOrder, job: Job): ByteRange | undefined {
  if (!wanted) return undefined
  const { jobId, archiveSize: found = 0, range = wanted } = job
  if (archiveSize !== undefined && found !== archiveSize)
    throw new SizeMismatchError(`The archive of job ${jobId}`, archiveSize, found)
  return rangeWithin(wanted, range)
}
