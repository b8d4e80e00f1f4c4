/** Sizes on the command line. */
import { InvalidArgumentError } from 'commander'

const UNITS = 'KMGTP'

/**
 * Reads `16MiB` or `16M` (units of 1,024), `2TB` (units of 1,000) or `16777216`.
 *
 * @returns bytes
 * @throws {InvalidArgumentError} not a valid size
 */
export function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(?:([KMGTP])(i?B)?|B)?$/i.exec(text.trim())
  if (!match) throw new InvalidArgumentError('Write a size as 16MiB, 2TB or 16777216.')
  const [, digits = '', unit = '', suffix = ''] = match
  const base = suffix.toUpperCase() === 'B' ? 1000 : 1024
  const size = Number(digits) * base ** (unit === '' ? 0 : UNITS.indexOf(unit.toUpperCase()) + 1)
  if (!Number.isSafeInteger(size))
    throw new InvalidArgumentError('The size must be a whole number of bytes, below 8PiB.')
  return size
}
