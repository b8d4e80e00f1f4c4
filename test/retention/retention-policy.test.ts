import fc from 'fast-check'
import t from 'tap'
import { LOCAL_CALENDAR, UTC_CALENDAR, type CalendarDuration } from '../../lib/retention/calendar.js'
import { applyPolicy, type Decision, type RetentionPolicy } from '../../lib/retention/retention-policy.js'

const DAY = 86_400_000
const NOW = Date.parse('2026-11-29T12:00:00Z')
const TIME = { nowMs: NOW, calendar: UTC_CALENDAR }

/** The decisions on backups at these times, in UTC. */
function decide(times: readonly number[], policy: RetentionPolicy): Decision<number>[] {
  return applyPolicy(times, policy, TIME, (time) => time)
}

/** The times of the kept backups, the newest first. */
function kept(times: readonly number[], policy: RetentionPolicy): number[] {
  return decide(times, policy).flatMap(({ backup, reasons }) => (reasons.length > 0 ? [backup] : []))
}

function at(...texts: string[]): number[] {
  return texts.map((text) => Date.parse(`${text}Z`))
}

const duration: fc.Arbitrary<CalendarDuration> = fc.record({
  years: fc.integer({ min: 0, max: 2 }),
  months: fc.integer({ min: 0, max: 14 }),
  days: fc.integer({ min: 0, max: 40 }),
  hours: fc.integer({ min: 1, max: 50 }),
})
const count = fc.option(fc.oneof(fc.integer({ min: 1, max: 6 }), fc.constant(Infinity)), { nil: undefined })
const policies: fc.Arbitrary<RetentionPolicy> = fc.record({
  last: count,
  daily: count,
  weekly: count,
  monthly: count,
  yearly: count,
  within: fc.option(duration, { nil: undefined }),
})
const RULES = ['last', 'daily', 'weekly', 'monthly', 'yearly', 'within'] as const
const somePolicies = policies.filter((policy) => RULES.some((rule) => policy[rule] !== undefined))
/** Times of several years, dense at the end, some in the future. */
const manyTimes = fc.array(
  fc.oneof(
    fc.integer({ min: NOW - 3 * 365 * DAY, max: NOW + DAY }),
    fc.integer({ min: NOW - 20 * DAY, max: NOW }),
    fc.integer({ min: 0, max: 100 }).map((days) => NOW - days * DAY),
  ),
  { maxLength: 40 },
)

/** The week of a time by counting from a Monday; the weeks of ISO 8601 are those of the calendar. */
function weekNumber(time: number): number {
  return Math.floor((time - Date.parse('1969-12-29T00:00:00Z')) / (7 * DAY))
}

/** The archives that a policy keeps, rule by rule, as the manual of restic describes it. */
function naiveKept(times: readonly number[], policy: RetentionPolicy): number[] {
  const sorted = [...times].sort((a, b) => b - a)
  const keep = new Set<number>()
  const periods: Record<string, (time: number, index: number) => unknown> = {
    last: (_time, index) => index,
    daily: (time) => new Date(time).toISOString().slice(0, 10),
    weekly: weekNumber,
    monthly: (time) => new Date(time).toISOString().slice(0, 7),
    yearly: (time) => new Date(time).toISOString().slice(0, 4),
  }
  for (const [rule, periodOf] of Object.entries(periods)) {
    const limit = policy[rule as 'last'] ?? 0
    const newest = new Map<unknown, number>()
    for (const [index, time] of sorted.entries())
      if (!newest.has(periodOf(time, index))) newest.set(periodOf(time, index), index)
    const indexes = [...newest.values()].slice(0, limit)
    for (const index of indexes) keep.add(index)
    if (indexes.length < limit && sorted.length > 0) keep.add(sorted.length - 1)
  }
  if (policy.within) {
    const { years, months, days, hours } = policy.within
    const past = sorted.filter((time) => time < NOW)
    const from = new Date(past[0] ?? -8e15)
    if (past[0] !== undefined) {
      from.setUTCFullYear(
        from.getUTCFullYear() - years,
        from.getUTCMonth() - months,
        from.getUTCDate() - days,
      )
      from.setUTCHours(from.getUTCHours() - hours)
    }
    for (const [index, time] of sorted.entries()) if (time > from.getTime()) keep.add(index)
  }
  return sorted.filter((_time, index) => keep.has(index))
}

t.test('a policy keeps what a naive model of restic keeps', async () => {
  fc.assert(
    fc.property(manyTimes, policies, (times, policy) => {
      const result = kept(times, policy)
      const expected = naiveKept(times, policy)
      return JSON.stringify(result) === JSON.stringify(expected)
    }),
    { numRuns: 1000 },
  )
})

t.test('the newest backup is never deleted by a policy with a rule', async () => {
  fc.assert(
    fc.property(manyTimes, somePolicies, (times, policy) => {
      return times.length === 0 || kept(times, policy)[0] === Math.max(...times)
    }),
  )
})

t.test('another rule, or a higher number, never deletes more', async () => {
  fc.assert(
    fc.property(manyTimes, policies, policies, (times, policy, more) => {
      const generous: Record<string, unknown> = { ...policy, within: policy.within ?? more.within }
      for (const rule of ['last', 'daily', 'weekly', 'monthly', 'yearly'] as const)
        generous[rule] = Math.max(policy[rule] ?? 0, more[rule] ?? 0)
      const few = decide(times, policy)
      const many = decide(times, generous)
      return few.every(({ reasons }, i) => reasons.length === 0 || (many[i]?.reasons.length ?? 0) > 0)
    }),
  )
})

t.test('a policy keeps all that it kept when it is applied again', async () => {
  fc.assert(
    fc.property(manyTimes, policies, (times, policy) => {
      const once = kept(times, policy)
      return JSON.stringify(kept(once, policy)) === JSON.stringify(once)
    }),
  )
})

t.test('the order of the backups makes no difference', async () => {
  fc.assert(
    fc.property(manyTimes, policies, (times, policy) => {
      const reversed = [...times].reverse()
      return JSON.stringify(kept(reversed, policy)) === JSON.stringify(kept(times, policy))
    }),
  )
})

t.test('days without a backup do not count, and the newest of each day is kept', async (t) => {
  const times = at(
    '2026-11-29T02:00',
    '2026-11-29T01:00',
    '2026-11-20T05:00',
    '2026-11-20T04:00',
    '2025-01-01T00:00',
  )
  t.strictSame(kept(times, { daily: 2 }), at('2026-11-29T02:00', '2026-11-20T05:00'))
  t.strictSame(
    decide(times, { daily: 2, yearly: 1 }).map(({ reasons }) => reasons),
    [['daily', 'yearly'], [], ['daily'], [], []],
  )
})

t.test('a rule that would keep more than there are periods keeps the oldest backup', async (t) => {
  const times = at('2026-11-29T02:00', '2026-10-20T05:00', '2026-10-01T00:00')
  t.strictSame(
    decide(times, { monthly: 3 }).map(({ reasons }) => reasons),
    [['monthly'], ['monthly'], ['oldest monthly']],
  )
  t.strictSame(kept(times, { monthly: 2 }), at('2026-11-29T02:00', '2026-10-20T05:00'))
})

t.test('a time is counted back from the newest backup that is not from the future', async (t) => {
  const times = at(
    '2027-01-01T00:00',
    '2026-03-31T00:00',
    '2026-03-04T00:00',
    '2026-03-03T00:00',
    '2026-02-01T00:00',
  )
  const month = { years: 0, months: 1, days: 0, hours: 0 }
  // A month before the 31st of March is the 31st of February, which is the 3rd of March.
  t.strictSame(kept(times, { within: month }), times.slice(0, 3))
  t.strictSame(
    kept(at('2027-01-01T00:00'), { within: month }),
    at('2027-01-01T00:00'),
    'all are from the future',
  )
})

t.test('the weeks are those of ISO 8601', async (t) => {
  const weeks = at(
    '2026-12-31T12:00',
    '2027-01-03T12:00',
    '2027-01-04T12:00',
    '2021-01-03T23:59',
    '2024-12-30T00:00',
  )
  t.strictSame(
    weeks.map((time) => UTC_CALENDAR.periodsOf(time).week),
    ['2026-W53', '2026-W53', '2027-W01', '2020-W53', '2025-W01'],
  )
})

t.test('the local calendar is that of the time zone of the process', async (t) => {
  const time = Date.parse('2026-03-29T12:34:56Z')
  const date = new Date(time)
  const { day, month, year } = LOCAL_CALENDAR.periodsOf(time)
  const twoDigits = (n: number): string => String(n).padStart(2, '0')
  t.equal(day, `${date.getFullYear()}-${twoDigits(date.getMonth() + 1)}-${twoDigits(date.getDate())}`)
  t.strictSame([month, year], [day.slice(0, 7), day.slice(0, 4)])
  const earlier = new Date(date)
  earlier.setDate(earlier.getDate() - 3)
  t.equal(
    LOCAL_CALENDAR.before(time, { years: 0, months: 0, days: 3, hours: 2 }),
    earlier.getTime() - 2 * 3_600_000,
  )
})
