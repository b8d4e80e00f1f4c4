/**
 * The one table of prices: those that a source was found for, with its date. Nothing looks them up. An absent price is
 * unknown, and is never taken as 0.
 */
import type { PriceTable, Prices, SomePrices } from './prices.js'

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
        '(storage classes of buckets)',
      ...EXAMPLE_PRICES,
      storageClasses: {
        STANDARD: { storage: 0.023 },
        STANDARD_IA: { storage: 0.0125 },
        ONEZONE_IA: { storage: 0.01 },
        GLACIER_IR: { storage: 0.004 },
        GLACIER: { storage: 0.0036 },
        DEEP_ARCHIVE: { storage: 0.00099 },
      },
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
