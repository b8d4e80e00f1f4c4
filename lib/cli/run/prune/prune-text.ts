/** The plan of `prune`, as people and programs read it. */
import { costOfDeletion, storageCostPerMonth } from '../../../costs/storage-costs.js'
import { shortIdsOf } from '../../../catalog/queries/short-ids.js'
import { isObjectId, keyIn } from '../../../catalog/vault-address.js'
import type { StoredEntry } from '../../../catalog/queries/stored-entries.js'
import { formatCost, isUnknown } from '../../output/cost-text.js'
import { formatCount, formatSize, formatTime } from '../../output/format.js'
import { volumesText } from '../../output/set-text.js'
import { costByRegion, priceNote } from '../costs/archive-costs.js'
import type { RegionalPrices } from '../costs/regional-prices.js'
import { dayOf } from '../rm/early-deletion.js'
import { VERSIONS_NOTE } from '../rm/stored-objects.js'
import { archivesOf, type Candidates } from './candidates.js'
import { seriesOf, seriesText } from './object-series.js'
import { chargedDaysOf, type PlannedEntry, type PlanReason, type PrunePlan } from './prune-plan.js'

const ACTIONS = { keep: 'keep', delete: 'delete', complete: 'delete the rest of' } as const

/** A plan, its candidates, and the facts that its costs are computed from. */
export interface PlanContext {
  readonly candidates: Candidates
  readonly plan: PrunePlan
  readonly prices: RegionalPrices
  /** The present, in milliseconds since 1970. */
  readonly nowMs: number
}

/** The lines of the plan: the entries of each name or series, the totals, the costs, and what is not considered. */
export function planLines(context: PlanContext): string[] {
  const { plan } = context
  const begun = plan.deleted.filter(({ action }) => action === 'complete')
  const all = [...begun, ...plan.groups.flatMap(({ entries }) => entries)]
  const shortIds = shortIdsOf(all.map(({ entry }) => entry.id))
  const idOf = ({ id }: StoredEntry): string => (isObjectId(id) ? keyIn(id) : `${shortIds.get(id)}`)
  const linesOf = (entries: readonly PlannedEntry[]): string[] =>
    entries.map((planned) => entryLine(planned, idOf(planned.entry)))
  return [
    ...plan.groups.flatMap(({ series, entries }) => [`${seriesText(series)}:`, ...linesOf(entries)]),
    ...(begun.length > 0 ? ['sets whose deletion has begun:', ...linesOf(begun)] : []),
    ...totalLines(context),
    ...ignoredLines(context.candidates),
  ]
}

/** An entry of the plan in JSON. */
export function entryJson({ entry, action, reasons, freeMs }: PlannedEntry): object {
  const { id, name, time, size, set } = entry
  return {
    action,
    reasons,
    name,
    ...(isObjectId(id) && { series: seriesText(seriesOf(keyIn(id))) }),
    archiveId: id,
    time,
    size,
    volumes: set.volumes.length,
    freeSince: new Date(freeMs).toISOString(),
  }
}

function entryLine({ entry, action, reasons, freeMs }: PlannedEntry, shownId: string): string {
  const { time, size, set } = entry
  const remarks = [...(set.volumes.length > 1 ? [volumesText(set)] : [])]
  for (const reason of reasons) remarks.push(reasonText(reason, freeMs))
  const remark = remarks.length === 0 ? '' : `  (${remarks.join(', ')})`
  return `  ${ACTIONS[action].padEnd(6)}  ${formatTime(time)}  ${formatSize(size).padStart(10)}  ${shownId}${remark}`
}

function reasonText(reason: PlanReason, freeMs: number): string {
  if (reason === 'young') return `charged for until ${dayOf(freeMs)}`
  return reason === 'unordered' ? 'the dates in the keys contradict the times' : reason
}

function totalLines({ plan, prices, nowMs }: PlanContext): string[] {
  const all = plan.groups.flatMap(({ entries }) => entries)
  const kept = all.filter(({ action }) => action === 'keep')
  const young = kept.filter(({ reasons }) => reasons.includes('young'))
  const lines = [`To keep: ${totalText(kept)}.`]
  if (young.length > 0) {
    const times = young.map(({ freeMs }) => freeMs)
    const [first, last] = [dayOf(Math.min(...times)), dayOf(Math.max(...times))]
    const days = new Set(young.flatMap(({ entry }) => archivesOf(entry).map(chargedDaysOf)))
    const charged = [...days].sort((a, b) => a - b).join(' or ')
    lines.push(
      `Of these, ${young.length} ${young.length === 1 ? 'is' : 'are'} kept only because the service charges for ${charged} days ` +
        `anyway, until ${first === last ? first : `${first} to ${last}`}. --now deletes them at once.`,
    )
  }
  lines.push(`To delete: ${totalText(plan.deleted)}.`)
  const archives = plan.deleted.flatMap(({ entry }) => archivesOf(entry))
  if (archives.length > 0) {
    const monthly = costByRegion(archives, prices, storageCostPerMonth)
    const early = costByRegion(archives, prices, (those, known) => costOfDeletion(those, nowMs, known))
    const saving = isUnknown(monthly)
      ? 'The amount that this saves a month is unknown.'
      : `This saves ${formatCost(monthly)} a month.`
    lines.push(`${saving} Early deletion: ${formatCost(early)}. ${priceNote(archives, prices)}`)
    if (archives.some(({ versionId }) => versionId !== undefined)) lines.push(VERSIONS_NOTE)
  }
  return lines
}

function ignoredLines({ ignored }: Candidates): string[] {
  const found = [
    countText(ignored.unnamed, 'without a name'),
    countText(ignored.undated, 'without a readable time'),
    countText(ignored.incomplete, 'incomplete or without a known end'),
    countText(ignored.contradictory, 'about which the catalog contradicts itself'),
  ].filter((text) => text !== '')
  return found.length === 0 ? [] : [`Never deleted, and not counted as kept: ${found.join('; ')}.`]
}

function countText({ length }: readonly StoredEntry[], what: string): string {
  return length === 0 ? '' : `${length} ${what}`
}

function totalText(entries: readonly PlannedEntry[]): string {
  const size = entries.reduce((sum, { entry }) => sum + entry.size, 0)
  return entries.length === 0 ? 'nothing' : `${formatCount(entries.length, 'archive')}, ${formatSize(size)}`
}
