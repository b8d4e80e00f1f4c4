/**
 * The retrieval of many archives: which jobs are started when, and which archive is read next.
 *
 * - Jobs are started ahead while everything that is started can be read before it expires (`ReadingWindow`). If nothing is
 *   started, the next archive is, however large: its own jobs are then started one after the other.
 * - An archive is read when all jobs that were started for it are complete. Of several, the one that was complete first is
 *   read first, since its output expires first.
 * - A job that the service no longer has is started again.
 * - Jobs that are refused for now, as by a limit of the account, wait until another archive has been read.
 */
import { AbortError, JobFailedError, RetrievalRefusedError } from '../../../../errors.js'
import type { Clock } from '../../../../runtime/clock.js'
import { ReadingWindow } from '../../../../retrieve/jobs/reading-window.js'
import type { VaultJob } from '../../../../client/vault-client.js'
import { sleep } from '../../../../transfer/sleep.js'

/** The pause after the first look at the jobs; each pause is twice as long as the one before. */
const FIRST_PAUSE_MS = 1_000
/** The longest pause: five minutes of the hours that a Standard retrieval takes. */
const MAX_PAUSE_MS = 300_000
/** How often the jobs of an archive are started again before the archive is given up. */
const MAX_RESTARTS = 3

/** An archive in the queue. */
export interface QueuedArchive {
  /** Bytes to read. */
  readonly size: number
}

/** The service, as the queue needs it. */
export interface QueueService<Archive extends QueuedArchive> {
  /** Finds or starts the first jobs of an archive. Resolves to their IDs. */
  start(archive: Archive): Promise<readonly string[]>
  /** Resolves to jobs as they stand, in the order of their IDs; `undefined` for those that do not exist. */
  look(jobIds: readonly string[]): Promise<readonly (VaultJob | undefined)[]>
  /** Called before the first pause of a wait, with the jobs that are waited for, which are in progress. */
  onWaiting(jobs: readonly VaultJob[]): void
}

/** The next archive: its outputs are ready, or it has failed. */
export type NextArchive<Archive> =
  | { readonly archive: Archive; readonly jobIds: readonly string[] }
  | { readonly archive: Archive; readonly error: unknown }

type Look<Archive> =
  | { readonly isWaiting: true; readonly inProgress: readonly VaultJob[] }
  | { readonly isWaiting: false; readonly next: NextArchive<Archive> | undefined }

interface Started<Archive> {
  readonly archive: Archive
  readonly jobIds: readonly string[]
}

/** Starts jobs in time, and hands out archives as they become ready. */
export class RetrievalQueue<Archive extends QueuedArchive> {
  readonly #service: QueueService<Archive>
  readonly #clock: Clock
  readonly #signal: AbortSignal
  readonly #window = new ReadingWindow()
  readonly #restarts = new Map<Archive, number>()
  readonly #failed: { readonly archive: Archive; readonly error: unknown }[] = []
  /** Archives whose jobs are not started. */
  #waiting: readonly Archive[]
  #started: readonly Started<Archive>[] = []
  /** Bytes of the archive that is being read which are still to be read. */
  #readingBytes = 0
  #isRefused = false
  #starting: Promise<void> | undefined

  constructor(
    archives: readonly Archive[],
    service: QueueService<Archive>,
    clock: Clock,
    signal: AbortSignal,
  ) {
    this.#waiting = archives
    this.#service = service
    this.#clock = clock
    this.#signal = signal
  }

  /** The archives whose jobs are not started. */
  get waiting(): readonly Archive[] {
    return this.#waiting
  }

  /**
   * Starts the first jobs. Resolves to the archives whose jobs are started, and to those that failed.
   *
   * @throws {AbortError} `ABORT_ERR`: the signal fired
   */
  async startFirst(): Promise<readonly NextArchive<Archive>[]> {
    await this.#startAhead()
    this.#assertNotStopped()
    return [...this.#started, ...this.#failed]
  }

  /**
   * Waits for the next archive. The archive before it is no longer read.
   *
   * @returns `undefined` if all archives were handed out
   * @throws {AbortError} `ABORT_ERR`: the signal fired
   */
  async next(): Promise<NextArchive<Archive> | undefined> {
    this.#readingBytes = 0
    this.#isRefused = false
    let hasNoted = false
    let look = await this.#look()
    for (let pauseMs = FIRST_PAUSE_MS; look.isWaiting; pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)) {
      if (!hasNoted) this.#service.onWaiting(look.inProgress)
      hasNoted = true
      await sleep(this.#clock, pauseMs * (0.75 + this.#clock.random() / 4), this.#signal)
      look = await this.#look()
    }
    return look.next
  }

  /** Notes that bytes of the archive that is being read were fetched in a number of milliseconds. */
  fetched(bytes: number, ms: number): void {
    this.#window.fetched(bytes, ms)
    this.#readingBytes = Math.max(0, this.#readingBytes - bytes)
    void this.#startAhead()
  }

  /**
   * Puts an archive back whose job the service no longer has.
   *
   * @returns whether it was put back; otherwise it was put back too often
   */
  putBack(archive: Archive): boolean {
    const restarts = (this.#restarts.get(archive) ?? 0) + 1
    this.#restarts.set(archive, restarts)
    if (restarts > MAX_RESTARTS) return false
    this.#waiting = [archive, ...this.#waiting]
    return true
  }

  /** Starts jobs while their outputs can be read in time. It never rejects: archives that fail are handed out. */
  #startAhead(): Promise<void> {
    this.#starting ??= this.#startAllInTime().finally(() => {
      this.#starting = undefined
    })
    return this.#starting
  }

  async #startAllInTime(): Promise<void> {
    for (let [archive] = this.#waiting; archive && this.#mayStart(archive); [archive] = this.#waiting) {
      try {
        const jobIds = await this.#service.start(archive)
        this.#started = [...this.#started, { archive, jobIds }]
      } catch (error) {
        if (this.#signal.aborted) return
        const isForNow = error instanceof RetrievalRefusedError && this.#isBusy
        this.#isRefused = isForNow
        if (isForNow) return
        this.#failed.push({ archive, error })
      }
      this.#waiting = this.#waiting.filter((other) => other !== archive)
    }
  }

  #assertNotStopped(): void {
    if (this.#signal.aborted) throw new AbortError({ cause: this.#signal.reason })
  }

  get #isBusy(): boolean {
    return this.#started.length > 0 || this.#readingBytes > 0
  }

  #mayStart({ size }: Archive): boolean {
    if (this.#signal.aborted || this.#isRefused) return false
    const bytes = this.#started.reduce((sum, { archive }) => sum + archive.size, this.#readingBytes)
    return !this.#isBusy || this.#window.fits(bytes + size)
  }

  /** Starts jobs, and looks for an archive to hand out. */
  async #look(): Promise<Look<Archive>> {
    await this.#startAhead()
    this.#assertNotStopped()
    const failed = this.#failed.shift()
    if (failed || this.#started.length === 0) return { isWaiting: false, next: failed }
    const inProgress: VaultJob[] = []
    const next = await this.#nextOf(inProgress)
    if (next) return { isWaiting: false, next }
    return inProgress.length > 0 ? { isWaiting: true, inProgress } : this.#look() // all of them are started again
  }

  /**
   * Looks at all jobs once.
   *
   * @param inProgress - receives the jobs that are in progress
   */
  async #nextOf(inProgress: VaultJob[]): Promise<NextArchive<Archive> | undefined> {
    const jobs = await this.#service.look(this.#started.flatMap(({ jobIds }) => jobIds))
    const byId = new Map(jobs.flatMap((job) => (job ? [[job.jobId, job]] : [])))
    let next:
      { readonly started: Started<Archive>; readonly completed: string; readonly job?: VaultJob } | undefined
    for (const started of this.#started) {
      const ofArchive = started.jobIds.flatMap((jobId) => byId.get(jobId) ?? [])
      const unfinished = ofArchive.filter(({ status }) => status === 'InProgress')
      const failed = ofArchive.find(({ status }) => status === 'Failed')
      if (ofArchive.length < started.jobIds.length && this.putBack(started.archive)) {
        this.#started = this.#started.filter((other) => other !== started)
      } else if (failed) {
        next = { started, completed: '', job: failed }
      } else if (unfinished.length > 0) {
        inProgress.push(...unfinished)
      } else {
        const [completed = ''] = ofArchive.flatMap(({ completionDate = [] }) => completionDate).sort()
        if (!next || completed < next.completed) next = { started, completed }
      }
    }
    if (!next) return undefined
    const { started, job } = next
    this.#started = this.#started.filter((other) => other !== started)
    const { archive, jobIds } = started
    if (job) return { archive, error: new JobFailedError(job.jobId, job.statusMessage) }
    this.#readingBytes = archive.size
    return { archive, jobIds }
  }
}
