/**
 * The storage classes of S3, and how long a restore takes. How they are charged for is in costs/class-charges.ts.
 *
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects-retrieval-options.html
 */
import { oneOf } from '../options/rules.js'
import type { Rule } from '../options/check-options.js'
import type { Tier } from '../store/retrieval-store.js'

/** The storage classes in which this package stores objects. */
export type StorageClass =
  | 'STANDARD'
  | 'STANDARD_IA'
  | 'ONEZONE_IA'
  | 'INTELLIGENT_TIERING'
  | 'GLACIER_IR'
  | 'GLACIER'
  | 'DEEP_ARCHIVE'

/** How long a restore usually takes. */
export interface RestoreTime {
  /** Milliseconds; 0 if the service states only the longest time. */
  readonly minMs: number
  /** Milliseconds. */
  readonly maxMs: number
}

/** The facts of a storage class. */
export interface StorageClassFacts {
  /** The tiers of a restore, which a GetObject needs before; `undefined` if objects can be read at once. */
  readonly restoreTimes: Readonly<Partial<Record<Tier, RestoreTime>>> | undefined
}

/** The class in which objects are stored if none is stated: the cheapest. */
export const DEFAULT_STORAGE_CLASS: StorageClass = 'DEEP_ARCHIVE'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

const AT_ONCE: StorageClassFacts = { restoreTimes: undefined }

/** The facts of each storage class. */
export const STORAGE_CLASSES: Readonly<Record<StorageClass, StorageClassFacts>> = {
  STANDARD: AT_ONCE,
  STANDARD_IA: AT_ONCE,
  ONEZONE_IA: AT_ONCE,
  INTELLIGENT_TIERING: AT_ONCE,
  GLACIER_IR: AT_ONCE,
  GLACIER: {
    restoreTimes: {
      Expedited: { minMs: MINUTE_MS, maxMs: 5 * MINUTE_MS },
      Standard: { minMs: 3 * HOUR_MS, maxMs: 5 * HOUR_MS },
      Bulk: { minMs: 5 * HOUR_MS, maxMs: 12 * HOUR_MS },
    },
  },
  DEEP_ARCHIVE: {
    restoreTimes: {
      Standard: { minMs: 0, maxMs: 12 * HOUR_MS },
      Bulk: { minMs: 0, maxMs: 48 * HOUR_MS },
    },
  },
}

/** The rule of a {@link StorageClass}. */
export const STORAGE_CLASS: Rule = oneOf(...Object.keys(STORAGE_CLASSES))

/** The tiers with which an object of a class can be restored, the fastest first; none if it can be read at once. */
export function restoreTiersOf(storageClass: StorageClass): Tier[] {
  return Object.keys(STORAGE_CLASSES[storageClass].restoreTimes ?? {}) as Tier[]
}

/**
 * Whether an object must be restored before it can be read.
 *
 * @param storageClass - as the service states it, which may be a class that this package does not know
 */
export function needsRestore(storageClass: string): boolean {
  return storageClass === 'GLACIER' || storageClass === 'DEEP_ARCHIVE'
}
