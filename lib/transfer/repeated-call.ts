/** Calls of a client that are made again when they fail. */
import type { Retry } from './retry.js'

/** The field of a request that ends its attempts. */
interface Abortable {
  readonly signal?: AbortSignal | undefined
}

/** Returns a function that makes a call of a client one that is repeated by `retry` until the signal of its request fires. */
export function repeatedBy(
  retry: Retry,
): <Request extends Abortable, Result>(
  call: (request: Request) => Promise<Result>,
) => (request: Request) => Promise<Result> {
  return (call) => (request) => retry.run(() => call(request), request.signal)
}
