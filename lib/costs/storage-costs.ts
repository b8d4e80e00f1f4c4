/** The costs of stored archives: each month, and when they are deleted before the service has charged for 90 days. */
import { DAY_MS, freeDeletionTime, MONTH_DAYS, VAULT_CHARGES, type StorageCharges } from './billing-rules.js'
import { chargedStorage } from './charged-storage.js'
import { costOf, gigabyteMonths, lineOf, type Cost } from './cost.js'
import type { StoragePrices } from './prices.js'

/** A stored archive. */
export interface PricedArchive {
  /** Bytes, without the overhead of the service; `undefined` if they are not known. */
  readonly size: number | undefined
  /** When it was stored, ISO 8601; `undefined` if that is not known. */
  readonly time: string | undefined
  /** How it is charged for; default as in a vault. */
  readonly charges?: StorageCharges | undefined
}

/** The cost of the storage of archives for a month of 30 days, with the overhead of each. */
export function storageCostPerMonth(
  archives: readonly Pick<PricedArchive, 'size' | 'charges'>[],
  prices: StoragePrices,
): Cost {
  const stored = archives.map(({ size, charges = VAULT_CHARGES }) => {
    return { size, charges, ms: MONTH_DAYS * DAY_MS }
  })
  return costOfStorage('storage', stored, prices)
}

/**
 * The cost of deleting archives at a time: the storage for the rest of the days that are charged. The requests are free.
 *
 * @param nowMs - milliseconds since 1970
 */
export function costOfDeletion(
  archives: readonly PricedArchive[],
  nowMs: number,
  prices: StoragePrices,
): Cost {
  const stored = archives.map(({ size, time, charges = VAULT_CHARGES }) => {
    const freeMs = time === undefined ? NaN : freeDeletionTime(Date.parse(time), charges.minDays)
    return { size, charges, ms: Math.max(freeMs - nowMs, 0) }
  })
  return costOfStorage('early deletion', stored, prices)
}

/** A time for which an archive is charged. */
interface ChargedTime {
  readonly size: number | undefined
  readonly charges: StorageCharges
  /** Milliseconds; NaN if they are not known. */
  readonly ms: number
}

function costOfStorage(
  item: string,
  archives: readonly ChargedTime[],
  { storage, standardStorage }: StoragePrices,
): Cost {
  const charges = archives.map(byteMsOf)
  const known = charges.filter((charge) => charge !== undefined)
  const quantity = gigabyteMonths(known.reduce((sum, charge) => sum + charge, 0n))
  const lines = [lineOf(item, quantity, storage)]
  const inStandard = archives.reduce((sum, archive) => sum + standardByteMsOf(archive), 0n)
  if (inStandard > 0n)
    lines.push(lineOf(`${item} of names and metadata`, gigabyteMonths(inStandard), standardStorage))
  if (known.length < charges.length)
    lines.push({ item: `${item} of archives that the catalog does not know`, amount: undefined })
  return costOf(lines)
}

/** Bytes at the archive's own rate, with the overhead of the service, times milliseconds. */
function byteMsOf({ size, charges, ms }: ChargedTime): bigint | undefined {
  if (ms === 0) return 0n
  if (size === undefined || Number.isNaN(ms)) return undefined
  return chargedStorage(size, ms, charges).own
}

/** Bytes at the rate of STANDARD, times milliseconds. */
function standardByteMsOf({ charges, ms }: ChargedTime): bigint {
  return Number.isNaN(ms) ? 0n : chargedStorage(0, ms, charges).standard
}
