/**
 * Sizes as people write them, and as people read them.
 */
import { InvalidArgumentError } from 'commander'

const UNITS = 'KMGTP'

/**
 * Reads `16MiB`, `16M` (both of 1,024), `2TB` (of 1,000) or `16777216`.
 *
 * @returns bytes
 * @throws {InvalidArgumentError} not a size
 */
export function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(?:([KMGTP])(i?B)?|B)?$/i.exec(text.trim())
  if (!match) throw new InvalidArgumentError('Write a size as 16MiB, 2TB or 16777216.')
  const [, digits = '', unit = '', suffix = ''] = match
  const base = suffix.toUpperCase() === 'B' ? 1000 : 1024
  const size = Number(digits) * base ** (unit === '' ? 0 : UNITS.indexOf(unit.toUpperCase()) + 1)
  if (!Number.isSafeInteger(size)) throw new InvalidArgumentError('It is not a whole number of bytes.')
  return size
}

/**
 * Reads `10GiB-11GiB`, or `10GiB-` without an end: bytes from the first size up to, not including, the second.
 *
 * @throws {InvalidArgumentError} not of that form, or empty
 */
export function parseRange(text: string): { readonly start: number; readonly end?: number } {
  const [first = '', second = '', ...more] = text.split('-')
  if (more.length > 0 || !text.includes('-'))
    throw new InvalidArgumentError('Write a range as 10GiB-11GiB or 10GiB-.')
  const start = parseSize(first)
  if (second === '') return { start }
  const end = parseSize(second)
  if (end <= start) throw new InvalidArgumentError('Its end is not behind its start.')
  return { start, end }
}

/** Reads a whole number from 1 up. */
export function parseCount(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Write a whole number from 1 up.')
  return Number(text)
}

/** Reads a number of threads; 0 is none. */
export function parseThreads(text: string): number {
  if (!/^\d{1,2}$/.test(text)) throw new InvalidArgumentError('Write a number of threads, 0 for none.')
  return Number(text)
}

/** Bytes as `1.5 GiB`: three or four digits, never more than the size has. */
export function formatSize(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < UNITS.length) {
    value /= 1024
    unit++
  }
  return unit === 0
    ? `${Math.round(bytes)} B`
    : `${value.toFixed(value < 10 ? 2 : 1)} ${UNITS.charAt(unit - 1)}iB`
}

/** Reads a port number. */
export function parsePort(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new InvalidArgumentError('Write a number from 0 to 65535.')
  return Number(text)
}
