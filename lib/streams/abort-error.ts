/** The error of an operation that a signal ended: always this package's own class. */
import { AbortError } from '../errors.js'

/**
 * The error to throw for one that was thrown after a signal may have fired. `signal.throwIfAborted()` throws the
 * signal's reason, and Node.js throws an error of its own that is named `AbortError`: an `AbortError` of this package is
 * returned for both. Any other error is returned unchanged, and so is every error if the signal has not fired.
 */
export function asAbortError(thrown: unknown, signal: AbortSignal | undefined): unknown {
  if (!signal?.aborted || thrown instanceof AbortError) return thrown
  const isAbort = thrown === signal.reason || (thrown instanceof Error && thrown.name === 'AbortError')
  return isAbort ? new AbortError({ cause: signal.reason }) : thrown
}
