/** A job whose output a retrieval reads. */
import type { NotFoundError } from '../../errors.js'
import type { Job } from '../../store/retrieval-store.js'

/** A job whose output a retrieval reads. */
export interface RetrievalJob {
  /** The job as it was last described; `undefined` before that. */
  readonly lastSeen: Job | undefined
  /** Finds or starts the job, unless that is done. Resolves to its ID. */
  start(): Promise<string>
  /** Describes the job once, so that it is {@link RetrievalJob.lastSeen}. Another job may take its place meanwhile. */
  look(): Promise<void>
  /** Waits until the job has an output. */
  ready(): Promise<Job>
  /**
   * Gets another job with the same output, after the service no longer has this one.
   *
   * @param gone - the job that the service no longer has
   * @param refusal - the response that said so
   */
  renew(gone: Job, refusal: NotFoundError): Promise<Job>
  /** Notes that a part of the output has been read. */
  progressed(): void
}
