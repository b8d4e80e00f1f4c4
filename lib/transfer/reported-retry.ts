/** How the streams of uploads and of retrievals report the failures of requests. */
import { emitOrDestroy, type Destroyable } from '../streams/emit-or-destroy.js'
import { Retry, type Refreshable, type RetryOptions, type StuckNotice } from './retry.js'

/** A warning of a request that keeps failing while others succeed. */
export interface StuckWarning {
  readonly code: 'REQUEST_STUCK'
  readonly message: string
}

/**
 * Makes attempts at requests for a stream, which emits `retry` before each further attempt, and `warning` with a
 * {@link StuckWarning} for a request that keeps failing while others succeed.
 */
export function reportedRetry(stream: Destroyable, options: RetryOptions, credentials: Refreshable): Retry {
  return new Retry(
    options,
    credentials,
    (notice) => {
      emitOrDestroy(stream, 'retry', notice)
    },
    (notice) => {
      emitOrDestroy(stream, 'warning', stuckWarning(notice))
    },
  )
}

/** The warning for a notice. */
export function stuckWarning({ error, attempts, failingMs, limitMs }: StuckNotice): StuckWarning {
  const until = Number.isFinite(limitMs) ? ` It is given up after ${duration(limitMs)}.` : ''
  return {
    code: 'REQUEST_STUCK',
    message:
      `A request has failed ${attempts} times in ${duration(failingMs)} while others succeeded, ` +
      `and is still tried.${until} Its last failure: ${error.message}`,
  }
}

function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000
  if (seconds < 60) return `${Math.round(seconds)} s`
  return seconds < 3600 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 360) / 10} h`
}
