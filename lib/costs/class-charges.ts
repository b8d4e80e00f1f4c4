/**
 * How objects of a bucket are charged for, by storage class. The prices are in price-table.ts.
 *
 * Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html; for parts
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
 */
import type { StorageCharges } from './billing-rules.js'

/** How the objects and the uploads of a storage class are charged for. */
export interface ClassCharges extends StorageCharges {
  /** Whether an upload is one to STANDARD until it is completed: its parts are stored and sent at the prices of STANDARD. */
  readonly arePartsStandard: boolean
}

/** A storage class whose charges are known. */
export type ChargedClass =
  | 'STANDARD'
  | 'REDUCED_REDUNDANCY'
  | 'STANDARD_IA'
  | 'ONEZONE_IA'
  | 'INTELLIGENT_TIERING'
  | 'GLACIER_IR'
  | 'GLACIER'
  | 'DEEP_ARCHIVE'

const KIB = 1024

const AT_ONCE: ClassCharges = {
  minDays: 0,
  minBilledBytes: 0,
  overheadBytes: 0,
  standardOverheadBytes: 0,
  arePartsStandard: false,
}
const INFREQUENT: ClassCharges = { ...AT_ONCE, minDays: 30, minBilledBytes: 128 * KIB }
/** 32 KiB of index at the rate of the class, and 8 KiB for the name and the metadata at the rate of STANDARD. */
const ARCHIVED: ClassCharges = {
  ...AT_ONCE,
  overheadBytes: 32 * KIB,
  standardOverheadBytes: 8 * KIB,
  arePartsStandard: true,
}

/** The charges of each storage class. */
export const CLASS_CHARGES: Readonly<Record<ChargedClass, ClassCharges>> = {
  STANDARD: AT_ONCE,
  REDUCED_REDUNDANCY: AT_ONCE,
  STANDARD_IA: INFREQUENT,
  ONEZONE_IA: INFREQUENT,
  INTELLIGENT_TIERING: AT_ONCE,
  GLACIER_IR: { ...INFREQUENT, minDays: 90 },
  GLACIER: { ...ARCHIVED, minDays: 90 },
  DEEP_ARCHIVE: { ...ARCHIVED, minDays: 180 },
}

/** Whether the charges of a storage class are known. */
export function isChargedClass(storageClass: string): storageClass is ChargedClass {
  return Object.hasOwn(CLASS_CHARGES, storageClass)
}
