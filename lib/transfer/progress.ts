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
  /**
   * Bytes of the requests in flight that were sent or received so far. Together with `doneBytes` they are the position of
   * the transfer; they are subtracted again if their request fails.
   */
  readonly inFlightBytes: number
  /** Parts or ranges that are done, skipped ones included. */
  readonly partsDone: number
  /** Parts or ranges that were not transferred because they were there before. */
  readonly partsSkipped: number
  /** Requests in flight that send a part or fetch a range. */
  readonly requestsInFlight: number
  /** Requests that were made again after a failure. */
  readonly retries: number
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
  #inFlightBytes = 0
  #partsDone = 0
  #partsSkipped = 0
  #requestsInFlight = 0
  #retries = 0
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
      inFlightBytes: this.#inFlightBytes,
      partsDone: this.#partsDone,
      partsSkipped: this.#partsSkipped,
      requestsInFlight: this.#requestsInFlight,
      retries: this.#retries,
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
    this.#partsDone++
    if (skipped) {
      this.#skippedBytes += bytes
      this.#partsSkipped++
    }
    this.#changed()
  }

  /** Counts a request that is made again. */
  retried(): void {
    this.#retries++
    this.#changed()
  }

  /**
   * Counts a request as in flight until it settles.
   *
   * @param request - makes the request. Its argument counts bytes that it has sent or received
   */
  async inFlight<Result>(request: (onBytes: (bytes: number) => void) => Promise<Result>): Promise<Result> {
    let requestBytes = 0
    const onBytes = (bytes: number): void => {
      requestBytes += bytes
      this.#inFlightBytes += bytes
      this.#sentBytes += bytes
      this.#changed()
    }
    this.#requestsInFlight++
    this.#changed()
    try {
      return await request(onBytes)
    } finally {
      this.#requestsInFlight--
      this.#inFlightBytes -= requestBytes
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
