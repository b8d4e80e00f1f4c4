/**
 * The limit of responses that the SDK gathers in memory: all but the output of a job. A server that sends a body without
 * an end would otherwise fill the memory.
 */
import { ServiceError } from '../../errors.js'
import { Readable } from '../../streams/node-streams.js'

/** Far more than a page of a list, the longest response of the service: an emulator may list everything in one page. */
export const MAX_RESPONSE_BYTES = 33_554_432

/** The error for a response that is longer than {@link MAX_RESPONSE_BYTES}. */
export function tooLongResponse(operation: string, status: number): ServiceError {
  return new ServiceError(
    `The response is longer than ${MAX_RESPONSE_BYTES} bytes, which no response of the service is. ` +
      'Check whether a proxy or another server responds in its place.',
    { operation, serviceCode: 'UnexpectedResponse', status },
  )
}

/**
 * Returns the bytes of a body up to the limit. A longer body is destroyed.
 *
 * @param onTooLong - makes the error with which the reader of a longer body fails
 * @param onBytes - called when some of the body has been received; default nothing
 */
export function boundedBody(
  body: Readable,
  onTooLong: () => Error,
  onBytes: () => void = () => undefined,
): Readable {
  return Readable.from(boundedBytes(body, onTooLong, onBytes), { objectMode: false })
}

async function* boundedBytes(
  body: Readable,
  onTooLong: () => Error,
  onBytes: () => void,
): AsyncGenerator<Buffer, void, undefined> {
  let receivedBytes = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    receivedBytes += chunk.length
    if (receivedBytes > MAX_RESPONSE_BYTES) throw onTooLong()
    onBytes()
    yield chunk
  }
}
