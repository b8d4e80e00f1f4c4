/**
 * One hashing worker, seen from the thread that gives it jobs.
 *
 * - It is started with its first job. It keeps the process alive while a job is waited for, and never otherwise, even if
 *   it is not closed.
 * - A worker without a job for a while is ended, and started again for the next one.
 * - A worker that cannot be started, or dies, settles all its jobs with `undefined`. No other is started in this process
 *   then: the same cause, such as memory or a permission, would make it fail again. One warning reports it.
 */
import type { Worker } from 'node:worker_threads'
import { startHashThread } from './hash-thread.js'
import type { HashJob, HashResult } from './hash-worker.js'

/** The code of the process warning which reports that worker threads cannot hash. */
export const NO_THREADS_WARNING = 'GLACIER_PIPE_NO_THREADS'
/** Milliseconds without a job after which a worker is ended. */
const IDLE_MS = 10_000

let areBroken = false

/** Whether workers can hash, as far as is known. */
export function canRunWorkers(): boolean {
  return !areBroken
}

interface PendingJob {
  readonly settle: (result: HashResult) => void
  isAwaited: boolean
}

/** Gives jobs to one worker, which does them in order. */
export class WorkerHandle {
  readonly #idleMs: number
  readonly #pending: PendingJob[] = []
  #worker: Worker | undefined
  #idleTimer: NodeJS.Timeout | undefined

  /** @param idleMs - milliseconds without a job after which the worker is ended */
  constructor(idleMs: number = IDLE_MS) {
    this.#idleMs = idleMs
  }

  /** Number of jobs that are not settled. */
  get pendingJobs(): number {
    return this.#pending.length
  }

  /**
   * Does a job.
   *
   * @param signal - settles the promise when it fires; the job itself is stopped by a field of its own
   * @returns `undefined` if the worker cannot run, the job was stopped, or the signal fired
   */
  hash(job: HashJob, signal?: AbortSignal): Promise<HashResult> {
    if (signal?.aborted) return Promise.resolve(undefined)
    const worker = (this.#worker ??= this.#started())
    if (!worker) return Promise.resolve(undefined)
    clearTimeout(this.#idleTimer)
    return new Promise((resolve) => {
      const pending: PendingJob = {
        settle: (result) => {
          signal?.removeEventListener('abort', abandon)
          resolve(result)
        },
        isAwaited: true,
      }
      const abandon = (): void => {
        pending.isAwaited = false // the worker still sends the result, and results are matched by their order
        this.#holdProcess()
        resolve(undefined)
      }
      this.#pending.push(pending)
      signal?.addEventListener('abort', abandon)
      worker.postMessage(job)
      this.#holdProcess()
    })
  }

  #started(): Worker | undefined {
    if (areBroken) return undefined
    try {
      const worker = startHashThread()
      worker.on('message', (result: HashResult) => {
        this.#pending.shift()?.settle(result)
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

  /** Keeps the process alive exactly while a job is waited for. */
  #holdProcess(): void {
    if (this.#pending.some(({ isAwaited }) => isAwaited)) this.#worker?.ref()
    else this.#worker?.unref()
    if (this.#pending.length === 0) this.#endWhenIdle()
  }

  #endWhenIdle(): void {
    clearTimeout(this.#idleTimer)
    this.#idleTimer = setTimeout(() => {
      this.#end()
    }, this.#idleMs)
    this.#idleTimer.unref()
  }

  #end(): void {
    const worker = this.#worker
    this.#worker = undefined
    clearTimeout(this.#idleTimer)
    void worker?.terminate()
  }

  #fail(error: Error): void {
    this.#end()
    if (!areBroken) warn(error)
    areBroken = true
    for (const { settle } of this.#pending.splice(0)) settle(undefined)
  }
}

function warn({ message }: Error): void {
  process.emitWarning(
    'Worker threads for hashing cannot run. From now on, the calling thread hashes, which is slower but as correct. ' +
      `Cause: ${message}`,
    { code: NO_THREADS_WARNING },
  )
}
