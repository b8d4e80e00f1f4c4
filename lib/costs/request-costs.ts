/** The costs of an upload and of a retrieval. The transfer of data out of the service is not included. */
import { costOf, gigabytes, lineOf, thousands, type Cost } from './cost.js'
import type { SomePrices } from './prices.js'

/** The names of the prices of a tier: of the bytes, and of the jobs or the restore requests. */
export const TIER_PRICES = {
  Expedited: { bytes: 'expeditedRetrieval', jobs: 'expeditedRequests' },
  Standard: { bytes: 'standardRetrieval', jobs: 'standardRequests' },
  Bulk: { bytes: 'bulkRetrieval', jobs: 'bulkRequests' },
} as const

/** The name of a tier. */
export type PricedTier = keyof typeof TIER_PRICES

/**
 * The cost of the requests of an upload.
 *
 * @param requests - their number: each part of a multipart upload, its beginning and its completion are requests
 */
export function costOfUpload(requests: number, prices: SomePrices): Cost {
  return costOf([lineOf('upload requests', thousands(requests), prices.uploadRequests)])
}

/** The jobs of a retrieval. */
export interface PlannedRetrieval {
  /** The bytes that each job retrieves; `undefined` for an archive of unknown size. */
  readonly jobBytes: readonly (number | undefined)[]
  /** The tier of the jobs. */
  readonly tier: PricedTier
}

/** The cost of the jobs of a retrieval. A job that exists already costs nothing more. */
export function costOfRetrieval({ jobBytes, tier }: PlannedRetrieval, prices: SomePrices): Cost {
  const names = TIER_PRICES[tier]
  const known = jobBytes.filter((bytes) => bytes !== undefined)
  const bytes = gigabytes(known.reduce((sum, size) => sum + size, 0))
  const lines = [lineOf(`${tier} retrieval`, bytes, prices[names.bytes])]
  if (known.length < jobBytes.length)
    lines.push({ item: `${tier} retrieval of archives of unknown size`, amount: undefined })
  lines.push(lineOf(`${tier} retrieval requests`, thousands(jobBytes.length), prices[names.jobs]))
  return costOf(lines)
}
