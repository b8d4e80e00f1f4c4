/**
 * Tells people of requests that are made again: not of each, but where it goes on, and now and then.
 */
import type { RetryNotice } from '../../transfer/retry.js'

/** Failures of a request before it is told of: a single one is nothing special in an upload of hours. */
const WORTH_TELLING = 3
/** Milliseconds between two notes. */
const QUIET = 30_000

/** What tells of its retries. */
interface Retrying {
  on(event: 'retry', listener: (notice: RetryNotice) => void): unknown
}

/** Notes the retries of a transfer. */
export function followRetries(
  transfer: Retrying,
  note: (line: string) => void,
  now: () => number = () => performance.now(),
): void {
  transfer.on('retry', retryNotes(note, now))
}

/** A listener that notes retries. */
export function retryNotes(
  note: (line: string) => void,
  now: () => number = () => performance.now(),
): (notice: RetryNotice) => void {
  let told = -Infinity
  return ({ error, attempts, pause }) => {
    if (attempts < WORTH_TELLING || now() - told < QUIET) return
    told = now()
    note(`${error.message} Attempt ${attempts + 1} follows in ${Math.ceil(pause / 1000)} s.`)
  }
}
