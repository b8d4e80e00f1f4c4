/** A finished job of which only the ID is known. It is not started again, since its archive is not known beforehand. */
import type { NotFoundError } from '../../errors.js'
import type { Job } from '../../store/retrieval-store.js'
import type { JobContext } from './job-context.js'
import type { RetrievalJob } from './retrieval-job.js'
import { retryingStore } from './retrying-store.js'

/** A finished job of which only the ID is known. */
export class FinishedJob implements RetrievalJob {
  readonly #context: JobContext
  readonly #jobId: string
  #lastSeen: Job | undefined

  constructor(context: JobContext, jobId: string) {
    this.#context = context
    this.#jobId = jobId
  }

  get lastSeen(): Job | undefined {
    return this.#lastSeen
  }

  start(): Promise<string> {
    return Promise.resolve(this.#jobId)
  }

  async look(): Promise<void> {
    await this.ready()
  }

  async ready(): Promise<Job> {
    const { store, retry, signal } = this.#context
    this.#lastSeen = await retryingStore(store, retry).describeJob({ jobId: this.#jobId, signal })
    return this.#lastSeen
  }

  renew(_gone: Job, refusal: NotFoundError): Promise<Job> {
    return Promise.reject(refusal)
  }

  progressed(): void {
    // A job that is not started again keeps no count of its renewals.
  }
}
