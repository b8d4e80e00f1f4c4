/** The costs of deleting archives before the service has charged for 90 days. */
import { recordTimeMs } from '../../../catalog/record-time.js'
import { freeDeletionTime } from '../../../costs/billing-rules.js'
import type { Cost } from '../../../costs/cost.js'
import { costOfDeletion } from '../../../costs/storage-costs.js'
import { formatCost, isUnknown } from '../../output/cost-text.js'
import { costByRegion, priceNote, type PlacedArchive } from '../costs/archive-costs.js'
import { chargesOf } from '../costs/charges.js'
import type { RegionalPrices } from '../costs/regional-prices.js'

/** The cost of deleting archives at a time. */
export function earlyDeletionCost(
  archives: readonly PlacedArchive[],
  nowMs: number,
  prices: RegionalPrices,
): Cost {
  return costByRegion(archives, prices, (inRegion, known) => costOfDeletion(inRegion, nowMs, known))
}

/** The line about archives that are charged for after their deletion, and the cost; none if no archive is known to be. */
export function earlyDeletionLines(
  archives: readonly PlacedArchive[],
  nowMs: number,
  prices: RegionalPrices,
): string[] {
  const young = archives
    .flatMap((archive) => chargedPeriodOf(archive) ?? [])
    .filter(({ untilMs }) => untilMs > nowMs)
  if (young.length === 0) return []
  const until = Math.max(...young.map(({ untilMs }) => untilMs))
  const days = new Set(young.map(({ minDays }) => minDays))
  const cost = earlyDeletionCost(archives, nowMs, prices)
  const amount = isUnknown(cost) ? '. The amount is unknown' : `: ${formatCost(cost)}`
  const isOne = young.length === 1
  const [they, were] = isOne ? ['it is', 'it was'] : ['they are', 'they were']
  return [
    `${whoAre(young.length, archives.length)} charged for until ${dayOf(until)}, ${[...days].join(' or ')} days after ${were} stored, even if ${they} deleted ` +
      `now${amount}. ${priceNote(archives, prices)}`,
  ]
}

/** Until when an archive is charged for at least, and for how long; `undefined` if that is not known. */
function chargedPeriodOf({
  time,
  archiveId = '',
  storageClass,
}: PlacedArchive): { readonly untilMs: number; readonly minDays: number } | undefined {
  const charges = chargesOf({ archiveId, storageClass })
  if (time === undefined || !charges) return undefined
  const { minDays } = charges
  return { untilMs: freeDeletionTime(recordTimeMs(time), minDays), minDays }
}

/** The subject of a sentence, as `2 of the 3 archives are`. */
function whoAre(count: number, total: number): string {
  if (total === 1) return 'The archive is'
  if (count === total) return `The ${total} archives are`
  return `${count} of the ${total} archives ${count === 1 ? 'is' : 'are'}`
}

/** A day as `2026-11-29`, in UTC. */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}
