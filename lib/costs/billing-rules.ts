/** How the service computes its charges (docs/glacier-protocol.md#costs). The prices are in price-table.ts. */

/** Milliseconds in a day. */
export const DAY_MS = 86_400_000

/** The days that an archive is charged for at least. One that is deleted earlier is charged for the rest. */
export const MIN_CHARGED_DAYS = 90

/**
 * Bytes that the service adds to each archive for its index and metadata. The 8 KiB that S3 adds to each object in its
 * archive storage classes are for the listing of a bucket, which a vault does not have.
 */
export const ARCHIVE_OVERHEAD_BYTES = 32_768

/** Bytes in the GB of a price. */
export const GB_BYTES: bigint = 2n ** 30n

/** Days in the month of a price: the service's price of an early deletion, three months for 90 days, is in such months. */
export const MONTH_DAYS = 30

/** The moment from which the deletion of an archive that was stored at a time is free, in milliseconds since 1970. */
export function freeDeletionTime(storedMs: number): number {
  return storedMs + MIN_CHARGED_DAYS * DAY_MS
}
