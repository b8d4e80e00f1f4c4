/** The things that a bucket is charged for, each with its unit and its price. */
import { DAY_MS, GB_BYTES, MONTH_DAYS } from '../../../costs/billing-rules.js'
import type { ObjectPrices } from '../../../costs/object-prices.js'

/** The subject of a line of the costs of buckets, for a storage class. */
export type BucketCostId =
  | 'storage'
  | 'metadataStorage'
  | 'earlyDeletion'
  | 'metadataEarlyDeletion'
  | 'unfinishedUploads'
  | 'restoredCopies'
  | 'uploadRequests'
  | 'partRequests'
  | 'listRequests'
  | 'readRequests'
  | 'retrieval'
  | 'expeditedRetrieval'
  | 'expeditedRequests'
  | 'standardRetrieval'
  | 'standardRequests'
  | 'bulkRetrieval'
  | 'bulkRequests'

/** The unit of a quantity. */
export type BucketCostUnit = 'GB-month' | 'GB' | 'request'

/** A thing that is charged for. */
export interface BucketCharge {
  /** The thing in words, which follow the storage class. */
  readonly words: string
  readonly unit: BucketCostUnit
  /** The price, of the storage class. */
  readonly price: keyof ObjectPrices
}

/** A unit: the number of the parts that are counted in one, and in the unit of a price. */
export const UNITS: Readonly<Record<BucketCostUnit, { readonly inUnit: bigint; readonly inPrice: bigint }>> =
  {
    'GB-month': unit(GB_BYTES * BigInt(MONTH_DAYS * DAY_MS)), // bytes times milliseconds
    GB: unit(GB_BYTES),
    request: { inUnit: 1n, inPrice: 1000n },
  }

/**
 * The charges, in the order of the lines.
 *
 * - Lists of any kind have the price of a PUT to STANDARD; "GET and all other requests" have that of a GET of their class
 *   (https://docs.aws.amazon.com/AmazonS3/latest/userguide/aws-usage-report-understand.html).
 * - Restored copies are charged for at the rate of STANDARD
 *   (https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects.html).
 */
export const BUCKET_CHARGES: Readonly<Record<BucketCostId, BucketCharge>> = {
  storage: { words: 'storage', unit: 'GB-month', price: 'storage' },
  metadataStorage: {
    words: 'storage of names and metadata',
    unit: 'GB-month',
    price: 'standardStorage',
  },
  earlyDeletion: { words: 'early deletion', unit: 'GB-month', price: 'storage' },
  metadataEarlyDeletion: {
    words: 'early deletion of names and metadata',
    unit: 'GB-month',
    price: 'standardStorage',
  },
  unfinishedUploads: { words: 'storage of unfinished uploads', unit: 'GB-month', price: 'partStorage' },
  restoredCopies: { words: 'restored copies', unit: 'GB-month', price: 'standardStorage' },
  uploadRequests: { words: 'upload requests', unit: 'request', price: 'uploadRequests' },
  partRequests: { words: 'upload requests of parts', unit: 'request', price: 'partRequests' },
  listRequests: { words: 'list requests', unit: 'request', price: 'uploadRequests' },
  readRequests: { words: 'read requests', unit: 'request', price: 'readRequests' },
  retrieval: { words: 'retrieval', unit: 'GB', price: 'retrieval' },
  expeditedRetrieval: { words: 'Expedited retrieval', unit: 'GB', price: 'expeditedRetrieval' },
  expeditedRequests: { words: 'Expedited restore requests', unit: 'request', price: 'expeditedRequests' },
  standardRetrieval: { words: 'Standard retrieval', unit: 'GB', price: 'standardRetrieval' },
  standardRequests: { words: 'Standard restore requests', unit: 'request', price: 'standardRequests' },
  bulkRetrieval: { words: 'Bulk retrieval', unit: 'GB', price: 'bulkRetrieval' },
  bulkRequests: { words: 'Bulk restore requests', unit: 'request', price: 'bulkRequests' },
}

function unit(parts: bigint): { readonly inUnit: bigint; readonly inPrice: bigint } {
  return { inUnit: parts, inPrice: parts }
}
