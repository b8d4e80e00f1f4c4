/** Pauses by a clock that a caller may have passed, whose errors are not known. */
import { AbortError } from '../errors.js'
import type { Clock } from '../runtime/clock.js'

/**
 * Sleeps.
 *
 * @throws {AbortError} `ABORT_ERR`: the signal fired
 * @throws the error of the clock, if the signal has not fired
 */
export async function sleep(
  clock: Clock,
  milliseconds: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  await clock.sleep(milliseconds, signal).catch((error: unknown) => {
    throw signal?.aborted ? new AbortError({ cause: signal.reason }) : error
  })
}
