/** Sums of what is charged for, by storage class and subject. They are bigints, so that no sum is rounded. */
import type { StorageClass } from '../service/storage-classes.js'
import type { BucketCostId } from './bucket-charges.js'

/** Sums by storage class and subject: requests, bytes, or bytes times milliseconds. */
export class Tally {
  readonly #sums = new Map<string, bigint>()

  /** Adds to a sum. */
  add(storageClass: StorageClass, id: BucketCostId, parts: bigint): void {
    this.#sums.set(keyOf(storageClass, id), this.of(storageClass, id) + parts)
  }

  /** A sum. */
  of(storageClass: StorageClass, id: BucketCostId): bigint {
    return this.#sums.get(keyOf(storageClass, id)) ?? 0n
  }

  /** Another tally with the same sums. */
  copy(): Tally {
    const copy = new Tally()
    for (const [key, sum] of this.#sums) copy.#sums.set(key, sum)
    return copy
  }
}

function keyOf(storageClass: StorageClass, id: BucketCostId): string {
  return `${storageClass} ${id}`
}
