/**
 * The progress of a transfer over time: rates, percentage and remaining time.
 *
 * - The clock of the transfer stands still while a job is waited for. It begins with the first request, so a rate counts
 *   neither the search for a job nor the comparison of parts that are there already.
 * - Times are milliseconds of a monotonic clock of the caller.
 */
import type { TransferProgress } from '../../../transfer/progress.js'
import { RateWindow } from './rate-window.js'

/** A transfer at a moment. */
export interface TransferSnapshot {
  readonly counts: TransferProgress
  /** Bytes that are done, and bytes of the requests in flight. */
  readonly positionBytes: number
  /** Percentage of the total, an integer; 100 only when all bytes are done. `undefined` if the total is not known. */
  readonly percent: number | undefined
  /** Bytes per second on the wire over the last 15 seconds; `undefined` in the first second. */
  readonly bytesPerSecond: number | undefined
  /** Bytes per second on the wire since the first request; `undefined` before it. */
  readonly averageBytesPerSecond: number | undefined
  /** Milliseconds to the end at the rate of the last 15 seconds; `undefined` if the total or the rate is not known. */
  readonly etaMs: number | undefined
  /** Milliseconds since the beginning, without {@link TransferSnapshot.waitedMs}. */
  readonly elapsedMs: number
  /** Milliseconds for which jobs were waited for. */
  readonly waitedMs: number
}

/** The numbers of a transfer that has not begun. */
export const NOTHING: TransferProgress = {
  doneBytes: 0,
  skippedBytes: 0,
  sentBytes: 0,
  totalBytes: undefined,
  inFlightBytes: 0,
  partsDone: 0,
  partsSkipped: 0,
  requestsInFlight: 0,
  retries: 0,
}

/** Follows the numbers of a transfer over time. */
export class TransferModel {
  readonly #window = new RateWindow()
  readonly #startedMs: number
  #counts = NOTHING
  /** The milliseconds of waiting that is over. */
  #waitedMs = 0
  #waitingSinceMs: number | undefined
  /** The elapsed milliseconds at the first request. */
  #firstRequestMs: number | undefined

  /** @param nowMs - the time at which the transfer begins */
  constructor(nowMs: number) {
    this.#startedMs = nowMs
  }

  /** Takes the numbers as they stand. */
  update(counts: TransferProgress, nowMs: number): void {
    this.#counts = counts
    if (counts.requestsInFlight === 0 && counts.sentBytes === 0) return
    const elapsedMs = this.#elapsedMs(nowMs)
    this.#firstRequestMs ??= elapsedMs
    this.#window.add(elapsedMs, counts.sentBytes)
  }

  /** Stops the clock of the transfer: a job is waited for. */
  beginWaiting(nowMs: number): void {
    this.#waitingSinceMs ??= nowMs
  }

  /** Continues the clock of the transfer. */
  endWaiting(nowMs: number): void {
    this.#waitedMs = this.#waitedUntil(nowMs)
    this.#waitingSinceMs = undefined
  }

  /** The transfer as it stands. */
  snapshot(nowMs: number): TransferSnapshot {
    const counts = this.#counts
    const { doneBytes, inFlightBytes, totalBytes, sentBytes } = counts
    const elapsedMs = this.#elapsedMs(nowMs)
    const bytesPerSecond = this.#window.bytesPerSecond(elapsedMs, sentBytes)
    const positionBytes = doneBytes + inFlightBytes
    const leftBytes = totalBytes === undefined ? undefined : Math.max(totalBytes - positionBytes, 0)
    const transferMs = this.#firstRequestMs === undefined ? undefined : elapsedMs - this.#firstRequestMs
    return {
      counts,
      positionBytes,
      percent: percentOf(counts),
      bytesPerSecond,
      averageBytesPerSecond:
        transferMs === undefined ? undefined : (sentBytes / Math.max(transferMs, 1)) * 1000,
      etaMs: leftBytes === undefined || !bytesPerSecond ? undefined : (leftBytes / bytesPerSecond) * 1000,
      elapsedMs,
      waitedMs: this.#waitedUntil(nowMs),
    }
  }

  #waitedUntil(nowMs: number): number {
    return this.#waitedMs + (this.#waitingSinceMs === undefined ? 0 : nowMs - this.#waitingSinceMs)
  }

  #elapsedMs(nowMs: number): number {
    return nowMs - this.#startedMs - this.#waitedUntil(nowMs)
  }
}

/** The percentage of the bytes that are done or in flight. A source that is longer than expected stays at 99. */
function percentOf({ doneBytes, inFlightBytes, totalBytes }: TransferProgress): number | undefined {
  if (totalBytes === undefined || totalBytes <= 0) return undefined
  if (doneBytes === totalBytes) return 100
  return Math.min(Math.floor(((doneBytes + inFlightBytes) / totalBytes) * 100), 99)
}
