/** Byte ranges on the command line. */
import { InvalidArgumentError } from 'commander'
import { parseSize } from './size.js'

/** A byte range as the user gives it: from `start` up to, not including, `end`. Without an end, to the archive's end. */
export interface GivenRange {
  readonly start: number
  readonly end?: number
}

/**
 * Reads `10GiB-11GiB`, or `10GiB-` without an end: from the first size up to, not including, the second.
 *
 * @throws {InvalidArgumentError} not a valid range, or an empty one
 */
export function parseRange(text: string): GivenRange {
  const [first = '', second = '', ...more] = text.split('-')
  if (more.length > 0 || !text.includes('-'))
    throw new InvalidArgumentError('Write a range as 10GiB-11GiB or 10GiB-.')
  const start = parseSize(first)
  if (second === '') return { start }
  const end = parseSize(second)
  if (end <= start) throw new InvalidArgumentError('The end of the range must be greater than its start.')
  return { start, end }
}
