/** The costs of deleting archives before the service has charged for 90 days. */
import { freeDeletionTime, MIN_CHARGED_DAYS } from '../../../costs/billing-rules.js'
import type { Cost } from '../../../costs/cost.js'
import { costOfDeletion } from '../../../costs/storage-costs.js'
import { formatCost } from '../../output/cost-text.js'
import { costByRegion, priceNote, type PlacedArchive } from '../costs/archive-costs.js'
import type { RegionalPrices } from '../costs/regional-prices.js'

/** The cost of deleting archives at a time. */
export function earlyDeletionCost(
  archives: readonly PlacedArchive[],
  nowMs: number,
  prices: RegionalPrices,
): Cost {
  return costByRegion(archives, prices, (inRegion, known) => costOfDeletion(inRegion, nowMs, known))
}

/** The line about archives that are charged for after their deletion; none if there are none. */
export function earlyDeletionLines(
  archives: readonly PlacedArchive[],
  nowMs: number,
  prices: RegionalPrices,
): string[] {
  const young = archives.filter(
    ({ time }) => time !== undefined && freeDeletionTime(Date.parse(time)) > nowMs,
  )
  if (young.length === 0) return []
  const until = Math.max(...young.map(({ time = '' }) => freeDeletionTime(Date.parse(time))))
  const cost = formatCost(earlyDeletionCost(young, nowMs, prices))
  const [who, they, were] =
    young.length === 1 ? ['archive is', 'it is', 'it was'] : ['archives are', 'they are', 'they were']
  const count = archives.length === 1 ? `The ${who}` : `${young.length} of the ${archives.length} ${who}`
  return [
    `${count} charged for until ${dayOf(until)}, ${MIN_CHARGED_DAYS} days after ${were} stored, even if ${they} deleted ` +
      `now: ${cost}. ${priceNote(young, prices)}`,
  ]
}

/** A day as `2026-11-29`, in UTC. */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}
