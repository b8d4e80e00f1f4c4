/** The Range header of GetJobOutput, in the forms of RFC 2616 14.35, which the guide refers to. */
import type { ByteRange } from '../../byte-range.js'
import { invalidParameter } from '../service/api-error.js'

/**
 * The range of an output that a header requests: `bytes=0-9`, `bytes=5-` to the end, or `bytes=-5`, the last five bytes.
 * A range that exceeds the output is cut at its end.
 *
 * @param size - bytes of the output
 * @returns the range; `undefined` if the header is malformed: it has another form or several ranges, or its range ends
 *   before it starts
 * @throws {ApiError} 400: the range starts after the end of the output
 */
export function outputRange(header: string, size: number): ByteRange | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/i.exec(header) ?? []
  if (first === '' && last === '') return undefined
  if (first !== '' && last !== '' && Number(first) > Number(last)) return undefined
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  if (start >= size)
    throw invalidParameter(`The start of the range is larger than size of retrieved data: ${header}`)
  const end = first === '' || last === '' ? size : Math.min(Number(last) + 1, size)
  return { start, end }
}
