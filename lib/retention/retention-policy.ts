/**
 * A retention policy: which backups of one name are kept. The rules are those of `restic forget`, so that a policy in its
 * terms keeps the same backups:
 *
 * - A rule for a period, such as days, keeps the newest backup of each of the last N days that have one. Days without a
 *   backup do not count.
 * - If a rule may keep more than there are periods, it also keeps the oldest backup: the history is as long as possible.
 * - `within` is counted back from the newest backup, not from now. Backups from the future do not count as the newest.
 * - A backup is kept if one rule keeps it.
 */
import type { Calendar, CalendarDuration, Periods } from './calendar.js'

/** How many backups a rule keeps. `Infinity` is unlimited. A policy needs at least one rule. */
export interface RetentionPolicy {
  /** The number of newest backups to keep. */
  readonly last?: number | undefined
  /** The number of days to keep a backup of. */
  readonly daily?: number | undefined
  /** The number of weeks to keep a backup of. */
  readonly weekly?: number | undefined
  /** The number of months to keep a backup of. */
  readonly monthly?: number | undefined
  /** The number of years to keep a backup of. */
  readonly yearly?: number | undefined
  /** The time before the newest backup in which all are kept. */
  readonly within?: CalendarDuration | undefined
}

/** Why a backup is kept: the rules that keep it. `oldest …` is a rule that would keep more than there are. */
export type KeepReason = 'within' | CountingRule | `oldest ${CountingRule}`

/** The rules that count backups. */
export type CountingRule = 'last' | 'daily' | 'weekly' | 'monthly' | 'yearly'

/** A backup and the rules that keep it. */
export interface Decision<T> {
  readonly backup: T
  /** The rules that keep it; empty if it is not kept. */
  readonly reasons: readonly KeepReason[]
}

/** The present and the calendar that a policy is applied in. */
export interface PolicyTime {
  /** The present, in milliseconds since 1970. */
  readonly nowMs: number
  readonly calendar: Calendar
}

const PERIODS: Readonly<Record<Exclude<CountingRule, 'last'>, keyof Periods>> = {
  daily: 'day',
  weekly: 'week',
  monthly: 'month',
  yearly: 'year',
}

/**
 * Applies a policy to the backups of one name.
 *
 * @param timeOf - when a backup was made, in milliseconds since 1970
 * @returns the decisions, the newest backup first. Backups of the same time stay in their order.
 */
export function applyPolicy<T>(
  backups: readonly T[],
  policy: RetentionPolicy,
  { nowMs, calendar }: PolicyTime,
  timeOf: (backup: T) => number,
): Decision<T>[] {
  const newestFirst = backups
    .map((backup) => ({ backup, timeMs: timeOf(backup) }))
    .sort((a, b) => b.timeMs - a.timeMs)
  const counters = countersOf(policy)
  const withinFrom = startOfWithin(newestFirst, policy, { nowMs, calendar })
  return newestFirst.map(({ backup, timeMs }, index) => {
    const isOldest = index === newestFirst.length - 1
    const periods = calendar.periodsOf(timeMs)
    const reasons: KeepReason[] = timeMs > withinFrom ? ['within'] : []
    for (const counter of counters) {
      const reason = counter.reasonFor(index, periods, isOldest)
      if (reason !== undefined) reasons.push(reason)
    }
    return { backup, reasons }
  })
}

/** The moment after which all backups are kept; `Infinity` without the rule. */
function startOfWithin(
  newestFirst: readonly { readonly timeMs: number }[],
  { within }: RetentionPolicy,
  { nowMs, calendar }: PolicyTime,
): number {
  if (within === undefined) return Infinity
  const newest = newestFirst.find(({ timeMs }) => timeMs < nowMs)
  return newest ? calendar.before(newest.timeMs, within) : -Infinity
}

/** A rule that counts, and how many backups it may still keep. */
interface Counter {
  reasonFor(index: number, periods: Periods, isOldest: boolean): KeepReason | undefined
}

function countersOf(policy: RetentionPolicy): Counter[] {
  const rules: readonly CountingRule[] = ['last', 'daily', 'weekly', 'monthly', 'yearly']
  return rules.map((rule) => counterOf(rule, policy[rule] ?? 0))
}

function counterOf(rule: CountingRule, count: number): Counter {
  let left = count
  let lastPeriod: string | undefined
  return {
    reasonFor(index, periods, isOldest) {
      if (left <= 0) return undefined
      const period = rule === 'last' ? String(index) : periods[PERIODS[rule]]
      const isNew = period !== lastPeriod
      if (!isNew && !isOldest) return undefined
      lastPeriod = period
      left--
      return isNew ? rule : `oldest ${rule}`
    },
  }
}
