/**
 * The costs of a local bucket since it was started.
 *
 * - A GB has 2^30 bytes, and a month 30 days, as for a local vault.
 * - Storage is that of all objects on disk and of those that were deleted or replaced, from the start or their creation on.
 * - Only requests that were carried out are charged for. A restore is charged for when it is started.
 */
import { dollars, inUnits, microDollars } from '../../../costs/amount.js'
import type { ChargedClass } from '../../../costs/class-charges.js'
import { objectPricesOf } from '../../../costs/object-prices.js'
import type { BucketPrices } from '../../../costs/prices.js'
import { STORAGE_CLASSES } from '../service/storage-classes.js'
import { BUCKET_CHARGES, UNITS, type BucketCostId, type BucketCostUnit } from './bucket-charges.js'
import type { BucketMeter, PartUse, StoredUse } from './bucket-meter.js'

/** A line of the costs of buckets. */
export interface BucketCostLine {
  /** The subject. */
  readonly id: BucketCostId
  /**
   * The storage class of the objects or uploads. Requests that are not about an object have `STANDARD`, as their prices are those of
   * STANDARD.
   */
  readonly storageClass: ChargedClass
  /** The storage class and the subject in words, such as `DEEP_ARCHIVE storage`. */
  readonly item: string
  /** In the unit, rounded to nine decimal places. */
  readonly quantity: number
  /** The unit of the quantity. */
  readonly unit: BucketCostUnit
  /** US dollars, rounded to a millionth; `null` if the price is unknown. */
  readonly amount: number | null
}

/** The costs of a local bucket. */
export interface BucketCosts {
  /** The currency of all amounts. */
  readonly currency: 'USD'
  /** US dollars: the sum of the lines with a known price. */
  readonly total: number
  /** Whether a price is unknown: the costs are at least the total. */
  readonly isAtLeast: boolean
  /** The costs by storage class and subject. What was not used has no line. */
  readonly lines: readonly BucketCostLine[]
  /** ISO 8601: the start of the local bucket, by its clock. */
  readonly since: string
  /** ISO 8601: now, by its clock. */
  readonly until: string
}

/** The use that costs are computed from. */
export interface BucketUse {
  readonly meter: BucketMeter
  /** The current objects. */
  readonly objects: () => AsyncIterable<StoredUse>
  /** The current parts of uploads that are not completed. */
  readonly parts: () => AsyncIterable<PartUse>
}

/** The costs of a local bucket up to now. */
export async function bucketCostsOf(
  { meter, objects, parts }: BucketUse,
  prices: BucketPrices,
): Promise<BucketCosts> {
  const tally = meter.counted() // before the objects are read, so that none is counted twice
  for await (const part of parts()) meter.addPart(tally, part)
  for await (const object of objects()) meter.addStored(tally, object)
  let total = 0n
  let isAtLeast = false
  const lines: BucketCostLine[] = []
  for (const storageClass of STORAGE_CLASSES) {
    const known = objectPricesOf(prices, storageClass)
    for (const id of Object.keys(BUCKET_CHARGES) as BucketCostId[]) {
      const sum = tally.of(storageClass, id)
      if (sum === 0n) continue
      const { words, unit, price } = BUCKET_CHARGES[id]
      const { inUnit, inPrice } = UNITS[unit]
      const dollarsPerUnit = known[price]
      const micro =
        dollarsPerUnit === undefined
          ? undefined
          : microDollars({ parts: sum, perUnit: inPrice }, dollarsPerUnit)
      total += micro ?? 0n
      isAtLeast ||= micro === undefined
      lines.push({
        id,
        storageClass,
        item: `${storageClass} ${words}`,
        quantity: inUnits({ parts: sum, perUnit: inUnit }),
        unit,
        amount: micro === undefined ? null : dollars(micro),
      })
    }
  }
  return {
    currency: 'USD',
    total: dollars(total),
    isAtLeast,
    lines,
    since: new Date(meter.start).toISOString(),
    until: new Date(meter.now).toISOString(),
  }
}
