/** A thread of Node.js that runs seeds, as the main thread sees it. */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { flagsFor } from '../../../lib/runtime/module-flags.js'
import { ThreadLostError, type Order, type SeedThread } from './seed-thread.js'

/** The code that a thread runs. */
export interface ThreadCode {
  /** The URL of `pool/worker.js`, of this build or of a changed one. */
  readonly workerUrl: string
  /** The URL of the module of the scenario. */
  readonly scenarioUrl: string
}

const OUT_OF_MEMORY = 'ERR_WORKER_OUT_OF_MEMORY'

/** A thread of its own. */
export class WorkerThread implements SeedThread {
  readonly #worker: Worker

  constructor({ workerUrl, scenarioUrl }: ThreadCode) {
    const execArgv = flagsFor(workerUrl)
    this.#worker = new Worker(new URL(workerUrl), { workerData: { scenarioUrl }, execArgv })
  }

  async carryOut(order: Order, limitMs: number): Promise<unknown> {
    const limit = AbortSignal.timeout(limitMs)
    this.#worker.postMessage(order)
    try {
      const response: unknown[] = await once(this.#worker, 'message', { signal: limit })
      return response[0]
    } catch (error) {
      await this.end()
      const isOutOfMemory = error instanceof Error && 'code' in error && error.code === OUT_OF_MEMORY
      if (!limit.aborted && !isOutOfMemory) throw error
      const reason = isOutOfMemory ? 'no memory is left' : `no response within ${limitMs / 1000} s`
      throw new ThreadLostError(reason, { cause: error })
    }
  }

  async end(): Promise<void> {
    await this.#worker.terminate()
  }
}
