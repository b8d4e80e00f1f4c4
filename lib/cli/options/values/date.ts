/** Dates on the command line. */
import { InvalidArgumentError } from 'commander'

const DATE = /^\d{4}-\d\d-(\d\d)(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?$/

/**
 * Reads a date in ISO 8601. Other forms that JavaScript reads are refused: it reads `1` as the year 2001, 01/02/2026 as
 * the 2nd of January in local time, and the 30th of February as the 2nd of March.
 *
 * @returns the date in ISO 8601 to the second, as the service takes it
 * @throws {InvalidArgumentError} not a valid date
 */
export function parseDate(text: string): string {
  const day = DATE.exec(text)?.[1]
  const time = day === undefined ? NaN : Date.parse(text)
  const isDay = new Date(`${text.slice(0, 10)}T00:00:00Z`).getUTCDate() === Number(day)
  if (Number.isNaN(time) || !isDay)
    throw new InvalidArgumentError('Write a date as 2026-01-31 or 2026-01-31T12:00:00Z.')
  return new Date(time).toISOString().replace(/\.\d{3}Z$/, 'Z')
}
