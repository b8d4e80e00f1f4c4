/**
 * Retrieval jobs: the service copies an archive out of its store, which takes minutes to hours, and keeps the output for
 * at least a day (docs/glacier-protocol.md#job-output).
 */
import { JobFailedError } from '../../errors.js'
import type { Clock, WallClock } from '../../runtime/clock.js'
import { pagesOf } from '../../store/paging.js'
import type { Job, StoreJobRequest, StoreJobsRequest } from '../../store/retrieval-store.js'
import { sleep } from '../../transfer/sleep.js'
import type { JobReader } from './retrying-store.js'

/** The delays between two requests for the state of a job. They double from the first to the maximum. */
export interface PollDelays {
  /** Milliseconds before the second request; default 1,000. */
  readonly firstMs?: number | undefined
  /** Maximum in milliseconds; default 300,000: five minutes, of the hours a Standard retrieval takes. */
  readonly maxMs?: number | undefined
}

/** Milliseconds after its completion for which a job is used: its output is kept for at least 24 hours. */
const MAX_AGE_MS = 20 * 3_600_000
/** Milliseconds before the deletion of its output until which a job is used. */
const MIN_LEFT_MS = 4 * 3_600_000

/** The number of jobs of one output that are considered: a list of more must not fill the memory. */
const MAX_FOUND_JOBS = 1000

/**
 * Waits until a job has an output. The job is described at once, and then after pauses that are jittered by a quarter, so
 * that many waiting processes do not send their requests together.
 *
 * @param onSeen - called with the job after each request
 * @throws {JobFailedError} `ERR_JOB_FAILED`: the job failed
 * @throws {ServiceError} the job could not be described
 */
export async function waitForJob(
  store: JobReader,
  request: StoreJobRequest & { readonly signal: AbortSignal },
  delays: PollDelays | undefined,
  clock: Clock,
  onSeen: (job: Job) => void,
): Promise<Job> {
  const { firstMs = 1_000, maxMs = 300_000 } = delays ?? {}
  let job = await store.describeJob(request)
  onSeen(job)
  for (let pauseMs = firstMs; job.status === 'InProgress'; pauseMs = Math.min(pauseMs * 2, maxMs)) {
    await sleep(clock, pauseMs * (0.75 + clock.random() / 4), request.signal)
    job = await store.describeJob(request)
    onSeen(job)
  }
  if (job.status === 'Failed') throw new JobFailedError(job.jobId, job.statusMessage)
  return job
}

/**
 * Finds the jobs that have a certain output or will have it, the best first: of the finished ones, the one whose output
 * is kept longest.
 *
 * The age of a job is measured by the service's clock, which the page states. The local clock is used only if the page
 * states no time.
 *
 * @param matches - whether a job has that output; one in progress must also have a sufficient tier
 * @param wallClock - the local time of day
 */
export async function findJobs(
  store: JobReader,
  request: StoreJobsRequest,
  matches: (job: Job) => boolean,
  wallClock: WallClock,
): Promise<Job[]> {
  const found: Job[] = []
  for await (const { items, date } of pagesOf((page) => store.listJobs({ ...request, ...page }))) {
    const now = date === undefined ? wallClock.now() : Date.parse(date)
    for (const job of items) {
      if (job.status === 'Failed' || !matches(job)) continue
      if (isOld(job, now)) continue
      found.push(job)
    }
    found.sort((a, b) => preferenceOf(b) - preferenceOf(a)).splice(MAX_FOUND_JOBS)
  }
  return found
}

/** Whether the output of a job is deleted soon. */
function isOld({ completionDate, expiryDate }: Job, now: number): boolean {
  if (expiryDate !== undefined) return Date.parse(expiryDate) - now < MIN_LEFT_MS
  return completionDate !== undefined && now - Date.parse(completionDate) > MAX_AGE_MS
}

/** Finished jobs come before others: of the finished ones the latest is preferred, of the others the earliest. */
function preferenceOf({ completionDate, creationDate }: Job): number {
  return completionDate === undefined ? -Date.parse(creationDate) : Date.parse(completionDate)
}
