/** The plan of `prune`: what is kept and why, and what is deleted. It is computed from the candidates alone. */
import type { StoredEntry } from '../../../catalog/queries/stored-entries.js'
import type { ArchiveRecord } from '../../../catalog/record.js'
import { recordTimeMs } from '../../../catalog/record-time.js'
import { freeDeletionTime } from '../../../costs/billing-rules.js'
import { CLASS_CHARGES } from '../../../costs/class-charges.js'
import {
  applyPolicy,
  type KeepReason,
  type PolicyTime,
  type RetentionPolicy,
} from '../../../retention/retention-policy.js'
import { chargesOf } from '../costs/charges.js'
import { archivesOf, type Candidates, type NamedEntry } from './candidates.js'

/** The charges of an object whose class is not known: it may be of the class that is charged for the longest. */
const LONGEST_CHARGES = CLASS_CHARGES.DEEP_ARCHIVE

/**
 * Why an entry is kept: a rule of the policy; `young`: the service charges for it anyway; or `unordered`: the entries of its series
 * were not stored in the order of the dates in their keys, as after a copy of the bucket, so that the newest one is not known.
 */
export type PlanReason = KeepReason | 'unordered' | 'young'

/** The action on an entry: it is kept, deleted, or its deletion, which has begun, is completed. */
export type PlanAction = 'keep' | 'delete' | 'complete'

/** An entry of the plan. */
export interface PlannedEntry {
  readonly entry: StoredEntry
  readonly action: PlanAction
  /** Why it is kept; empty if it is deleted. */
  readonly reasons: readonly PlanReason[]
  /** When its deletion is free, in milliseconds since 1970. */
  readonly freeMs: number
}

/** The entries that are counted together. */
export interface PlannedSeries {
  /** A name, or a series of objects. */
  readonly series: string
  /** The newest first. */
  readonly entries: readonly PlannedEntry[]
}

/** The plan. */
export interface PrunePlan {
  /** In alphabetical order. */
  readonly groups: readonly PlannedSeries[]
  /** The entries to delete, in the order of the groups; those whose deletion has begun first. */
  readonly deleted: readonly PlannedEntry[]
}

/**
 * Makes the plan.
 *
 * @param includesYoung - whether entries are deleted too that the service charges for anyway
 */
export function planPrune(
  { named, begun }: Pick<Candidates, 'named' | 'begun'>,
  policy: RetentionPolicy,
  time: PolicyTime,
  includesYoung: boolean,
): PrunePlan {
  const bySeries = new Map<string, NamedEntry[]>()
  for (const entry of named) {
    const others = bySeries.get(entry.series)
    if (others) others.push(entry)
    else bySeries.set(entry.series, [entry])
  }
  const groups = [...bySeries]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([series, given]) => {
      // Of objects that were stored in the same second, the one with the later date in its key is the newer one.
      const entries = given.toSorted((a, b) => (a.name === b.name ? 0 : a.name < b.name ? 1 : -1))
      const areOrdered = isInOrder(entries)
      const decisions = applyPolicy(entries, policy, time, (entry) => recordTimeMs(entry.time))
      return {
        series,
        entries: decisions.map(({ backup, reasons }) =>
          planned(backup, areOrdered ? reasons : ['unordered'], time.nowMs, includesYoung),
        ),
      }
    })
  const completed = begun.map((entry) => {
    return { entry, action: 'complete' as const, reasons: [], freeMs: freeTimeOf(archivesOf(entry)) }
  })
  const deleted = groups.flatMap(({ entries }) => entries.filter(({ action }) => action === 'delete'))
  return { groups, deleted: [...completed, ...deleted] }
}

/** Whether entries whose names are sorted from the last to the first were stored in the order of their names. */
function isInOrder(entries: readonly NamedEntry[]): boolean {
  return entries.every(({ name, time }, i) => {
    const later = entries[i - 1]
    return !later || later.name === name || recordTimeMs(later.time) >= recordTimeMs(time)
  })
}

function planned(
  entry: StoredEntry,
  reasons: readonly PlanReason[],
  nowMs: number,
  includesYoung: boolean,
): PlannedEntry {
  const freeMs = freeTimeOf(archivesOf(entry))
  if (reasons.length > 0) return { entry, action: 'keep', reasons, freeMs }
  if (!includesYoung && freeMs > nowMs) return { entry, action: 'keep', reasons: ['young'], freeMs }
  return { entry, action: 'delete', reasons: [], freeMs }
}

/** The shortest time for which an archive is charged, in days. */
export function chargedDaysOf(archive: ArchiveRecord): number {
  return (chargesOf(archive) ?? LONGEST_CHARGES).minDays
}

/** When the deletion of all of these archives is free, in milliseconds since 1970. */
export function freeTimeOf(archives: readonly ArchiveRecord[]): number {
  return Math.max(
    ...archives.map((archive) => freeDeletionTime(recordTimeMs(archive.time), chargedDaysOf(archive))),
  )
}
