/** The costs of stored archives: each month, and when they are deleted before the service has charged for 90 days. */
import { ARCHIVE_OVERHEAD_BYTES, DAY_MS, freeDeletionTime, MONTH_DAYS } from './billing-rules.js'
import { costOf, gigabyteMonths, lineOf, type Cost } from './cost.js'
import type { SomePrices } from './prices.js'

/** A stored archive. */
export interface PricedArchive {
  /** Bytes, without the overhead of the service; `undefined` if they are not known. */
  readonly size: number | undefined
  /** When it was stored, ISO 8601; `undefined` if that is not known. */
  readonly time: string | undefined
}

/** The cost of the storage of archives for a month of 30 days, with the overhead of each. */
export function storageCostPerMonth(
  archives: readonly Pick<PricedArchive, 'size'>[],
  prices: SomePrices,
): Cost {
  const charges = archives.map(({ size }) => byteMs(size, MONTH_DAYS * DAY_MS))
  return costOfStorage('storage', charges, prices)
}

/**
 * The cost of deleting archives at a time: the storage for the rest of the 90 days. The requests are free.
 *
 * @param nowMs - milliseconds since 1970
 */
export function costOfDeletion(archives: readonly PricedArchive[], nowMs: number, prices: SomePrices): Cost {
  const charges = archives.map(({ size, time }) => {
    if (time === undefined) return undefined
    return byteMs(size, Math.max(freeDeletionTime(Date.parse(time)) - nowMs, 0))
  })
  return costOfStorage('early deletion', charges, prices)
}

function costOfStorage(item: string, charges: readonly (bigint | undefined)[], prices: SomePrices): Cost {
  const known = charges.filter((charge) => charge !== undefined)
  const quantity = gigabyteMonths(known.reduce((sum, charge) => sum + charge, 0n))
  const lines = [lineOf(item, quantity, prices.storage)]
  if (known.length < charges.length)
    lines.push({ item: `${item} of archives that the catalog does not know`, amount: undefined })
  return costOf(lines)
}

/** Bytes with the overhead of the service, times milliseconds. */
function byteMs(size: number | undefined, ms: number): bigint | undefined {
  if (ms === 0) return 0n
  return size === undefined || Number.isNaN(ms)
    ? undefined
    : BigInt(size + ARCHIVE_OVERHEAD_BYTES) * BigInt(Math.floor(ms))
}
