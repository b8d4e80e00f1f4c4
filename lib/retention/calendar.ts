/** The calendar that a retention policy counts in: the days, weeks, months and years of a time zone. */

/** A duration in the units of a calendar. */
export interface CalendarDuration {
  readonly years: number
  readonly months: number
  readonly days: number
  readonly hours: number
}

/** The periods that a moment is in. Equal names are the same period. */
export interface Periods {
  /** As `2026-01-31`. */
  readonly day: string
  /** The week in ISO 8601, from Monday, as `2026-W05`: a week belongs to the year that its Thursday is in. */
  readonly week: string
  /** As `2026-01`. */
  readonly month: string
  /** As `2026`. */
  readonly year: string
}

/** A calendar. Moments are milliseconds since 1970. */
export interface Calendar {
  /** The periods that a moment is in. */
  readonly periodsOf: (ms: number) => Periods
  /** The moment that lies a duration before another one. A day that its month does not have counts into the next month. */
  readonly before: (ms: number, duration: CalendarDuration) => number
}

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

/** The calendar of the time zone of the machine. */
export const LOCAL_CALENDAR: Calendar = {
  periodsOf(ms) {
    const date = new Date(ms)
    return periodsOf(date.getFullYear(), date.getMonth(), date.getDate())
  },
  before(ms, { years, months, days, hours }) {
    const date = new Date(ms)
    date.setFullYear(date.getFullYear() - years, date.getMonth() - months, date.getDate() - days)
    return date.getTime() - hours * HOUR_MS
  },
}

/** The calendar of UTC. */
export const UTC_CALENDAR: Calendar = {
  periodsOf(ms) {
    const date = new Date(ms)
    return periodsOf(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate())
  },
  before(ms, { years, months, days, hours }) {
    const date = new Date(ms)
    date.setUTCFullYear(date.getUTCFullYear() - years, date.getUTCMonth() - months, date.getUTCDate() - days)
    return date.getTime() - hours * HOUR_MS
  },
}

/** @param month - from 0 */
function periodsOf(year: number, month: number, day: number): Periods {
  const inMonth = `${year}-${twoDigits(month + 1)}`
  return {
    day: `${inMonth}-${twoDigits(day)}`,
    week: weekOf(Date.UTC(year, month, day)),
    month: inMonth,
    year: String(year),
  }
}

function weekOf(dayMs: number): string {
  const thursday = new Date(dayMs)
  thursday.setUTCDate(thursday.getUTCDate() + 3 - ((thursday.getUTCDay() + 6) % 7))
  const year = thursday.getUTCFullYear()
  const week = Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / (7 * DAY_MS)) + 1
  return `${year}-W${twoDigits(week)}`
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0')
}
