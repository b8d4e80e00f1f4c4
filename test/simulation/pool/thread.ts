/** A thread of the pool, as the main thread sees it. */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { flagsFor } from '../../../lib/runtime/module-flags.js'
import type { Order } from './worker.js'

/** The code that a thread runs. */
export interface ThreadCode {
  /** The URL of `pool/worker.js`, of this build or of a changed one. */
  readonly workerUrl: string
  /** The URL of the module of the scenario. */
  readonly scenarioUrl: string
}

/** A run has stopped its thread: it did not return to the event loop, or used up the memory. */
export class ThreadLostError extends Error {}

const OUT_OF_MEMORY = 'ERR_WORKER_OUT_OF_MEMORY'

/** A thread that carries out one order at a time. */
export class Thread {
  readonly #worker: Worker

  constructor({ workerUrl, scenarioUrl }: ThreadCode) {
    const execArgv = flagsFor(workerUrl)
    this.#worker = new Worker(new URL(workerUrl), { workerData: { scenarioUrl }, execArgv })
  }

  /**
   * Carries out an order.
   *
   * @param limitMs - the time within which the thread must respond: a run that never returns to the event loop does not
   * @throws {ThreadLostError} it did not, or has used up the memory; it takes no more orders
   */
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

  /** Ends the thread. */
  async end(): Promise<void> {
    await this.#worker.terminate()
  }
}
