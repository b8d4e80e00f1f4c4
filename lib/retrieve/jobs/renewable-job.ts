/**
 * A job that is started again when the service no longer has it: while it is waited for, before its output is read, or
 * while its output is read.
 *
 * Only a NotFoundError of a request about the job itself means that the service no longer has it. A missing vault or
 * archive shows when the job is started again: those requests fail, and their error is passed on to the caller.
 */
import { NotFoundError } from '../../errors.js'
import type { Job } from '../../store/retrieval-store.js'
import type { JobContext } from './job-context.js'
import type { JobDefinition } from './job-definition.js'
import { findJobs, waitForJob } from './job.js'
import type { RetrievalJob } from './retrieval-job.js'
import { retryingStore, type JobReader } from './retrying-store.js'
import { startOnce } from './start-once.js'

/** Maximum number of jobs started in succession, each in place of the last, before a byte is read. */
const MAX_RENEWALS = 3
/** The same for jobs that existed before, which cost nothing: a list may have many that have expired. */
const MAX_FOUND_RENEWALS = 1000

/** Finds or starts a job, and another one when the service no longer has it. */
export class RenewableJob implements RetrievalJob {
  readonly #context: JobContext
  readonly #store: JobReader
  readonly #definition: JobDefinition
  /** Jobs that the service no longer has, although it may still list them. */
  readonly #gone = new Set<string>()
  readonly #givenJobId: string | undefined
  #jobId: Promise<string> | undefined
  /** The job that was chosen last; `undefined` once the service no longer has it. */
  #current: string | undefined
  #lastSeen: Job | undefined
  #renewals = 0
  #foundRenewals = 0
  #lastRefusal: NotFoundError | undefined

  /** @param givenJobId - the ID of the job to use first; by default a job is found or started */
  constructor(context: JobContext, definition: JobDefinition, givenJobId?: string) {
    this.#context = context
    this.#store = retryingStore(context.store, context.retry)
    this.#definition = definition
    this.#givenJobId = givenJobId
  }

  get lastSeen(): Job | undefined {
    return this.#lastSeen
  }

  start(): Promise<string> {
    this.#jobId ??= this.#choose().then(
      (jobId) => (this.#current = jobId),
      (error: unknown) => {
        this.#jobId = undefined // the next call tries again
        throw error
      },
    )
    return this.#jobId
  }

  /**
   * Waits until the job has an output. If the service no longer has the job, another one is waited for.
   *
   * @throws {NotFoundError} `ERR_NOT_FOUND`: each of several jobs disappeared, or the given one does not exist
   */
  ready(): Promise<Job> {
    const { signal, poll, runtime, onWaiting } = this.#context
    let waitedFor: string | undefined
    const onSeen = (job: Job): void => {
      this.#lastSeen = job
      if (job.status !== 'InProgress' || job.jobId === waitedFor) return
      waitedFor = job.jobId
      onWaiting(job)
    }
    return this.#withJob((jobId) => waitForJob(this.#store, { jobId, signal }, poll, runtime.clock, onSeen))
  }

  look(): Promise<void> {
    const { signal } = this.#context
    return this.#withJob(async (jobId) => {
      this.#lastSeen ??= await this.#store.describeJob({ jobId, signal })
    })
  }

  renew(gone: Job, refusal: NotFoundError): Promise<Job> {
    this.#forget(gone.jobId, refusal)
    return this.ready()
  }

  /** Notes that a part of the output has been read: the count of renewals starts again. */
  progressed(): void {
    this.#renewals = 0
    this.#foundRenewals = 0
  }

  /** Makes a request about the job. If the service no longer has the job, the request is made about another one. */
  async #withJob<Result>(request: (jobId: string) => Promise<Result>): Promise<Result> {
    for (;;) {
      const jobId = await this.start()
      try {
        return await request(jobId)
      } catch (error) {
        const neverExisted = jobId === this.#givenJobId && this.#lastSeen === undefined
        if (!(error instanceof NotFoundError) || neverExisted) throw error
        this.#forget(jobId, error)
      }
    }
  }

  #forget(jobId: string, refusal: NotFoundError): void {
    // Another request has found that out, and the next job may be chosen already. It may have the same ID: a bucket whose
    // HeadObject and GetObject contradict each other has the same object again.
    if (jobId !== this.#current) return
    this.#current = undefined
    this.#gone.add(jobId)
    this.#lastRefusal = refusal
    this.#jobId = undefined
  }

  async #choose(): Promise<string> {
    const { signal, onJob, runtime } = this.#context
    const { archiveId } = this.#definition
    if (this.#givenJobId !== undefined && this.#lastRefusal === undefined) {
      onJob(this.#givenJobId, true)
      return this.#givenJobId
    }
    const matches = (job: Job): boolean => !this.#gone.has(job.jobId) && this.#definition.matches(job)
    for (const { jobId } of await findJobs(this.#store, { archiveId, signal }, matches, runtime.wallClock)) {
      if (!(await this.#exists(jobId))) continue
      // A list may name a new job after each one that disappears, and never one that has an output.
      if (this.#lastRefusal && ++this.#foundRenewals > MAX_FOUND_RENEWALS) throw this.#lastRefusal
      onJob(jobId, true)
      return jobId
    }
    if (this.#lastRefusal && ++this.#renewals > MAX_RENEWALS) throw this.#lastRefusal
    const jobId = await startOnce(this.#context, this.#definition)
    onJob(jobId, false)
    return jobId
  }

  /** Whether a listed job exists: a list may contain a job that has expired. */
  async #exists(jobId: string): Promise<boolean> {
    try {
      this.#lastSeen = await this.#store.describeJob({ jobId, signal: this.#context.signal })
      return this.#lastSeen.status !== 'Failed'
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error
      this.#gone.add(jobId)
      return false
    }
  }
}
