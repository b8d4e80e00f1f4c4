/** The bytes of a long response, as they arrive. */
import { addAbortSignal, type Readable } from '../../streams/node-streams.js'
import type { RequestTimeout } from './request-timeout.js'
import { toServiceError } from './service-error.js'

/**
 * Yields the bytes of a response. Its time ends with the last of them.
 *
 * @param timeout - counts each chunk as progress
 * @param signal - the caller's
 */
export async function* outputBytes(
  operation: string,
  body: Readable,
  timeout: RequestTimeout,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  addAbortSignal(timeout.signal, body)
  try {
    for await (const bytes of body as AsyncIterable<Buffer>) {
      timeout.progress()
      yield bytes
    }
  } catch (error) {
    throw timeout.error ?? toServiceError(operation, error, signal, 'transport')
  } finally {
    timeout.end()
  }
}
