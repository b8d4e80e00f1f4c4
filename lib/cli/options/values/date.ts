/**
 * Dates on the command line, in local time unless they have an offset. A relative date depends on the time at which the
 * command runs, so it is read first and computed later.
 */
import { InvalidArgumentError } from 'commander'
import { timeAmounts, type TimeUnit } from './time-units.js'

const DATE = /^\d{4}-\d\d-(\d\d)(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?$/
const HOUR_MS = 3_600_000

/** A date that was read. */
export type GivenDate =
  /** A moment, in milliseconds since 1970. */
  | { readonly atMs: number }
  /** The beginning of a day: today is 0, yesterday 1. */
  | { readonly daysBefore: number }
  /** A time before now, in units of the calendar. */
  | { readonly ago: ReadonlyMap<TimeUnit, number> }

/**
 * Reads a date:
 *
 * - `2026-01-31`, the beginning of that day; `2026-01-31T12:00`, with `Z` or an offset if it is not in local time
 * - `today` and `yesterday`, the beginning of that day
 * - `7d`, `2 weeks`, `36h`, `1h30m`: so long ago, at the same time of day for days, weeks, months (`mo`) and years (`y`)
 *
 * Other forms that JavaScript reads are refused: it reads `1` as the year 2001, 01/02/2026 as the 2nd of January, and the
 * 30th of February as the 2nd of March.
 *
 * @throws {InvalidArgumentError} not a valid date
 */
export function parseDate(text: string): GivenDate {
  if (text === 'today') return { daysBefore: 0 }
  if (text === 'yesterday') return { daysBefore: 1 }
  const ago = timeAmounts(text.replace(/\s+ago$/, ''))
  const given = ago ? { ago } : { atMs: absoluteMs(text) }
  // The service takes years of four digits.
  if (!(dateOf(given, Date.UTC(2000, 0)).getTime() >= Date.UTC(0, 0)))
    throw new InvalidArgumentError(
      'Write a date as 2026-01-31, 2026-01-31T12:00, today, yesterday, or how long ago it is, as 7d or 1h30m.',
    )
  return given
}

/**
 * Computes a date.
 *
 * @param nowMs - the time of day, in milliseconds since 1970
 */
export function dateOf(given: GivenDate, nowMs: number): Date {
  if ('atMs' in given) return new Date(given.atMs)
  const now = new Date(nowMs)
  if ('daysBefore' in given)
    return new Date(now.getFullYear(), now.getMonth(), now.getDate() - given.daysBefore)
  const of = (unit: TimeUnit): number => given.ago.get(unit) ?? 0
  const date = monthsBefore(now, Math.round(12 * of('y') + of('mo')))
  const days = 7 * of('w') + of('d')
  date.setDate(date.getDate() - Math.floor(days))
  const hours = (days % 1) * 24 + of('h') + of('m') / 60 + of('s') / 3600
  return new Date(date.getTime() - Math.round(hours * HOUR_MS))
}

/** The same day and time of day some months before, or the last day of that month if it is shorter. */
function monthsBefore(date: Date, months: number): Date {
  const before = new Date(date)
  before.setMonth(date.getMonth() - months)
  if (before.getDate() !== date.getDate()) before.setDate(0)
  return before
}

/** A date of ISO 8601 in milliseconds since 1970; `NaN` if it has another form, or the calendar does not have it. */
function absoluteMs(text: string): number {
  const day = DATE.exec(text)?.[1]
  const isDay = new Date(`${text.slice(0, 10)}T00:00:00Z`).getUTCDate() === Number(day)
  // Without a time, JavaScript reads a date as UTC.
  return isDay ? Date.parse(text.length === 10 ? `${text}T00:00` : text.replace(' ', 'T')) : NaN
}
