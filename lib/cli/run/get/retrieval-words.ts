/** The words about a retrieval, whose jobs are those of a vault, or restores of objects of a bucket. */
import type { Job } from '../../../store/retrieval-store.js'
import { JOB_TIMES, type JobTimesWords } from '../../output/job-times.js'
import { GET, type Operation } from '../../output/progress/operation.js'

/** The words about the jobs of a retrieval. */
export interface RetrievalWords {
  readonly operation: Operation
  /**
   * The line about a job that is used; `undefined` if it is not mentioned.
   *
   * @param found - whether the job existed before
   */
  readonly used: (jobId: string, found: boolean) => string | undefined
  /** The line about a job that existed before and is waited for; `undefined` if {@link RetrievalWords.used} says it. */
  readonly waiting: (job: Pick<Job, 'jobId'>) => string | undefined
  readonly times: JobTimesWords
  /** The clause about the job that the service keeps after a failure, as `The retrieval job is kept`; `undefined` if it keeps none. */
  readonly kept: string | undefined
  /** When the output can be read, as `the jobs are complete`. */
  readonly complete: string
  /** The jobs that are started later. */
  readonly laterJobs: string
}

/** The words about the jobs of a vault. */
export const JOB_WORDS: RetrievalWords = {
  operation: GET,
  used: (jobId, found) =>
    `${found ? 'Found the retrieval job' : 'Started the retrieval job'} ${jobId}. Waiting for it.`,
  waiting: () => undefined,
  times: JOB_TIMES,
  kept: 'The retrieval job is kept',
  complete: 'the jobs are complete',
  laterJobs: 'the other jobs, each in time to read its output before it expires',
}
