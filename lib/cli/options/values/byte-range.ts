/** Byte ranges on the command line. */
import { InvalidArgumentError } from 'commander'
import { parseSize } from './size.js'

/** A byte range as the user gives it: from `start` up to, not including, `end`. Without an end, to the archive's end. */
export interface GivenRange {
  readonly start: number
  readonly end?: number
}

const FORMS = 'Write a range as 0-9 (ten bytes), 10GiB+1GiB (offset and length), or 500- (to the end).'

/**
 * Reads a range:
 *
 * - `0-9` as in curl, to the byte with the second offset: ten bytes;
 * - `10GiB-11GiB` to the boundary that a number with a unit is, without the byte behind it: one gibibyte;
 * - `10GiB+1GiB` by offset and length;
 * - `500-` to the end.
 *
 * @throws {InvalidArgumentError} not a valid range, or an empty one
 */
export function parseRange(text: string): GivenRange {
  const [, first = '', separator, second = ''] = /^([^-+]+)([-+])([^-+]*)$/.exec(text) ?? []
  if (separator === undefined) throw new InvalidArgumentError(FORMS)
  const start = parseSize(first)
  if (separator === '+') return byLength(start, second)
  return second.trim() === '' ? { start } : { start, end: endOf(second, start) }
}

function byLength(start: number, text: string): GivenRange {
  const end = start + parseSize(text)
  if (end === start) throw new InvalidArgumentError('The length of the range must be greater than 0.')
  if (!Number.isSafeInteger(end)) throw new InvalidArgumentError('The range must end below 8PiB.')
  return { start, end }
}

/** The offset behind the last byte of a range. */
function endOf(text: string, start: number): number {
  const given = parseSize(text)
  const isOffset = /^\s*\d+\s*$/.test(text) // a number without a unit is the offset of a byte, which is retrieved
  const end = isOffset ? given + 1 : given
  if (end > start) return end
  throw new InvalidArgumentError(
    isOffset
      ? 'The last offset of the range must not be below its first one.'
      : 'The end of the range must be greater than its start.',
  )
}
