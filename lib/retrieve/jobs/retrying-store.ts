/** The reading calls of a store, with retries. */
import type { JobStore } from '../../store/retrieval-store.js'
import { repeatedBy } from '../../transfer/repeated-call.js'
import type { Retry } from '../../transfer/retry.js'

/** The calls of a store that look at jobs. */
export type JobReader = Pick<JobStore, 'describeJob' | 'listJobs'>

/**
 * Repeats the calls that look at jobs until they succeed. The calls that start a job are not among them: each attempt
 * may cost money, so `start-once.ts` searches for the job before it makes another attempt.
 */
export function retryingStore(store: JobReader, retry: Retry): JobReader {
  const again = repeatedBy(retry)
  return { describeJob: again(store.describeJob.bind(store)), listJobs: again(store.listJobs.bind(store)) }
}
