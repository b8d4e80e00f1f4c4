/** The bytes of a long response as they arrive. The request ends when they have been read. */
import { addAbortSignal, type Readable } from '../../streams/node-streams.js'
import type { RequestTimeout } from './request-timeout.js'
import { toServiceError } from './service-error.js'

/**
 * Reads the body of a response.
 *
 * @param timeout - counts each piece as progress, and is ended with the body
 * @param signal - the caller's
 * @throws {ConnectionError} `ERR_CONNECTION`: the body was cut, or did not progress
 * @throws {AbortError} `ABORT_ERR`: the signal fired
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
