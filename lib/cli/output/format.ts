/** Sizes, durations and counts as people read them. */

const UNITS = 'KMGTP'

/** Bytes as `1.50 GiB`, with at least three digits. Below 1 KiB, the exact number of bytes. */
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

/** Milliseconds as `1:02:03` or `2:03`. */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000)
  const twoDigits = (n: number): string => String(n).padStart(2, '0')
  const minutes = Math.floor(seconds / 60)
  return minutes < 60
    ? `${minutes}:${twoDigits(seconds % 60)}`
    : `${Math.floor(minutes / 60)}:${twoDigits(minutes % 60)}:${twoDigits(seconds % 60)}`
}

/**
 * A number with its noun: `1 part`, `2 parts`.
 *
 * @param plural - default: the noun with an `s`
 */
export function formatCount(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`
}

/** A time in local time to the minute, as `2026-11-29 02:00`, which `NAME@2026-11-29T02:00` selects. */
export function formatTime(time: string | number): string {
  const date = new Date(time)
  if (Number.isNaN(date.getTime())) return String(time) // a record that another program has written
  const twoDigits = (n: number): string => String(n).padStart(2, '0')
  const day = [date.getFullYear(), date.getMonth() + 1, date.getDate()].map(twoDigits).join('-')
  return `${day} ${twoDigits(date.getHours())}:${twoDigits(date.getMinutes())}`
}

/** The units of an age, each with the milliseconds up to which it is used. Months and years are averages. */
const AGE_UNITS = [
  { noun: 'minute', unitMs: 60_000, maxMs: 2 * 3_600_000 },
  { noun: 'hour', unitMs: 3_600_000, maxMs: 2 * 86_400_000 },
  { noun: 'day', unitMs: 86_400_000, maxMs: 100 * 86_400_000 },
  { noun: 'month', unitMs: 30.4375 * 86_400_000, maxMs: 2 * 365.25 * 86_400_000 },
]

/**
 * An age in milliseconds in whole units, as `3 days`; `now` below a minute, and below zero, since clocks differ; `-` for
 * NaN, the age of a time that cannot be read.
 */
export function formatAge(ageMs: number): string {
  if (Number.isNaN(ageMs)) return '-' // a record that another program has written
  if (ageMs < 60_000) return 'now'
  const { noun, unitMs } = AGE_UNITS.find(({ maxMs }) => ageMs < maxMs) ?? {
    noun: 'year',
    unitMs: 365.25 * 86_400_000,
  }
  return formatCount(Math.floor(ageMs / unitMs), noun)
}
