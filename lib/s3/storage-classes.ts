/**
 * The storage classes of S3: the shortest duration that is charged, the overhead of an object, and how long a restore
 * takes.
 *
 * Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html and
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects-retrieval-options.html
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
  /** Days that are charged even if an object is deleted earlier; 0 if there is no such duration. */
  readonly minDays: number
  /** Bytes that are charged for an object that is smaller; 0 if there is no such size. */
  readonly minBilledBytes: number
  /** Bytes added to each object, at the rate of its own class. */
  readonly overheadBytes: number
  /** Bytes added to each object, at the rate of STANDARD. */
  readonly standardOverheadBytes: number
  /** The tiers of a restore, which a GetObject needs before; `undefined` if objects can be read at once. */
  readonly restoreTimes: Readonly<Partial<Record<Tier, RestoreTime>>> | undefined
}

/** The class in which objects are stored if none is stated: the cheapest. */
export const DEFAULT_STORAGE_CLASS: StorageClass = 'DEEP_ARCHIVE'

const KIB = 1024
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

const AT_ONCE: StorageClassFacts = {
  minDays: 0,
  minBilledBytes: 0,
  overheadBytes: 0,
  standardOverheadBytes: 0,
  restoreTimes: undefined,
}
const INFREQUENT: StorageClassFacts = { ...AT_ONCE, minDays: 30, minBilledBytes: 128 * KIB }
/** 32 KiB of index at the rate of the class, and 8 KiB for the name and the metadata at the rate of STANDARD. */
const ARCHIVED = { minBilledBytes: 0, overheadBytes: 32 * KIB, standardOverheadBytes: 8 * KIB }

/** The facts of each storage class. */
export const STORAGE_CLASSES: Readonly<Record<StorageClass, StorageClassFacts>> = {
  STANDARD: AT_ONCE,
  STANDARD_IA: INFREQUENT,
  ONEZONE_IA: INFREQUENT,
  INTELLIGENT_TIERING: AT_ONCE,
  GLACIER_IR: { ...INFREQUENT, minDays: 90 },
  GLACIER: {
    ...ARCHIVED,
    minDays: 90,
    restoreTimes: {
      Expedited: { minMs: MINUTE_MS, maxMs: 5 * MINUTE_MS },
      Standard: { minMs: 3 * HOUR_MS, maxMs: 5 * HOUR_MS },
      Bulk: { minMs: 5 * HOUR_MS, maxMs: 12 * HOUR_MS },
    },
  },
  DEEP_ARCHIVE: {
    ...ARCHIVED,
    minDays: 180,
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
