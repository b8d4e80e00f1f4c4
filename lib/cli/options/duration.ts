/**
 * Lengths of time as people write them, and as people read them.
 */
import { InvalidArgumentError } from 'commander'

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
/** A timer waits for less than this. */
const LONGEST_TIMER_MS = 2 ** 31

/**
 * Reads `90s`, `5m`, `6h`, `1d`, or `0`.
 *
 * @returns milliseconds
 * @throws {InvalidArgumentError} not a length of time
 */
export function parseDuration(text: string): number {
  const match = /^(\d{1,9}(?:\.\d+)?)([smhd])$/.exec(text)
  if (match) return Number(match[1]) * (UNITS[match[2] as string] as number) // the pattern has just these
  if (text === '0') return 0
  throw new InvalidArgumentError('Write a length of time as 90s, 5m, 6h or 0.')
}

/**
 * Reads the time limit of a request: more than none, and less than the 25 days that a timer can wait.
 *
 * @returns milliseconds
 * @throws {InvalidArgumentError} not a length of time, or out of range
 */
export function parseTimeout(text: string): number {
  const time = parseDuration(text)
  if (time < 1 || time >= LONGEST_TIMER_MS)
    throw new InvalidArgumentError('Write a length of time from 0.001s up to 24d.')
  return time
}

/** Milliseconds as `1:02:03` or `2:03`. */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000)
  const two = (n: number): string => String(n).padStart(2, '0')
  const minutes = Math.floor(seconds / 60)
  return minutes < 60
    ? `${minutes}:${two(seconds % 60)}`
    : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`
}
