/** Notes on requests that are made again: not on each one, but on those that fail repeatedly, at intervals. */
import type { RetryNotice } from '../../transfer/retry.js'

/** The number of failures of a request before a note. A single failure is normal in a long upload. */
const MIN_ATTEMPTS = 3
/** The minimum time between two notes. */
const NOTE_INTERVAL_MS = 30_000

/** A transfer that emits an event for each retry. */
interface RetryingTransfer {
  on(event: 'retry', listener: (notice: RetryNotice) => void): unknown
}

/**
 * Notes the retries of a transfer.
 *
 * @param note - prints a line
 * @param now - milliseconds of a monotonic clock
 */
export function followRetries(
  transfer: RetryingTransfer,
  note: (line: string) => void,
  now: () => number = () => performance.now(),
): void {
  transfer.on('retry', retryNotes(note, now))
}

/**
 * A listener that notes retries.
 *
 * @param note - prints a line
 * @param now - milliseconds of a monotonic clock
 */
export function retryNotes(
  note: (line: string) => void,
  now: () => number = () => performance.now(),
): (notice: RetryNotice) => void {
  let lastNote = -Infinity
  return ({ error, attempts, pauseMs }) => {
    if (attempts < MIN_ATTEMPTS || now() - lastNote < NOTE_INTERVAL_MS) return
    lastNote = now()
    note(`${error.message} Attempt ${attempts + 1} follows in ${Math.ceil(pauseMs / 1000)} s.`)
  }
}
