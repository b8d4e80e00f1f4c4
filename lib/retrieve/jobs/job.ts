/**
 * Retrieval jobs: the service copies an archive out of its store, which takes minutes to hours, and then holds the
 * output ready for at least a day (docs/glacier-protocol.md#job-output).
 */
import { JobFailedError } from '../../errors.js'
import type { Clock } from '../../runtime/clock.js'
import { pagesOf } from '../../store/paging.js'
import type { Job } from '../../store/retrieval-store.js'
import type { JobRequest, JobsRequest, VaultClient } from '../../client/vault-client.js'

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
 * @param seen - is given the job after each look
 * @throws {JobFailedError} `ERR_JOB_FAILED`: it ended without one
 * @throws {ServiceError} the job could not be looked at
 */
export async function waitForJob(
  client: VaultClient,
  request: JobRequest & { readonly signal: AbortSignal },
  delays: PollDelays | undefined,
  clock: Clock,
  seen: (job: Job) => void,
): Promise<Job> {
  const { first = 1_000, longest = 300_000 } = delays ?? {}
  let job = await client.describeJob(request)
  seen(job)
  for (let pause = first; job.status === 'InProgress'; pause = Math.min(pause * 2, longest)) {
    await clock.sleep(pause * (0.75 + clock.random() / 4), request.signal)
    job = await client.describeJob(request)
    seen(job)
  }
  if (job.status === 'Failed') throw new JobFailedError(job.jobId, job.statusMessage)
  return job
}

/**
 * The jobs of a vault that have brought out what is wanted, or are about to, the best first: of those that are done,
 * the one that keeps its output longest.
 *
 * How old a job is, is a matter of the service's clock, which the page's date tells; this machine's clock serves only
 * where the service does not say.
 *
 * @param fits - whether a job brings out what is wanted; one under way must also be as fast as is wanted
 */
export async function findJobs(
  client: VaultClient,
  request: JobsRequest,
  fits: (job: Job) => boolean,
): Promise<Job[]> {
  const found: Job[] = []
  for await (const { items, date } of pagesOf((page) => client.listJobs({ ...request, ...page }))) {
    const now = date === undefined ? Date.now() : Date.parse(date)
    for (const job of items) {
      if (job.status === 'Failed' || !fits(job)) continue
      if (job.completionDate !== undefined && now - Date.parse(job.completionDate) > FRESH) continue
      found.push(job)
    }
  }
  return found.sort((a, b) => placeOf(b) - placeOf(a))
}

/** What is done comes before what is not; of what is done, the latest; of what is not, the one that began first. */
function placeOf({ completionDate, creationDate }: Job): number {
  return completionDate === undefined ? -Date.parse(creationDate) : Date.parse(completionDate)
}
