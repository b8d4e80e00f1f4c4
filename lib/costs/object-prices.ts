/** The prices that the objects and the uploads of one storage class are charged for with: its own, and those of STANDARD. */
import { CLASS_CHARGES, isChargedClass } from './class-charges.js'
import type { ClassPrices, StoragePrices } from './prices.js'

/** The prices of a storage class, with those of STANDARD that it is charged for with. One that is absent is unknown. */
export interface ObjectPrices extends ClassPrices, StoragePrices {
  /** 1,000 requests that begin an upload or send a part. */
  readonly partRequests?: number | undefined
  /** A GB-month of parts whose upload has not been completed. */
  readonly partStorage?: number | undefined
}

/**
 * The prices of a storage class.
 *
 * @param classes - the prices of each class
 * @param storageClass - one that has no prices may be given: only those that it shares with STANDARD are known then
 */
export function objectPricesOf(
  classes: Readonly<Record<string, ClassPrices | undefined>>,
  storageClass: string,
): ObjectPrices {
  const of = (name: string): ClassPrices => (Object.hasOwn(classes, name) ? classes[name] : undefined) ?? {}
  const [own, standard] = [of(storageClass), of('STANDARD')]
  const ofParts =
    isChargedClass(storageClass) && CLASS_CHARGES[storageClass].arePartsStandard ? standard : own
  return {
    ...own,
    standardStorage: standard.storage,
    partRequests: ofParts.uploadRequests,
    partStorage: ofParts.storage,
  }
}
