/**
 * Decides when the jobs of a retrieval are started. An output is kept for at least 24 hours and each job costs money, so
 * no job is started whose output could expire before it has been read.
 *
 * - The job whose output is read next is always started.
 * - Another job is started ahead if everything up to the end of its output can be read in time at the measured rate
 *   (`reading-window.ts`). Before anything has been read, only jobs of the same archive are, at an assumed rate: the jobs of one
 *   range.
 * - A job that has expired nevertheless is started again when its output is needed (`renewable-job.ts`).
 */
import type { Clock } from '../../runtime/clock.js'
import type { Job } from '../../store/retrieval-store.js'
import { ReadingWindow } from './reading-window.js'
import type { RetrievalJob } from './retrieval-job.js'

/** A job of a schedule. */
export interface ScheduledJob {
  readonly job: RetrievalJob
  /** The archive; `undefined` if it is not known. */
  readonly archiveId: string | undefined
  /** Bytes of the output; `undefined` if they are not known. */
  readonly size: number | undefined
}

/** Starts jobs in their order, in time for their outputs to be read before they expire. */
export class JobSchedule {
  readonly #jobs: readonly ScheduledJob[]
  readonly #clock: Clock
  /** The index of the job whose output is read. */
  #current = 0
  /** The index of the first job that was not started ahead. */
  #next = 0
  /** Bytes of the current output that have been read. */
  #position = 0
  readonly #window = new ReadingWindow()
  #lastTimeMs = 0
  #hasFailedAhead = false
  #starting: Promise<void> | undefined

  constructor(jobs: readonly ScheduledJob[], clock: Clock) {
    this.#jobs = jobs
    this.#clock = clock
  }

  /** Waits until a job has an output. It is called for the jobs in their order. */
  async ready(scheduled: ScheduledJob): Promise<Job> {
    const index = this.#jobs.indexOf(scheduled)
    this.#current = index
    this.#position = 0
    this.#next = Math.max(this.#next, index + 1)
    this.#hasFailedAhead = false
    await this.#start(index, scheduled.job)
    this.#startAhead()
    const ready = await scheduled.job.ready()
    this.#lastTimeMs = this.#clock.now()
    return ready
  }

  /**
   * Notes that a range of the current output has been read.
   *
   * @param end - the end of the range in the output
   * @param fetchedBytes - bytes that were fetched for it; 0 if the caller already had it
   */
  progressed(end: number, fetchedBytes: number): void {
    const now = this.#clock.now()
    this.#position = end
    if (fetchedBytes > 0) {
      this.#window.fetched(fetchedBytes, now - this.#lastTimeMs)
      this.#jobs[this.#current]?.job.progressed()
    }
    this.#lastTimeMs = now
    this.#startAhead()
  }

  /**
   * Starts the first job, and the following jobs whose outputs can be read in time at the assumed rate.
   *
   * @returns the job IDs
   */
  async startFirst(): Promise<string[]> {
    const jobIds: string[] = []
    for (const [i, { job }] of this.#jobs.entries()) {
      if (i > 0 && !this.#isReadInTime(i)) break
      await this.#start(i, job)
      jobIds.push(await job.start())
    }
    return jobIds
  }

  /** Waits until no job is being started. */
  async settled(): Promise<void> {
    while (this.#starting) await this.#starting
  }

  /** Starts a job. If its size decides on the jobs after it and is not known, the job is described as well. */
  async #start(index: number, job: RetrievalJob): Promise<void> {
    await job.start()
    if (index + 1 < this.#jobs.length && this.#sizeOf(index) === undefined) await job.look()
  }

  #startAhead(): void {
    this.#starting ??= this.#startAllInTime().finally(() => {
      this.#starting = undefined
    })
  }

  async #startAllInTime(): Promise<void> {
    for (let next = this.#nextInTime(); next; next = this.#nextInTime()) {
      const index = this.#next++
      // A refusal is reported when the output of the job is needed: the job is then started again.
      await this.#start(index, next.job).catch(() => (this.#hasFailedAhead = true))
    }
  }

  /** The next job to start ahead; `undefined` if none may be started now. */
  #nextInTime(): ScheduledJob | undefined {
    const next = this.#jobs[this.#next]
    if (!next || this.#hasFailedAhead || !this.#isReadInTime(this.#next)) return undefined
    const isSameArchive = next.archiveId === this.#jobs[this.#current]?.archiveId
    return this.#window.isMeasured || isSameArchive ? next : undefined
  }

  /** Whether everything up to the end of a job's output can be read while that output is kept. */
  #isReadInTime(index: number): boolean {
    let left = -this.#position
    for (let i = this.#current; i <= index; i++) left += this.#sizeOf(i) ?? Infinity
    return this.#window.fits(left)
  }

  /** The size of an output: as planned, as the job states, or that of the output before, since volumes have one size. */
  #sizeOf(index: number): number | undefined {
    for (let i = index; i >= 0; i--) {
      const known = knownSizeOf(this.#jobs[i])
      if (known !== undefined) return known
    }
    return undefined
  }
}

function knownSizeOf(scheduled: ScheduledJob | undefined): number | undefined {
  const seen = scheduled?.job.lastSeen
  return scheduled?.size ?? (seen?.range ? seen.range.end - seen.range.start : seen?.archiveSize)
}
