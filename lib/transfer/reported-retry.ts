/** The events by which uploads and retrievals report failed requests. */
import { emitOrDestroy, type Destroyable } from '../streams/emit-or-destroy.js'
import type { ProgressMeter } from './progress.js'
import { Retry, type CredentialsSource, type RetryOptions, type StuckNotice } from './retry.js'

/** A warning of a request that keeps failing while others succeed. */
export interface StuckWarning {
  /** The code of the warning. */
  readonly code: 'REQUEST_STUCK'
  /** The warning, as a sentence. */
  readonly message: string
}

/**
 * Returns a `Retry` for a stream, which emits `retry` before each further attempt, and `warning` with a
 * {@link StuckWarning} for a request that keeps failing while others succeed.
 *
 * @param progress - counts the further attempts
 * @param credentials - the store, whose credentials are refreshed when the service reports them as expired
 */
export function reportedRetry(
  stream: Destroyable,
  options: RetryOptions,
  credentials: CredentialsSource,
  progress: Pick<ProgressMeter, 'retried'>,
): Retry {
  return new Retry(
    options,
    credentials,
    (notice) => {
      progress.retried()
      emitOrDestroy(stream, 'retry', notice)
    },
    (notice) => {
      emitOrDestroy(stream, 'warning', stuckWarning(notice))
    },
  )
}

/** Returns the warning for a notice. */
export function stuckWarning({ error, attempts, failingMs, limitMs }: StuckNotice): StuckWarning {
  const limit = Number.isFinite(limitMs) ? ` It is given up after ${duration(limitMs)}.` : ''
  return {
    code: 'REQUEST_STUCK',
    message:
      `A request has failed ${attempts} times in ${duration(failingMs)} while others succeeded, ` +
      `and is retried.${limit} Last failure: ${error.message}`,
  }
}

function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000
  if (seconds < 60) return `${Math.round(seconds)} s`
  return seconds < 3600 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 360) / 10} h`
}
