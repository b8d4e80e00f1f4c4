/** The reading calls of a store, with retries. */
import type { JobStore } from '../../store/retrieval-store.js'
import type { Retry } from '../../transfer/retry.js'

/** The calls of a store that look at jobs. */
export type JobReader = Pick<JobStore, 'describeJob' | 'listJobs'>

/**
 * Repeats the calls that look at jobs until they succeed. The calls that start a job are not among them: each attempt
 * may cost money, so `start-once.ts` searches for the job before it makes another attempt.
 */
export function retryingStore(store: JobReader, retry: Retry): JobReader {
  return {
    describeJob: (request) => retry.run(() => store.describeJob(request), request.signal),
    listJobs: (request) => retry.run(() => store.listJobs(request), request.signal),
  }
}
