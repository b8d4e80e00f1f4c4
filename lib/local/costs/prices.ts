/** The prices that costs are computed with. Each of them can be replaced. */
import { isNumber } from '../../options/rules.js'
import { nested, rule, type Rule, type RulesOf } from '../../options/check-options.js'

/** Prices in US dollars. */
export interface Prices {
  /** A GB-month of storage, and of the rest of 90 days when an archive is deleted. */
  readonly storage: number
  /** 1,000 upload requests. */
  readonly uploadRequests: number
  /** 1,000 list requests. */
  readonly listRequests: number
  /** 1,000 requests of any other kind. */
  readonly otherRequests: number
  /** A GB that is retrieved with the tier Expedited. */
  readonly expeditedRetrieval: number
  /** 1,000 archive retrieval jobs of the tier Expedited. */
  readonly expeditedRequests: number
  /** A GB that is retrieved with the tier Standard. */
  readonly standardRetrieval: number
  /** 1,000 archive retrieval jobs of the tier Standard. */
  readonly standardRequests: number
  /** A GB that is retrieved with the tier Bulk. */
  readonly bulkRetrieval: number
  /** 1,000 archive retrieval jobs of the tier Bulk. */
  readonly bulkRequests: number
  /** 1,000 inventory retrieval jobs. */
  readonly inventoryRequests: number
  /** A unit of provisioned capacity, for its month. */
  readonly capacityUnits: number
}

/** Some of the prices. */
export type SomePrices = { readonly [K in keyof Prices]?: Prices[K] | undefined }

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

const PRICE: Rule = rule('a number of US dollars from 0 to 1,000,000', isNumber, (value) => {
  return value >= 0 && value <= 1e6
})

/** The rule of {@link SomePrices}. */
export const PRICES: Rule = nested({
  storage: PRICE,
  uploadRequests: PRICE,
  listRequests: PRICE,
  otherRequests: PRICE,
  expeditedRetrieval: PRICE,
  expeditedRequests: PRICE,
  standardRetrieval: PRICE,
  standardRequests: PRICE,
  bulkRetrieval: PRICE,
  bulkRequests: PRICE,
  inventoryRequests: PRICE,
  capacityUnits: PRICE,
} satisfies RulesOf<SomePrices>)

/** All prices: the given ones, and those of the example. */
export function pricesWith(given: SomePrices): Prices {
  const prices = { ...EXAMPLE_PRICES }
  for (const name of Object.keys(prices) as (keyof Prices)[]) prices[name] = given[name] ?? prices[name]
  return prices
}
