/** The progress of a transfer. */
import type { Clock } from '../runtime/clock.js'

/** A snapshot of a transfer, the argument of the event `progress`. */
export interface TransferProgress {
  /** Bytes that are confirmed by the service or verified, those of skipped parts included. It only grows. */
  readonly doneBytes: number
  /** Bytes of parts or ranges that were not transferred because they were there before. */
  readonly skippedBytes: number
  /** Bytes that were sent or received, those of repeated requests included. */
  readonly sentBytes: number
  /** Bytes of the whole stream; `undefined` if they are not known. */
  readonly totalBytes: number | undefined
  /** Parts or ranges that are done, skipped ones included. */
  readonly partsDone: number
  /** Requests in flight that send a part or fetch a range. */
  readonly requestsInFlight: number
}

/** Minimum time between two events, so that there are at most ten a second. */
const MIN_INTERVAL_MS = 100

/** Counts the bytes, parts and requests of a transfer, and reports them at most ten times a second. */
export class ProgressMeter {
  readonly #clock: Clock
  readonly #report: (progress: TransferProgress) => void
  #totalBytes: number | undefined
  #doneBytes = 0
  #skippedBytes = 0
  #sentBytes = 0
  #partsDone = 0
  #requestsInFlight = 0
  #reportedAtMs = -Infinity
  #isReported = false

  /**
   * @param report - called with each snapshot; must not throw
   * @param totalBytes - bytes of the whole stream; `undefined` if they are not known
   */
  constructor(clock: Clock, report: (progress: TransferProgress) => void, totalBytes?: number) {
    this.#clock = clock
    this.#report = report
    this.#totalBytes = totalBytes
  }

  /** The transfer as it stands. */
  get progress(): TransferProgress {
    return {
      doneBytes: this.#doneBytes,
      skippedBytes: this.#skippedBytes,
      sentBytes: this.#sentBytes,
      totalBytes: this.#totalBytes,
      partsDone: this.#partsDone,
      requestsInFlight: this.#requestsInFlight,
    }
  }

  /** Sets the bytes of the whole stream; `undefined` if they are not known yet. */
  setTotalBytes(bytes: number | undefined): void {
    this.#totalBytes = bytes
    this.#changed()
  }

  /** Counts a part or range that is confirmed or verified. */
  partDone(bytes: number, skipped: boolean): void {
    this.#doneBytes += bytes
    if (skipped) this.#skippedBytes += bytes
    this.#partsDone++
    this.#changed()
  }

  /** Counts bytes that were sent or received, those of repeated requests included. */
  sent(bytes: number): void {
    this.#sentBytes += bytes
    this.#changed()
  }

  /** Counts a request as in flight until it settles. */
  async inFlight<Result>(request: () => Promise<Result>): Promise<Result> {
    this.#requestsInFlight++
    this.#changed()
    try {
      return await request()
    } finally {
      this.#requestsInFlight--
      this.#changed()
    }
  }

  /** Reports the last snapshot, unless it has been reported. */
  finish(): void {
    if (!this.#isReported) this.#reportNow()
  }

  #changed(): void {
    this.#isReported = false
    if (this.#clock.now() - this.#reportedAtMs >= MIN_INTERVAL_MS) this.#reportNow()
  }

  #reportNow(): void {
    this.#isReported = true
    this.#reportedAtMs = this.#clock.now()
    this.#report(this.progress)
  }
}
