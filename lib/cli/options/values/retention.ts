/** The values of the `--keep-…` options of `prune`. */
import { InvalidArgumentError } from 'commander'
import type { CalendarDuration } from '../../../retention/calendar.js'

const DURATION = /^(?=.)(?:(\d{1,4})y)?(?:(\d{1,4})mo)?(?:(\d{1,4})w)?(?:(\d{1,5})d)?(?:(\d{1,6})h)?$/

/**
 * Reads how many to keep: a whole number from 1 up, or `unlimited`.
 *
 * @returns `Infinity` for `unlimited`
 * @throws {InvalidArgumentError} neither of them
 */
export function parseKeepCount(text: string): number {
  if (text === 'unlimited') return Infinity
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new InvalidArgumentError('Write a whole number from 1 up, or unlimited.')
  return Number(text)
}

/**
 * Reads a duration in the units of a calendar, as `1y6mo`, `2w`, `30d` or `12h`. A lone `m` is refused: it is a month for
 * restic, and a minute for the other options of this command.
 *
 * @throws {InvalidArgumentError} not such a duration, or no time at all
 */
export function parseKeepWithin(text: string): CalendarDuration {
  const match = DURATION.exec(text)
  const [years = 0, months = 0, weeks = 0, days = 0, hours = 0] = (match ?? [])
    .slice(1)
    .map((digits) => Number((digits as string | undefined) ?? 0))
  const duration = { years, months, days: 7 * weeks + days, hours }
  if (Object.values(duration).some((number) => number > 0)) return duration
  throw new InvalidArgumentError(
    'Write a duration from years to hours, as 1y6mo, 2w, 30d or 12h. Write a month as 1mo: m alone could mean minutes.',
  )
}
