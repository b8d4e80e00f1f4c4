/** Durations on the command line. */
import { InvalidArgumentError } from 'commander'
import { timeAmounts, type TimeUnit } from './time-units.js'

/** The units that have one length. */
const UNITS_MS: Readonly<Partial<Record<TimeUnit, number>>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}
/** The delay of a timer must be below this. */
const TIMER_LIMIT_MS = 2 ** 31

/**
 * Reads `90s`, `5m` or `5min`, `1h30m`, `6h`, `1d`, `2 weeks`, or `0`.
 *
 * @returns milliseconds
 * @throws {InvalidArgumentError} not a valid duration
 */
export function parseDuration(text: string): number {
  if (text === '0') return 0
  let durationMs = 0
  for (const [unit, amount] of timeAmounts(text) ?? []) durationMs += amount * (UNITS_MS[unit] ?? NaN)
  if (!timeAmounts(text) || Number.isNaN(durationMs))
    throw new InvalidArgumentError('Write a duration as 90s, 5min, 1h30m, 6h, 1d or 0.')
  return durationMs
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
