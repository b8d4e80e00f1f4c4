/**
 * Retrieval jobs: the service copies an archive out of its store, which takes minutes to hours, and then holds the
 * output ready for at least a day (protocol.md 2).
 */
import { JobFailedError } from '../errors.js'
import { systemClock, type Clock } from '../vault/clock.js'
import type { Job, JobRequest, JobsRequest, VaultClient } from '../vault/vault-client.js'
import { itemsOf } from '../vault/vault-client.js'

/** How long to wait between two looks at a job, in milliseconds: from the first, doubling, to the longest. */
export interface PollDelays {
  /** Default 1,000. */
  readonly first?: number | undefined
  /** Default 300,000: five minutes, of the hours a Standard retrieval takes. */
  readonly longest?: number | undefined
}

/** Milliseconds after its completion up to which a job is used again: outputs are there for 24 hours at the least. */
const FRESH = 20 * 3_600_000

/**
 * Waits until a job has an output. The first look is taken at once; the pauses are jittered by a quarter, so that many
 * who wait do not look all at once.
 *
 * @throws {JobFailedError} `ERR_JOB_FAILED`: it ended without one
 * @throws {ServiceError} the job could not be looked at
 */
export async function waitForJob(
  client: VaultClient,
  request: JobRequest & { readonly signal: AbortSignal },
  { first = 1_000, longest = 300_000 }: PollDelays = {},
  clock: Clock = systemClock,
): Promise<Job> {
  let job = await client.describeJob(request)
  for (let pause = first; job.status === 'InProgress'; pause = Math.min(pause * 2, longest)) {
    await clock.sleep(pause * (0.75 + clock.random() / 4), request.signal)
    job = await client.describeJob(request)
  }
  if (job.status === 'Failed') throw new JobFailedError(job.jobId, job.statusMessage)
  return job
}

/**
 * A job of a vault that has brought out what is wanted, or else is about to.
 *
 * @param fits - whether a job brings out what is wanted; one under way must also be as fast as is wanted
 * @returns of those that are done, the one that has its output longest; `undefined` where there is none
 */
export async function findJob(
  client: VaultClient,
  request: JobsRequest,
  fits: (job: Job) => boolean,
  now: () => number = Date.now,
): Promise<Job | undefined> {
  let best: Job | undefined
  for await (const job of itemsOf((page) => client.listJobs({ ...request, ...page }))) {
    if (job.status === 'Failed' || !fits(job)) continue
    if (job.completionDate !== undefined && now() - Date.parse(job.completionDate) > FRESH) continue
    if (best === undefined || placeOf(job) > placeOf(best)) best = job
  }
  return best
}

/** What is done comes before what is not; of what is done, the latest; of what is not, the one that began first. */
function placeOf({ completionDate, creationDate }: Job): number {
  return completionDate === undefined ? -Date.parse(creationDate) : Date.parse(completionDate)
}
