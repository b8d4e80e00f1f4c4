/** The cost of the restores and the reads of a `get` from objects. */
import { sumOf, type Cost } from '../../../../costs/cost.js'
import { costOfReads, costOfRestores } from '../../../../costs/object-costs.js'
import type { ObjectPrices } from '../../../../costs/object-prices.js'
import type { Tier } from '../../../../store/retrieval-store.js'
import type { GetOptions } from '../../../commands/archives/get.js'
import { formatCost, isUnknown } from '../../../output/cost-text.js'
import { formatCount, formatSize } from '../../../output/format.js'
import { priceNote, type Place } from '../../costs/archive-costs.js'
import { regionalPrices } from '../../costs/regional-prices.js'
import { neededIn, requestsOf, restoreNeedOf, type ObjectRead } from './object-reads.js'
import type { PlannedRestores } from './restore-words.js'

/** The cost of a `get`. */
export interface RestoreCost {
  readonly total: Cost
  /** The number, the tier and the bytes of the restores, as a clause. */
  readonly what: string
  /** Which prices they are. */
  readonly note: string
}

/**
 * Computes the cost of restores and reads. Restores that are running or over cost nothing more, and what they have restored
 * has been paid for.
 *
 * @throws as {@link regionalPrices}
 */
export async function restoreCostOf(
  reads: readonly ObjectRead[],
  { tier, days }: Pick<PlannedRestores, 'days' | 'tier'>,
  place: Place,
  options: Pick<GetOptions, 'prices'>,
): Promise<RestoreCost> {
  const prices = await regionalPrices(options)
  const total = sumOf(
    classesOf(reads).map(([storageClass, those]) => {
      const known = prices.ofClass(place.region, storageClass)
      // An object of an archive tier of INTELLIGENT_TIERING comes back for good.
      const keptDays = storageClass === 'INTELLIGENT_TIERING' ? 0 : days
      return sumOf([...restoresIn(those, tier, keptDays, known), ...readsIn(those, known)])
    }),
  )
  return {
    total,
    what: whatIs(neededIn(reads), tier, days),
    note: priceNote([{ ...place, inBucket: true }], prices),
  }
}

function restoresIn(reads: readonly ObjectRead[], tier: Tier, days: number, prices: ObjectPrices): Cost[] {
  const sizes = neededIn(reads).map(({ object }) => object.facts.size)
  return sizes.length === 0 ? [] : [costOfRestores({ sizes, tier, days }, prices)]
}

/** The costs of reading objects at once, and of reading restored copies. */
function readsIn(reads: readonly ObjectRead[], prices: ObjectPrices): Cost[] {
  return [false, true].flatMap((areRestored) => {
    const those = reads.filter(({ object }) => (restoreNeedOf(object.facts) !== 'none') === areRestored)
    if (those.length === 0) return []
    const requests = sum(those.map(requestsOf))
    return [costOfReads({ requests, bytes: sum(those.map(({ bytes }) => bytes)), areRestored }, prices)]
  })
}

/** The reads by the storage class of their objects. */
function classesOf(reads: readonly ObjectRead[]): [string, ObjectRead[]][] {
  const classes = new Map<string, ObjectRead[]>()
  for (const read of reads) {
    const { storageClass } = read.object.facts
    classes.set(storageClass, [...(classes.get(storageClass) ?? []), read])
  }
  return [...classes]
}

function whatIs(needed: readonly ObjectRead[], tier: Tier, days: number): string {
  if (needed.length === 0) return 'No restore is needed'
  const bytes = sum(needed.map(({ object }) => object.facts.size))
  return `${formatCount(needed.length, 'restore')}, ${tier}, ${formatSize(bytes)}, kept for ${formatCount(days, 'day')}`
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

/** The sentences about the cost. */
export function restoreCostSentence({ total, what, note }: RestoreCost): string {
  return isUnknown(total) ? `${what}. The cost is unknown. ${note}` : `${what}: ${formatCost(total)}. ${note}`
}
