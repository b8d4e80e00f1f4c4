/**
 * Checks that a response of GetJobOutput is of the requested range (docs/glacier-protocol.md#job-output). A proxy may
 * respond with another range, or with the complete output, and an inventory has no hash that would reveal it.
 */
import { ServiceError } from '../../../errors.js'
import { toRangeHeader } from '../../../glacier/range-format.js'
import type { ByteRange } from '../../../byte-range.js'
import type { ResponseFacts } from '../response-facts.js'

/** The requested part of an output. */
export interface RequestedOutput {
  readonly range: ByteRange
  /** Bytes of the complete output; default unknown. */
  readonly outputSize?: number | undefined
}

/**
 * Checks status, `Content-Range` and `Content-Length`, also of a range of another service. A response without `Content-Length` passes: the reader of the body
 * counts its bytes.
 *
 * @throws {ServiceError} `ERR_SERVICE`, service code `UnexpectedResponse`: the response is not of the requested range
 */
export function assertOutputResponse(
  { range, outputSize }: RequestedOutput,
  response: ResponseFacts | undefined,
  operation = 'GetJobOutput',
): void {
  const { status = 0, headers = {} } = response ?? {}
  const { 'content-range': contentRange, 'content-length': contentLength } = headers
  const size = range.end - range.start
  const hasLength = contentLength === undefined || Number(contentLength) === size
  // 200 says that the body is the complete output, which is correct only if the range is the complete output.
  const isComplete = range.start === 0 && (outputSize ?? size) === size && contentRange === undefined
  if (hasLength && (status === 206 ? isOf(range, outputSize, contentRange) : status === 200 && isComplete))
    return
  throw new ServiceError(
    `The response is not of the requested range. Requested: ${toRangeHeader(range)} of ${outputSize ?? 'an unknown number of'} bytes. ` +
      `Received: status ${status}, Content-Range ${contentRange ?? 'none'}, Content-Length ${contentLength ?? 'none'}.`,
    {
      operation,
      serviceCode: 'UnexpectedResponse',
      status,
      requestId: headers['x-amzn-requestid'] ?? headers['x-amz-request-id'],
    },
  )
}

/** Returns the time in a response's `Date` header, ISO 8601; `undefined` if it has no valid one. */
export function dateOf(response: ResponseFacts | undefined): string | undefined {
  const time = Date.parse(response?.headers.date ?? '')
  return Number.isNaN(time) ? undefined : new Date(time).toISOString()
}

function isOf({ start, end }: ByteRange, outputSize: number | undefined, contentRange = ''): boolean {
  const match = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(contentRange)
  if (!match) return false
  const [, first, last, total] = match
  if (Number(first) !== start || Number(last) !== end - 1) return false
  return outputSize === undefined || Number(total) === outputSize
}
