/**
 * One hashing thread, seen from the thread that gives it orders.
 *
 * - It is started with its first order. It keeps the process alive while somebody waits for an answer, and never
 *   otherwise, whether or not anybody says that it is no longer needed.
 * - A thread without an order for a while is ended, and started again with the next one.
 * - A thread that cannot be started, or dies, answers `undefined` to all that it was asked for. No other is started in
 *   this process then: what failed once, as memory or a permission, fails again. One warning reports it.
 */
import { Worker } from 'node:worker_threads'
import type { HashAnswer, HashOrder } from './hash-worker.js'

/** The code of the process warning that reports that no threads hash. */
export const NO_THREADS_WARNING = 'GLACIER_PIPE_NO_THREADS'
/** Milliseconds without an order after which a thread is ended. */
const IDLE_MS = 10_000

let areBroken = false

/**
 * The flags of Node a thread is started with: none. With some of the process's, as `--input-type`, it would not start.
 * Only code that was not compiled needs them, for its loader.
 */
export function flagsFor(moduleUrl: string): string[] {
  return moduleUrl.endsWith('.ts') ? process.execArgv : []
}

/** Whether threads can hash, as far as is known. */
export function canRunThreads(): boolean {
  return !areBroken
}

interface Waiting {
  readonly answer: (answer: HashAnswer) => void
  isWanted: boolean
}

/** Gives orders to one thread, which answers them in turn. */
export class ThreadHandle {
  readonly #idleMs: number
  readonly #waiting: Waiting[] = []
  #worker: Worker | undefined
  #idle: NodeJS.Timeout | undefined

  /** @param idleMs - milliseconds without an order after which the thread is ended */
  constructor(idleMs: number = IDLE_MS) {
    this.#idleMs = idleMs
  }

  /** Orders that are not answered yet. */
  get orders(): number {
    return this.#waiting.length
  }

  /**
   * Gives an order.
   *
   * @param signal - resolves the promise when it fires; the thread is told by the order itself
   * @returns the answer; `undefined` where there is none: the thread cannot run, or the signal fired
   */
  hash(order: HashOrder, signal?: AbortSignal): Promise<HashAnswer> {
    if (signal?.aborted) return Promise.resolve(undefined)
    const worker = (this.#worker ??= this.#started())
    if (!worker) return Promise.resolve(undefined)
    clearTimeout(this.#idle)
    return new Promise((resolve) => {
      const waiting: Waiting = {
        answer: (answer) => {
          signal?.removeEventListener('abort', leave)
          resolve(answer)
        },
        isWanted: true,
      }
      const leave = (): void => {
        waiting.isWanted = false // the thread answers nevertheless, and its answers are told apart by their order
        this.#holdProcess()
        resolve(undefined)
      }
      this.#waiting.push(waiting)
      signal?.addEventListener('abort', leave, { once: true })
      worker.postMessage(order)
      this.#holdProcess()
    })
  }

  #started(): Worker | undefined {
    if (areBroken) return undefined
    try {
      // Bundlers that replace `import.meta.url` do not find it in a destructuring.
      const url = import.meta.url
      const worker = new Worker(new URL('./hash-worker.js', url), { execArgv: flagsFor(url) })
      worker.on('message', (answer: HashAnswer) => {
        this.#waiting.shift()?.answer(answer)
        this.#holdProcess()
      })
      worker.on('messageerror', (error) => {
        this.#fail(error)
      })
      worker.on('error', (error: Error) => {
        this.#fail(error)
      })
      worker.on('exit', (code) => {
        if (worker === this.#worker) this.#fail(new Error(`The thread ended with the exit code ${code}.`))
      })
      return worker
    } catch (error) {
      this.#fail(error as Error)
      return undefined
    }
  }

  #holdProcess(): void {
    if (this.#waiting.some(({ isWanted }) => isWanted)) this.#worker?.ref()
    else this.#worker?.unref()
    if (this.#waiting.length === 0) this.#endWhenIdle()
  }

  #endWhenIdle(): void {
    clearTimeout(this.#idle)
    this.#idle = setTimeout(() => {
      this.#end()
    }, this.#idleMs)
    this.#idle.unref()
  }

  #end(): void {
    const worker = this.#worker
    this.#worker = undefined
    clearTimeout(this.#idle)
    void worker?.terminate()
  }

  #fail(error: Error): void {
    this.#end()
    if (!areBroken) warn(error)
    areBroken = true
    for (const { answer } of this.#waiting.splice(0)) answer(undefined)
  }
}

function warn({ message }: Error): void {
  process.emitWarning(
    `Threads for hashing cannot run. The thread that asks for a hash makes it from now on, which is slower and no less right. ${message}`,
    { code: NO_THREADS_WARNING },
  )
}
