/**
 * The worker threads of this process that hash bytes in shared memory: nothing is copied, and the event loop is free.
 *
 * - All transfers share them. Each uses as many at a time as it may, and there are never more than the processors can
 *   use, however many transfers there are. A worker does its jobs in order, and a transfer waits for one part at a time,
 *   so the transfers take turns.
 * - One worker makes the linear hash of a part. The others share its leaves, if its tree hash is wanted; with a single
 *   worker, it makes both.
 * - Workers that read files may wait for a disk. They are other workers than those that hash parts.
 */
import { invariant } from '../invariant.js'
import { availableParallelism } from 'node:os'
import type { HashJob, HashResult } from './hash-worker.js'
import { canRunWorkers, WorkerHandle } from './worker-handle.js'

/** Maximum number of workers, unless one transfer may use more: beyond it, memory and network are slower than hashing. */
const MAX_WORKERS = 8

/** A worker, as those who give it jobs see it. */
export interface HashWorker {
  /** Number of jobs that are not settled. */
  readonly pendingJobs: number
  /**
   * Does a job.
   *
   * @param signal - settles the promise early; the job itself is stopped by {@link MemoryJob.stop}
   * @returns `undefined` if the worker cannot run, the job was stopped, or the signal fired
   */
  hash(job: HashJob, signal?: AbortSignal): Promise<HashResult>
}

/** One or more workers. */
export type HashWorkers = readonly [HashWorker, ...HashWorker[]]

/** Workers that hash. A simulation passes its own pool. */
export interface HashPool {
  /**
   * Takes the workers with the fewest jobs. They need not be given back.
   *
   * @param count - maximum number of workers, at least 1
   * @returns `undefined` if worker threads cannot run
   */
  take(count: number): HashWorkers | undefined
}

/** A pool of worker threads. */
export class WorkerPool implements HashPool {
  readonly #maxWorkers: number
  readonly #workers: WorkerHandle[] = []

  /** @param maxWorkers - maximum number of workers, unless one caller of `take()` asks for more */
  constructor(maxWorkers: number = Math.min(availableParallelism(), MAX_WORKERS)) {
    this.#maxWorkers = maxWorkers
  }

  /** Number of workers. */
  get size(): number {
    return this.#workers.length
  }

  take(count: number): HashWorkers | undefined {
    if (!canRunWorkers()) return undefined
    const maxWorkers = Math.max(this.#maxWorkers, count)
    for (let idle = this.#idle(); idle < count && this.size < maxWorkers; idle++)
      this.#workers.push(new WorkerHandle())
    const byJobs = this.#workers.toSorted((a, b) => a.pendingJobs - b.pendingJobs)
    const [first, ...others] = byJobs.slice(0, count)
    invariant(first !== undefined, 'a pool that may take a worker has one')
    return [first, ...others]
  }

  #idle(): number {
    return this.#workers.filter(({ pendingJobs }) => pendingJobs === 0).length
  }
}

/** The workers of this process that hash parts. */
export const partPool: WorkerPool = new WorkerPool()
/** The workers of this process that read and hash files. */
export const filePool: WorkerPool = new WorkerPool()
