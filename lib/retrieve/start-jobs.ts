/** Starts the jobs of a retrieval without waiting for them. */
import { following } from '../streams/caller-signal.js'
import { Retry } from '../transfer/retry.js'
import type { RetrievalContext } from './archive-reader.js'
import { describedPlan } from './described-plan.js'
import { plannedJobs } from './jobs/archive-job.js'
import { JobSchedule } from './jobs/job-schedule.js'

/**
 * Finds or starts the first job of a plan, and the following jobs whose outputs can be read before they expire.
 *
 * @returns the job IDs, in the order of the plan
 * @throws {AbortError} `ABORT_ERR`: the signal fired
 */
export async function startJobs(context: Omit<RetrievalContext, 'poll'>): Promise<string[]> {
  const { store, plan, runtime, retryFor, snsTopic, signal: caller } = context
  const { clock } = runtime
  const retry = new Retry({ retryFor, clock }, store)
  const { signal, release } = following(caller)
  const ignore = (): void => undefined
  const jobContext = {
    store,
    retry,
    runtime,
    signal,
    snsTopic,
    onJob: ignore,
    onWaiting: ignore,
  }
  try {
    const { jobs } = await describedPlan(plan, { store, retry, signal, checkLate: true })
    return await new JobSchedule(plannedJobs(jobContext, jobs), clock).startFirst()
  } finally {
    release()
  }
}
