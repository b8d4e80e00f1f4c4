/** The range of an object that a request reads: in the Range header (RFC 9110), or as the number of a part. */
import type { ByteRange } from '../../../byte-range.js'
import type { NumberedPart } from '../records/part-record.js'
import { BucketError, invalidRequest } from '../service/bucket-error.js'
import { MAX_PART_NUMBER } from '../service/bucket-limits.js'
import { headerIn, parameterIn, wholeNumber, type BucketRequest } from './bucket-request.js'

/** The bytes that a request reads. */
export interface RequestedRange extends ByteRange {
  /** Whether the response is 206: it has a range, even if that is the whole object. */
  readonly isPartial: boolean
  /** The part that was asked for by its number. */
  readonly part?: NumberedPart
}

/**
 * The range that a request reads.
 *
 * @param size - bytes of the object
 * @param parts - reads the parts of the object
 * @throws {BucketError} 416 `InvalidRange` or `InvalidPartNumber`; 400: both a range and the number of a part
 */
export async function requestedRange(
  request: BucketRequest,
  size: number,
  parts: () => Promise<readonly NumberedPart[]>,
): Promise<RequestedRange> {
  const header = headerIn(request, 'range')
  const number = parameterIn(request, 'partNumber')
  if (number === undefined) return rangeIn(header ?? '', size)
  if (header !== undefined)
    throw invalidRequest('Cannot specify both Range header and partNumber query parameter')
  return rangeOfPart(number, await parts())
}

/** A Range header that is malformed, or has several ranges, is ignored, as at Amazon S3. */
function rangeIn(header: string, size: number): RequestedRange {
  const whole = { start: 0, end: size, isPartial: false }
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header) ?? []
  if (first === '' && last === '') return whole
  if (first !== '' && last !== '' && Number(first) > Number(last)) return whole
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  if (start >= size) {
    throw new BucketError(416, 'InvalidRange', 'The requested range is not satisfiable', {
      fields: { RangeRequested: header, ActualObjectSize: String(size) },
      headers: { 'content-range': `bytes */${size}` },
    })
  }
  const end = first === '' || last === '' ? size : Math.min(Number(last) + 1, size)
  return { start, end, isPartial: true }
}

function rangeOfPart(text: string, parts: readonly NumberedPart[]): RequestedRange {
  const message = 'Part number must be an integer between 1 and 10000, inclusive'
  const number = wholeNumber('partNumber', text, 1, MAX_PART_NUMBER, message)
  let start = 0
  for (const [index, part] of parts.entries()) {
    // The parts of an object are counted from 1, whatever numbers they were uploaded with.
    if (index + 1 === number) return { start, end: start + part.size, isPartial: true, part }
    start += part.size
  }
  throw new BucketError(416, 'InvalidPartNumber', 'The requested partnumber is not satisfiable', {
    fields: { PartNumberRequested: text, ActualPartCount: String(parts.length) },
  })
}
