/** How the service computes its charges (docs/glacier-protocol.md#costs). The prices are in price-table.ts. */

/** Milliseconds in a day. */
export const DAY_MS = 86_400_000

/** The days that an archive is charged for at least. One that is deleted earlier is charged for the rest. */
export const MIN_CHARGED_DAYS = 90

/** How an archive is charged for, besides its size and time. */
export interface StorageCharges {
  /** Days that are charged even if it is deleted earlier; 0 if there is no such duration. */
  readonly minDays: number
  /** Bytes that are charged if it is smaller; 0 if there is no such size. */
  readonly minBilledBytes: number
  /** Bytes added to it, at its own rate. */
  readonly overheadBytes: number
  /** Bytes added to it, at the rate of the class STANDARD. */
  readonly standardOverheadBytes: number
}

/**
 * Bytes that the service adds to each archive for its index and metadata. The 8 KiB that S3 adds to each object in its
 * archive storage classes are for the listing of a bucket, which a vault does not have.
 */
export const ARCHIVE_OVERHEAD_BYTES = 32_768

/** How an archive in a vault is charged for. */
export const VAULT_CHARGES: StorageCharges = {
  minDays: MIN_CHARGED_DAYS,
  minBilledBytes: 0,
  overheadBytes: ARCHIVE_OVERHEAD_BYTES,
  standardOverheadBytes: 0,
}

/** Bytes in the GB of a price. */
export const GB_BYTES: bigint = 2n ** 30n

/** Days in the month of a price: the service's price of an early deletion, three months for 90 days, is in such months. */
export const MONTH_DAYS = 30

/**
 * The moment from which the deletion of an archive that was stored at a time is free, in milliseconds since 1970.
 *
 * @param minDays - the days that are charged at least; default those of a vault
 */
export function freeDeletionTime(storedMs: number, minDays: number = MIN_CHARGED_DAYS): number {
  return storedMs + minDays * DAY_MS
}
