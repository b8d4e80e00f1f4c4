/**
 * When the jobs of a retrieval are started: an output is kept for 24 hours at the least, and each job costs money, so
 * none is started that could expire before it has been read.
 *
 * - The job that is read next is always started.
 * - Another is started ahead when everything up to its end can be read within {@link WINDOW_MS} at the measured rate.
 *   Before anything was read, only jobs of the same archive are, at an assumed rate: the pieces of a range.
 * - A job that has expired all the same is started again when its turn comes (`renewable-job.ts`).
 */
import type { Clock } from '../../runtime/clock.js'
import { MIB } from '../../sizes.js'
import type { Job } from '../../store/retrieval-store.js'
import type { RenewableJob } from './renewable-job.js'

/** The 24 hours of an output, less two for a rate that falls. */
const WINDOW_MS = 22 * 3_600_000
/**
 * The rate that is assumed until enough was measured: 1 MiB/s, a line of 8 Mbit/s. Few lines and few consumers are
 * slower, and at this rate 77 GiB fit the window: small archives are started together, large volumes one by one.
 */
const ASSUMED_BYTES_PER_MS = MIB / 1000
/** Milliseconds of reading after which a measured rate above the assumed one counts: buffers fill fast at first. */
const MEASURED_MS = 600_000

/** A job of a schedule. */
export interface ScheduledJob {
  readonly job: RenewableJob
  readonly archiveId: string
  /** Bytes of its output, where known. */
  readonly size: number | undefined
}

/** Starts jobs in their order, in time and not before. */
export class JobSchedule {
  readonly #jobs: readonly ScheduledJob[]
  readonly #clock: Clock
  /** The job whose turn it is. */
  #current = 0
  /** The first job that was not started ahead. */
  #next = 0
  /** Bytes of the current output that are behind us. */
  #position = 0
  #fetchedBytes = 0
  #fetchingMs = 0
  #lastTime = 0
  #hasFailedAhead = false
  #starting: Promise<void> | undefined

  constructor(jobs: readonly ScheduledJob[], clock: Clock) {
    this.#jobs = jobs
    this.#clock = clock
  }

  /** Waits until the output of a job is ready; jobs are asked for in their order. */
  async ready(index: number, { job }: ScheduledJob): Promise<Job> {
    this.#current = index
    this.#position = 0
    this.#next = Math.max(this.#next, index + 1)
    this.#hasFailedAhead = false
    await this.#begun(index, job)
    this.#startAhead()
    const found = await job.ready()
    this.#lastTime = this.#clock.now()
    return found
  }

  /**
   * A range of the current output has been handed on.
   *
   * @param end - where it ends in the output
   * @param fetchedBytes - bytes that were fetched for it; 0 where the caller had it already
   */
  progressed(end: number, fetchedBytes: number): void {
    const now = this.#clock.now()
    this.#position = end
    this.#fetchedBytes += fetchedBytes
    if (fetchedBytes > 0) this.#fetchingMs += now - this.#lastTime
    this.#lastTime = now
    this.#startAhead()
  }

  /**
   * Starts the first job and those after it that are sure to be read in time at the assumed rate.
   *
   * @returns their IDs
   */
  async startFirst(): Promise<string[]> {
    const jobIds: string[] = []
    for (const [i, { job }] of this.#jobs.entries()) {
      if (i > 0 && !this.#isReadInTime(i)) break
      jobIds.push(await job.start())
      await this.#begun(i, job)
    }
    return jobIds
  }

  /** Waits until no job is being started. */
  async settled(): Promise<void> {
    while (this.#starting) await this.#starting
  }

  /** Starts a job; where its size decides on those after it, and is not known, looks at it. */
  async #begun(index: number, job: RenewableJob): Promise<void> {
    await job.start()
    if (index + 1 < this.#jobs.length && this.#sizeOf(index) === undefined) await job.look()
  }

  #startAhead(): void {
    this.#starting ??= this.#startWhatFits().finally(() => {
      this.#starting = undefined
    })
  }

  async #startWhatFits(): Promise<void> {
    while (!this.#hasFailedAhead && this.#mayStart(this.#next)) {
      const index = this.#next++
      const { job } = this.#jobs[index] as ScheduledJob
      // A refusal is told when the job's turn comes, and it is asked for again then.
      await this.#begun(index, job).catch(() => (this.#hasFailedAhead = true))
    }
  }

  #mayStart(index: number): boolean {
    if (index >= this.#jobs.length) return false
    const isSameArchive = this.#jobs[index]?.archiveId === this.#jobs[this.#current]?.archiveId
    return this.#isReadInTime(index) && (this.#fetchedBytes > 0 || isSameArchive)
  }

  /** Whether everything up to the end of a job's output can be read while that output is kept. */
  #isReadInTime(index: number): boolean {
    let left = -this.#position
    for (let i = this.#current; i <= index; i++) left += this.#sizeOf(i) ?? Infinity
    return left / this.#bytesPerMs() <= WINDOW_MS
  }

  #bytesPerMs(): number {
    if (this.#fetchedBytes === 0) return ASSUMED_BYTES_PER_MS
    const measured = this.#fetchedBytes / this.#fetchingMs
    return this.#fetchingMs >= MEASURED_MS ? measured : Math.min(measured, ASSUMED_BYTES_PER_MS)
  }

  /** Bytes of an output: as given, as the job says, or as those of the one before, for volumes are of one size. */
  #sizeOf(index: number): number | undefined {
    for (let i = index; i >= 0; i--) {
      const { size, job } = this.#jobs[i] as ScheduledJob
      const seen = job.lastSeen
      const known = size ?? (seen?.range ? seen.range.end - seen.range.start : seen?.archiveSize)
      if (known !== undefined) return known
    }
    return undefined
  }
}
