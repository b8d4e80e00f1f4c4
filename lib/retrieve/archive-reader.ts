/**
 * A Readable of an archive's bytes, from the outputs of retrieval jobs.
 *
 * - No byte is handed on before it has been verified: a range is held until its hash is checked
 *   (verified-output.ts). Only with `checkLate`, an archive without hashes of its parts is verified when all have arrived.
 * - At most `concurrency + 2` ranges are held: those in requests, one that waits to be read, and one that is being read.
 */
import { setMaxListeners } from 'node:events'
import type { Runtime } from '../runtime/runtime.js'
import type { Job, RetrievalStore } from '../store/retrieval-store.js'
import { destroyOnAbort } from '../streams/caller-signal.js'
import { emitOrDestroy } from '../streams/emit-or-destroy.js'
import { TypedReadable, type ReadableEvents } from '../streams/typed-events.js'
import { ProgressMeter, type TransferProgress } from '../transfer/progress.js'
import { reportedRetry, type StuckWarning } from '../transfer/reported-retry.js'
import type { RetryNotice } from '../transfer/retry.js'
import { expectedOutputOf } from './expected-output.js'
import { describedPlan } from './described-plan.js'
import { assertUsed, planAfter } from './held-archives.js'
import { plannedJobs } from './jobs/archive-job.js'
import type { PollDelays } from './jobs/job.js'
import { JobSchedule } from './jobs/job-schedule.js'
import { assertPlanned, requestedRangeOf } from './requested-range.js'
import type { RetrievalPlan } from './retrieval-plan.js'
import { verifiedOutput, type OutputBytes } from './verified-output.js'
import type { VerifiedRange } from './verified-range.js'

/** The events of a retrieval. */
export interface RetrievalEvents {
  /**
   * A retrieval job is used: its ID, and whether it existed before. The first byte arrives when the job has finished,
   * after minutes or hours.
   */
  job: [jobId: string, found: boolean]
  /** A job is in progress, and its output is waited for. Emitted once for each job that is waited for. */
  waiting: [job: Job]
  /** A job has finished. Of several archives, each job is reported when its output is read. */
  ready: [job: Job]
  /**
   * Bytes of the stream have been verified and are handed on. The hash is that of the range as it was fetched. Not emitted for
   * bytes that can only be verified when all of them have arrived.
   */
  range: [range: VerifiedRange]
  /** A request has failed and is repeated. */
  retry: [notice: RetryNotice]
  /** A request has failed for a while, during which others have succeeded. */
  warning: [warning: StuckWarning]
  /** Bytes have been received or verified. Emitted at most ten times a second, and once before the end. */
  progress: [progress: TransferProgress]
}

/** The names of the events of a retrieval. */
export const RETRIEVAL_EVENTS: Readonly<Record<keyof RetrievalEvents, true>> = {
  job: true,
  waiting: true,
  ready: true,
  range: true,
  retry: true,
  warning: true,
  progress: true,
}

/** The events of an {@link ArchiveReader}. */
export interface ArchiveReaderEvents extends ReadableEvents<Buffer>, RetrievalEvents {}

/** The dependencies of a retrieval. */
export interface RetrievalContext {
  readonly store: RetrievalStore
  readonly plan: RetrievalPlan
  readonly runtime: Runtime
  /** Milliseconds since the last success for which requests are repeated. */
  readonly retryFor?: number | undefined
  readonly poll?: PollDelays | undefined
  /** The ARN of the SNS topic that the jobs notify which are started. */
  readonly snsTopic?: string | undefined
  /** Whether bytes are handed on that can only be verified when all of them have arrived; default false. */
  readonly checkLate?: boolean | undefined
  readonly signal?: AbortSignal | undefined
}

/** The Readable that {@link archiveReader} and {@link retrieveArchive} return. */
export class ArchiveReader extends TypedReadable<Buffer, ArchiveReaderEvents> {
  #plan: RetrievalPlan
  readonly #cancel = new AbortController()
  readonly #progress: ProgressMeter
  readonly #ranges: AsyncGenerator<OutputBytes, void, undefined>
  #position: number

  /** @internal */
  constructor(context: RetrievalContext) {
    super()
    const { plan, runtime, signal } = context
    this.#plan = plan
    this.#position = plan.held.at(-1)?.end ?? plan.start
    setMaxListeners(0, this.#cancel.signal) // each request in flight adds several, and their number is not limited
    const report = (progress: TransferProgress): void => {
      emitOrDestroy(this, 'progress', progress)
    }
    this.#progress = new ProgressMeter(runtime.clock, report, plan.totalBytes)
    this.#ranges = this.#readOutputs(context)
    destroyOnAbort(signal, this)
  }

  /** The jobs, the ranges and the memory of the retrieval. A store that can describe archives completes it. */
  get plan(): RetrievalPlan {
    return this.#plan
  }

  /** The transfer as it stands, for a display that is updated by a timer. The event `progress` reports changes. */
  get progress(): TransferProgress {
    return this.#progress.progress
  }

  /** @internal */
  override _read(): void {
    this.#ranges
      .next()
      .then(({ value }) => {
        if (value) this.#handOn(value)
        else this.#end()
      })
      .catch((error: unknown) => {
        this.destroy(error as Error)
      })
  }

  /** @internal */
  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#cancel.abort(error ?? undefined)
    const ended = (): void => {
      this.#progress.finish()
      callback(error)
    }
    this.#ranges.return().then(ended, ended)
  }

  #handOn({ chunks, size, hash }: OutputBytes): void {
    if (this.destroyed) return // a listener has thrown since the read
    const start = this.#position
    this.#position += size
    if (hash !== undefined) emitOrDestroy(this, 'range', { start, end: this.#position, hash })
    for (const chunk of chunks) this.push(chunk)
  }

  #end(): void {
    this.#progress.finish()
    this.push(null)
  }

  /** Finds or starts the jobs of the plan, and reads their outputs one after the other. */
  async *#readOutputs(context: RetrievalContext): AsyncGenerator<OutputBytes, void, undefined> {
    const { store, runtime, retryFor, poll, snsTopic, checkLate } = context
    const progress = this.#progress
    const retry = reportedRetry(this, { retryFor, clock: runtime.clock }, store, progress)
    const { signal } = this.#cancel
    const described = await describedPlan(context.plan, { store, retry, signal, checkLate })
    const plan = planAfter(described, context.plan.held, store.hashes)
    this.#plan = plan
    const abort = (): void => {
      this.#cancel.abort()
    }
    const onJob = (jobId: string, found: boolean): void => {
      emitOrDestroy(this, 'job', jobId, found)
    }
    const onWaiting = (job: Job): void => {
      emitOrDestroy(this, 'waiting', job)
    }
    const jobs = plannedJobs({ store, retry, runtime, signal, poll, snsTopic, onJob, onWaiting }, plan.jobs)
    const schedule = new JobSchedule(jobs, runtime.clock)
    const outputContext = { store, retry, progress, signal, abort, plan, schedule, held: this.#skipHeld() }
    const sizes = jobs.map(({ size }) => size)
    let offset = plan.start
    try {
      for (const [i, scheduled] of jobs.entries()) {
        const ready = await schedule.ready(scheduled)
        assertPlanned(scheduled.plan, ready)
        const { size } = expectedOutputOf(ready) // before the event, so that its listeners need no check
        emitOrDestroy(this, 'ready', ready)
        sizes[i] = size
        progress.setTotalBytes(plan.totalBytes ?? sumOf(plan.start, sizes))
        const requestedRange = requestedRangeOf(scheduled.plan, ready)
        const { parts, beginHash } = scheduled.plan
        const output = { job: scheduled.job, ready, offset, requestedRange, parts, beginHash }
        yield* verifiedOutput(output, outputContext)
        offset += size
      }
      assertUsed(outputContext.held)
    } finally {
      abort() // a job that is being started ahead must not delay the end
      await schedule.settled()
    }
  }

  /**
   * Counts the held ranges of archives that need no job.
   *
   * @returns the other held ranges
   */
  #skipHeld(): VerifiedRange[] {
    const { held, start } = this.plan
    for (const range of held) if (range.end <= start) this.#progress.partDone(range.end - range.start, true)
    return held.filter(({ end }) => end > start)
  }
}

/** The sum of sizes; `undefined` if one is unknown. */
function sumOf(start: number, sizes: readonly (number | undefined)[]): number | undefined {
  let sum = start
  for (const size of sizes) {
    if (size === undefined) return undefined
    sum += size
  }
  return sum
}
