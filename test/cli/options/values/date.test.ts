import t from 'tap'
import { dateOf, parseDate } from '../../../../lib/cli/options/values/date.js'

// A time zone with daylight saving: on 2026-03-29 the clock goes from 02:00 to 03:00.
process.env.TZ = 'Europe/Berlin'

const now = new Date(2026, 2, 31, 14, 30, 15)

/** The local time of a date, as ISO 8601 without a zone. */
function localTime(text: string, at: Date = now): string {
  const date = dateOf(parseDate(text), at.getTime())
  const local = new Date(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate(), date.getHours()))
  return `${local.toISOString().slice(0, 14)}${String(date.getMinutes()).padStart(2, '0')}:${date.getSeconds()}`
}

t.test('a date is in local time, unless it has a zone', async (t) => {
  t.equal(new Date(2026, 6, 1).getTimezoneOffset(), -120, 'the time zone is used')
  t.equal(localTime('2026-01-31'), '2026-01-31T00:00:0')
  t.equal(localTime('2026-01-31T12:05'), '2026-01-31T12:05:0')
  t.equal(localTime('2026-01-31 12:05:06'), '2026-01-31T12:05:6')
  t.equal(localTime('2026-01-31T12:05:06.5Z'), '2026-01-31T13:05:6')
  t.equal(localTime('2026-01-31T12:05:06-01:00'), '2026-01-31T14:05:6')
})

t.test('a day before now begins at its midnight', async (t) => {
  t.equal(localTime('today'), '2026-03-31T00:00:0')
  t.equal(localTime('yesterday'), '2026-03-30T00:00:0')
  t.equal(localTime('yesterday', new Date(2026, 2, 1, 5)), '2026-02-28T00:00:0')
})

t.test('an age in days and more keeps the time of day, one in hours is exact', async (t) => {
  for (const [text, expected] of [
    ['7d', '2026-03-24T14:30:15'],
    ['7 days ago', '2026-03-24T14:30:15'],
    ['2 weeks', '2026-03-17T14:30:15'],
    ['1w1d', '2026-03-23T14:30:15'],
    ['1h30m', '2026-03-31T13:00:15'],
    ['5min', '2026-03-31T14:25:15'],
    ['15s', '2026-03-31T14:30:0'],
    ['72h', '2026-03-28T13:30:15'],
    ['0.5d', '2026-03-31T02:30:15'],
    ['1mo', '2026-02-28T14:30:15'],
    ['12 Months', '2025-03-31T14:30:15'],
    ['1y', '2025-03-31T14:30:15'],
    ['1.5y', '2024-09-30T14:30:15'],
  ] as const)
    t.equal(localTime(text), expected, text)
})

t.test('anything else is refused', async (t) => {
  for (const text of [
    '',
    '1',
    '01/02/2026',
    '2026-2-3',
    '2026-02-30',
    '2026-13-01',
    '2026-01-31T25:00',
    'now',
    'ago',
    'Yesterday',
    '5',
    '1h1d',
    '999999y',
    '2026y',
    '-1d',
  ])
    t.throws(() => parseDate(text), { code: 'commander.invalidArgument' }, text)
})
