/** The body of a range: exactly its bytes. A server may ignore the length that it has stated, or state none. */
import { ServiceError } from '../../errors.js'

/**
 * Passes a body on if it has so many bytes.
 *
 * @param size - bytes
 * @throws {ServiceError} `ERR_SERVICE`: with the service code `UnexpectedResponse`, the body is longer; with
 *   `IncompleteResponse`, it ends early. The bytes before have been passed on
 */
export async function* exactly(
  operation: string,
  body: AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let received = 0
  for await (const bytes of body) {
    received += bytes.length
    if (received > size) throw wrongLength(operation, 'UnexpectedResponse', `more than ${size}`, size)
    yield bytes
  }
  if (received < size) throw wrongLength(operation, 'IncompleteResponse', `${received}`, size)
}

function wrongLength(operation: string, serviceCode: string, found: string, size: number): ServiceError {
  const message = `The response has ${found} bytes, but ${size} were requested.`
  return new ServiceError(message, { operation, serviceCode, status: 206 })
}
