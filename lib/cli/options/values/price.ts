/** Prices of the local vault and the local bucket on the command line. */
import { InvalidArgumentError } from 'commander'
import { CLASS_CHARGES } from '../../../costs/class-charges.js'
import { EXAMPLE_PRICES } from '../../../costs/price-table.js'
import {
  CLASS_PRICE_NAMES,
  type BucketPrices,
  type ClassPrices,
  type SomePrices,
} from '../../../costs/prices.js'

/** The prices that options give. */
export interface GivenPrices {
  readonly ofVaults: SomePrices
  readonly ofBuckets: BucketPrices
}

/**
 * Reads `storage=0.0045` of vaults, or `DEEP_ARCHIVE.storage=0.001` of buckets, in US dollars, and adds it to the prices before it.
 *
 * @throws {InvalidArgumentError} not a valid price, or an unknown name
 */
export function collectPrice(
  text: string,
  before: GivenPrices = { ofVaults: {}, ofBuckets: {} },
): GivenPrices {
  const [, storageClass, name = '', digits] = /^(?:(\w+)\.)?(\w+)=(\d{1,6}(?:\.\d{1,12})?)$/.exec(text) ?? []
  const { ofVaults, ofBuckets } = before
  const price = { [name]: Number(digits) }
  if (storageClass === undefined && Object.hasOwn(EXAMPLE_PRICES, name))
    return { ofVaults: { ...ofVaults, ...price }, ofBuckets }
  if (storageClass !== undefined && isPriceOfClass(storageClass, name)) {
    const others: Readonly<Record<string, ClassPrices | undefined>> = ofBuckets
    return { ofVaults, ofBuckets: { ...ofBuckets, [storageClass]: { ...others[storageClass], ...price } } }
  }
  throw new InvalidArgumentError(
    `Write a price in US dollars as storage=0.0045, or of buckets as DEEP_ARCHIVE.storage=0.001. The names of vaults are ` +
      `${Object.keys(EXAMPLE_PRICES).join(', ')}. Those of a storage class are ${CLASS_PRICE_NAMES.join(', ')}.`,
  )
}

function isPriceOfClass(storageClass: string, name: string): boolean {
  return Object.hasOwn(CLASS_CHARGES, storageClass) && CLASS_PRICE_NAMES.includes(name)
}
