/** Durations on the command line. */
import { InvalidArgumentError } from 'commander'

const UNITS_MS = new Map([
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
])
/** The delay of a timer must be below this. */
const TIMER_LIMIT_MS = 2 ** 31

/**
 * Reads `90s`, `5m`, `6h`, `1d`, or `0`.
 *
 * @returns milliseconds
 * @throws {InvalidArgumentError} not a valid duration
 */
export function parseDuration(text: string): number {
  if (text === '0') return 0
  const [, digits = '', unit = ''] = /^(\d{1,9}(?:\.\d+)?)([smhd])$/.exec(text) ?? []
  const unitMs = UNITS_MS.get(unit)
  if (unitMs === undefined) throw new InvalidArgumentError('Write a duration as 90s, 5m, 6h or 0.')
  return Number(digits) * unitMs
}

/**
 * Reads the time limit of a request: above zero, and below the 25 days that are the maximum delay of a timer.
 *
 * @returns milliseconds
 * @throws {InvalidArgumentError} not a valid duration, or out of range
 */
export function parseTimeout(text: string): number {
  const time = parseDuration(text)
  if (time < 1 || time >= TIMER_LIMIT_MS)
    throw new InvalidArgumentError('Write a duration from 0.001s to 24d.')
  return time
}
