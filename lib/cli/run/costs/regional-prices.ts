/** The prices that a command computes costs with: those of the package, or of `--prices FILE`. */
import { readFile } from 'node:fs/promises'
import { objectPricesOf, type ObjectPrices } from '../../../costs/object-prices.js'
import { KNOWN_PRICES } from '../../../costs/price-table.js'
import { PRICE_TABLE, type PriceTable, type RegionPrices, type SomePrices } from '../../../costs/prices.js'
import { reasonOf } from '../../../fs/system-reason.js'
import { UsageError } from '../../command-errors.js'
import type { CostOptions } from '../../options/cost-options.js'
import { asUsageError } from '../../options/option-names.js'

/** The prices of each region. */
export interface RegionalPrices {
  /** The prices of the vaults of a region; without any price if they are not known. */
  readonly of: (region: string | undefined) => SomePrices
  /** The prices of the objects of a storage class in a region; without any price if they are not known. */
  readonly ofClass: (region: string | undefined, storageClass: string) => ObjectPrices
  /**
   * A sentence that says which prices those of a region are.
   *
   * @param inBucket - whether it is about buckets; otherwise it is about vaults
   */
  readonly sourceOf: (region: string | undefined, inBucket: boolean) => string
}

/**
 * Reads the prices.
 *
 * @throws {UsageError} the file is not a table of prices, or cannot be read
 */
export async function regionalPrices({ prices: path }: CostOptions): Promise<RegionalPrices> {
  const { regions } = path === undefined ? KNOWN_PRICES : await readPriceTable(path)
  const found = (region: string | undefined): RegionPrices | undefined =>
    region !== undefined && Object.hasOwn(regions, region) ? regions[region] : undefined
  return {
    of: (region) => found(region) ?? {},
    ofClass: (region, storageClass) => objectPricesOf(found(region)?.storageClasses ?? {}, storageClass),
    sourceOf: (region, inBucket) => {
      if (region === undefined) return 'The prices are unknown, since no region is configured.'
      const known = found(region)
      if (known && !(inBucket && known.storageClasses === undefined)) {
        const origin = path === undefined ? '' : ` in ${path} (source: ${known.source})`
        return `The prices are those of ${region} of ${known.date}${origin}, without taxes and data transfer.`
      }
      const remedy = path === undefined ? '--prices FILE states them.' : `${path} does not state them.`
      return `The prices of ${known ? `buckets in ${region}` : region} are unknown. ${remedy}`
    },
  }
}

async function readPriceTable(path: string): Promise<PriceTable> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new UsageError(`--prices ${path}: ${reasonOf(error)}.`, { cause: error })
  })
  let table: unknown
  try {
    table = JSON.parse(text)
  } catch (error) {
    throw new UsageError(`--prices ${path}: the file is not JSON.`, { cause: error })
  }
  asUsageError(
    () => {
      PRICE_TABLE(table, 'prices', '--prices')
    },
    { prices: `--prices ${path}` },
  )
  return table as PriceTable
}
