/**
 * The costs of the requests about objects of a bucket. The transfer of data out of the service is not included, nor are
 * requests that only describe or list objects, nor the storage of parts before their upload is completed.
 */
import { DAY_MS } from './billing-rules.js'
import { costOf, gigabyteMonths, gigabytes, lineOf, sumOf, thousands, type Cost } from './cost.js'
import type { ObjectPrices } from './object-prices.js'
import { costOfRetrieval, type PricedTier } from './request-costs.js'

/**
 * The cost of the requests that store objects. An object of one part is one request. A multipart upload has a request more
 * than it has parts, which are all charged for at one price, and a completion at another one.
 *
 * @param parts - the number of parts of each object
 */
export function costOfObjectUploads(parts: readonly number[], prices: ObjectPrices): Cost {
  const { uploadRequests, partRequests } = prices
  const several = parts.filter((count) => count > 1)
  const sending = several.reduce((sum, count) => sum + count + 1, 0)
  const lines = [lineOf('upload requests', thousands(parts.length), uploadRequests)]
  if (sending > 0) lines.push(lineOf('upload requests of parts', thousands(sending), partRequests))
  return costOf(lines)
}

/** Restores of objects of one storage class. */
export interface PlannedRestores {
  /** Bytes of each object: an object is always restored as a whole. */
  readonly sizes: readonly number[]
  readonly tier: PricedTier
  /** How long the restored copies are kept; 0 for objects that come back for good. */
  readonly days: number
}

/** The cost of restores, and of the restored copies while they are kept: they are charged for at the rate of STANDARD. */
export function costOfRestores({ sizes, tier, days }: PlannedRestores, prices: ObjectPrices): Cost {
  const retrieval = costOfRetrieval({ jobBytes: sizes, tier }, prices)
  if (days === 0) return retrieval
  const bytes = sizes.reduce((sum, size) => sum + BigInt(size), 0n)
  const copies = gigabyteMonths(bytes * BigInt(days) * BigInt(DAY_MS))
  return sumOf([retrieval, costOf([lineOf('restored copies', copies, prices.standardStorage)])])
}

/** Reads of objects of one storage class. */
export interface PlannedReads {
  /** The number of GetObject requests. */
  readonly requests: number
  readonly bytes: number
  /** Whether the objects are restored copies, whose bytes have been paid for. */
  readonly areRestored: boolean
}

/** The cost of reading objects. */
export function costOfReads({ requests, bytes, areRestored }: PlannedReads, prices: ObjectPrices): Cost {
  const lines = [lineOf('read requests', thousands(requests), prices.readRequests)]
  if (!areRestored) lines.push(lineOf('retrieval', gigabytes(bytes), prices.retrieval))
  return costOf(lines)
}
