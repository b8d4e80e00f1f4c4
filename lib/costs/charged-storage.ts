/** The storage of an archive or an object that is charged for, for a time. */
import type { StorageCharges } from './billing-rules.js'

/** Storage, in bytes times milliseconds. */
export interface ChargedStorage {
  /** At the rate of the vault or the storage class, with the overhead of the service. */
  readonly own: bigint
  /** At the rate of STANDARD. */
  readonly standard: bigint
}

/**
 * The storage that is charged for.
 *
 * @param size - bytes, without the overhead of the service
 * @param ms - milliseconds; a negative time counts as 0
 */
export function chargedStorage(
  size: number,
  ms: number,
  { minBilledBytes, overheadBytes, standardOverheadBytes }: StorageCharges,
): ChargedStorage {
  const time = BigInt(Math.floor(Math.max(ms, 0)))
  return {
    own: BigInt(Math.max(size, minBilledBytes) + overheadBytes) * time,
    standard: BigInt(standardOverheadBytes) * time,
  }
}
