/**
 * A job that is started again when the service no longer has it: while it is waited for, before it is read, or while it
 * is read.
 *
 * Only NotFoundError of a request about the job itself counts as "no longer has it". A missing vault or archive shows
 * when the job is started again: the requests for that fail, and their error is the caller's.
 */
import { NotFoundError } from '../../errors.js'
import type { Clock } from '../../runtime/clock.js'
import { retrying } from '../../client/retrying-client.js'
import type { Job } from '../../store/retrieval-store.js'
import type { VaultClient } from '../../client/vault-client.js'
import { findJobs, waitForJob, type PollDelays } from './job.js'
import { startOnce, type StartMeans } from './start-once.js'

/** How jobs are found, started and waited for. */
export interface JobMeans extends StartMeans {
  readonly poll?: PollDelays | undefined
  readonly clock: Clock
  /** Is told of each job that is chosen, and whether it was there before. */
  readonly chosen: (jobId: string, found: boolean) => void
}

/** What a job is to bring out. */
export interface WantedJob {
  /** Whether a job brings that out, and soon enough. */
  fits(job: Job): boolean
  /** Sends the request that starts one, once; resolves to the job's ID. */
  start(client: VaultClient, description: string, signal: AbortSignal): Promise<string>
}

/** Jobs started again without progress between, after which it is an error. */
const MOST_RENEWALS = 3

/** Finds or starts a job, and another one when it is gone. */
export class RenewableJob {
  readonly #means: JobMeans
  readonly #client: VaultClient
  readonly #wanted: WantedJob
  /** Jobs the service no longer has, although it may still list them. */
  readonly #gone = new Set<string>()
  readonly #given: string | undefined
  #jobId: Promise<string> | undefined
  #job: Job | undefined
  #renewals = 0
  #lastRefusal: NotFoundError | undefined

  /** @param given - the ID of a job to begin with, instead of one that is found or started */
  constructor(means: JobMeans, wanted: WantedJob, given?: string) {
    this.#means = means
    this.#client = retrying(means.client, means.retry)
    this.#wanted = wanted
    this.#given = given
    this.#jobId = given === undefined ? undefined : Promise.resolve(given)
  }

  /** The job as it was last seen; `undefined` before that. */
  get lastSeen(): Job | undefined {
    return this.#job
  }

  /**
   * Finds or starts the job, unless that has been done.
   *
   * @returns its ID
   */
  start(): Promise<string> {
    this.#jobId ??= this.#choose().catch((error: unknown) => {
      this.#jobId = undefined // the next call tries again
      throw error
    })
    return this.#jobId
  }

  /**
   * Waits until the job has an output; of another job where this one disappears.
   *
   * @throws {NotFoundError} `ERR_NOT_FOUND`: each of several jobs disappeared, or the given one never was
   */
  async ready(): Promise<Job> {
    for (;;) {
      const jobId = await this.start()
      try {
        const request = { ...this.#means.vault, jobId }
        return await waitForJob(this.#client, request, this.#means.poll, this.#means.clock, (job) => {
          this.#job = job
        })
      } catch (error) {
        const neverWas = jobId === this.#given && this.#job === undefined
        if (!(error instanceof NotFoundError) || neverWas) throw error
        this.#forget(jobId, error)
      }
    }
  }

  /** Looks at the job once, so that it is {@link lastSeen}. */
  async look(): Promise<void> {
    const jobId = await this.start()
    this.#job ??= await this.#client.describeJob({ ...this.#means.vault, jobId })
  }

  /**
   * Another job in place of one whose output is gone, when it is ready.
   *
   * @param refusal - how the service said that it is gone
   */
  renew(gone: Job, refusal: NotFoundError): Promise<Job> {
    this.#forget(gone.jobId, refusal)
    return this.ready()
  }

  /** Something of an output was read: jobs may be started again as often as at first. */
  progressed(): void {
    this.#renewals = 0
  }

  #forget(jobId: string, refusal: NotFoundError): void {
    this.#gone.add(jobId)
    this.#lastRefusal = refusal
    this.#jobId = undefined
  }

  async #choose(): Promise<string> {
    const { vault, chosen } = this.#means
    const fits = (job: Job): boolean => !this.#gone.has(job.jobId) && this.#wanted.fits(job)
    for (const { jobId } of await findJobs(this.#client, vault, fits)) {
      if (!(await this.#isThere(jobId))) continue
      chosen(jobId, true)
      return jobId
    }
    if (this.#lastRefusal && ++this.#renewals > MOST_RENEWALS) throw this.#lastRefusal
    const jobId = await startOnce(this.#means, (text) =>
      this.#wanted.start(this.#means.client, text, vault.signal),
    )
    chosen(jobId, false)
    return jobId
  }

  /** Whether a listed job exists: a list may name one that has expired. */
  async #isThere(jobId: string): Promise<boolean> {
    try {
      this.#job = await this.#client.describeJob({ ...this.#means.vault, jobId })
      return this.#job.status !== 'Failed'
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error
      this.#gone.add(jobId)
      return false
    }
  }
}
