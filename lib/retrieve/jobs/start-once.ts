/**
 * Starts a job once: each InitiateJob request that the service carries out starts another job, which costs money
 * (docs/glacier-protocol.md#jobs).
 *
 * The request carries a random token in the description of the job. After an attempt that the service may have carried
 * out although no response arrived, the jobs are searched for that token before the next attempt.
 */
import { mayHaveActed } from '../../store/failure.js'
import { itemsOf } from '../../store/paging.js'
import { sleep } from '../../transfer/sleep.js'
import type { JobContext } from './job-context.js'
import type { JobDefinition } from './job-definition.js'

/** Milliseconds to wait before each search for a job, since a new job may appear late in a list. */
const SEARCH_DELAYS_MS = [0, 1_000, 2_000, 4_000, 8_000]

/** The dependencies of {@link startOnce}. */
export type StartContext = Pick<JobContext, 'store' | 'retry' | 'runtime' | 'signal'>

/**
 * Starts a job.
 *
 * @param definition - sends the request once, with the given description
 * @returns the job ID
 * @throws as {@link Retry.run}
 */
export async function startOnce(
  { store, retry, runtime, signal }: StartContext,
  definition: Pick<JobDefinition, 'archiveId' | 'start'>,
): Promise<string> {
  const description = `glacier-pipe ${runtime.random.uuid()}`
  let mayBeStarted = false
  const search = async (): Promise<string | undefined> => {
    for await (const job of itemsOf((page) =>
      store.listJobs({ archiveId: definition.archiveId, signal, ...page }),
    ))
      if (job.description === description) return job.jobId
    return undefined
  }
  const attempt = async (): Promise<string> => {
    for (const delayMs of mayBeStarted ? SEARCH_DELAYS_MS : []) {
      if (delayMs > 0) await sleep(runtime.clock, delayMs, signal)
      const jobId = await search()
      if (jobId !== undefined) return jobId
    }
    try {
      return await definition.start(description)
    } catch (error) {
      mayBeStarted ||= mayHaveActed(error)
      throw error
    }
  }
  return retry.run(attempt, signal)
}
