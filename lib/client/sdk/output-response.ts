/**
 * Whether an answer to GetJobOutput is of the range that was requested (docs/glacier-protocol.md#job-output). Something
 * between the client and the service may answer with another range, or with the whole output; an inventory has no hash
 * by which that would show.
 */
import { ServiceError } from '../../errors.js'
import { toRangeHeader } from '../../glacier/range-format.js'
import type { ByteRange } from '../../byte-range.js'
import type { ResponseFacts } from './response-facts.js'

/** What was requested of an output. */
export interface RequestedOutput {
  readonly range: ByteRange
  /** Bytes of the whole output, where known. */
  readonly outputSize?: number | undefined
}

/**
 * Checks status, `Content-Range` and `Content-Length`. An answer without `Content-Length` passes: whoever reads the
 * body counts its bytes.
 *
 * @throws {ServiceError} `ERR_SERVICE`, service code `UnexpectedResponse`: the answer is of something else
 */
export function assertOutputAnswer(
  { range, outputSize }: RequestedOutput,
  response: ResponseFacts | undefined,
): void {
  const { status = 0, headers = {} } = response ?? {}
  const { 'content-range': contentRange, 'content-length': contentLength } = headers
  const size = range.end - range.start
  const hasLength = contentLength === undefined || Number(contentLength) === size
  // 200 says that the body is the whole output: it answers a request for a range only where the range is the whole.
  const isWhole = range.start === 0 && (outputSize ?? size) === size && contentRange === undefined
  if (hasLength && (status === 206 ? isOf(range, outputSize, contentRange) : status === 200 && isWhole))
    return
  throw new ServiceError(
    `The answer is not what was requested. Requested: ${toRangeHeader(range)} of ${outputSize ?? 'an unknown number of'} bytes. ` +
      `Received: status ${status}, Content-Range ${contentRange ?? 'none'}, Content-Length ${contentLength ?? 'none'}.`,
    {
      operation: 'GetJobOutput',
      serviceCode: 'UnexpectedResponse',
      status,
      requestId: headers['x-amzn-requestid'],
    },
  )
}

/** The time in a response's `Date` header, ISO 8601; `undefined` where it has none that can be read. */
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
