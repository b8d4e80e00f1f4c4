/** The dependencies of jobs: the store, the retry policy, the clock and the random source. */
import type { Job, JobStore } from '../../store/retrieval-store.js'
import type { Runtime } from '../../runtime/runtime.js'
import type { Retry } from '../../transfer/retry.js'
import type { PollDelays } from './job.js'

/** The dependencies of finding, starting and waiting for jobs. */
export interface JobContext<Store extends JobStore = JobStore> {
  /** Makes each call once. */
  readonly store: Store
  readonly retry: Retry
  readonly runtime: Runtime
  readonly signal: AbortSignal
  readonly poll?: PollDelays | undefined
  /** The ARN of the SNS topic that the jobs notify which are started; `undefined` for none. */
  readonly snsTopic?: string | undefined
  /** Called for each job that is used, with its ID and whether it existed before. Must not throw. */
  readonly onJob: (jobId: string, found: boolean) => void
  /** Called once for each job that is in progress and is waited for. Must not throw. */
  readonly onWaiting: (job: Job) => void
}
