/**
 * The costs of a local vault since it was started.
 *
 * - A GB has 2^30 bytes, and a month 30 days: the service's price of an early deletion, three months of storage for 90
 *   days, is in such months.
 * - Storage is that of all archives on disk and of deleted ones, from the start or their creation on, with the 32 KiB that
 *   the service adds to each. Parts of incomplete uploads are not charged for.
 * - Only requests that were carried out are charged for. A job is charged when it is started.
 */

import { DAY_MS, GB_BYTES, MONTH_DAYS } from '../../costs/billing-rules.js'
import { dollars, inUnits, microDollars, type Quantity } from '../../costs/amount.js'
import type { Meter, StoredArchive } from './meter.js'
import type { Prices } from '../../costs/prices.js'
import { type RequestClass, requestClassOf } from './request-class.js'
/** The subject of a line of the costs. */
export type CostId = keyof Prices | 'earlyDeletion'

/** A line of the costs. */
export interface CostLine {
  /** The subject. Every ID is present once, in the same order, even if the quantity is 0. */
  readonly id: CostId
  /** The subject in words. */
  readonly item: string
  /** In the unit, rounded to nine decimal places. */
  readonly quantity: number
  /** The unit of the quantity. */
  readonly unit: 'GB-month' | 'GB' | 'request' | 'unit'
  /** US dollars, rounded to a millionth. */
  readonly amount: number
}

/** The costs of a local vault. */
export interface Costs {
  /** The currency of all amounts. */
  readonly currency: 'USD'
  /** US dollars: the sum of the lines. */
  readonly total: number
  /** The costs by kind. */
  readonly lines: readonly CostLine[]
  /** ISO 8601: the start of the local vault, by its clock. */
  readonly since: string
  /** ISO 8601: now, by its clock. */
  readonly until: string
}

const GB_MONTH = GB_BYTES * BigInt(MONTH_DAYS * DAY_MS)

/** The use that costs are computed from. */
export interface Usage {
  readonly meter: Meter
  /** The current archives. */
  readonly archives: () => AsyncIterable<StoredArchive>
  /** The number of requests that were carried out, by operation. */
  readonly requests: Readonly<Record<string, { readonly carriedOut: number }>>
}

/** The costs of a local vault up to now. */
export async function costsOf({ meter, archives, requests }: Usage, prices: Prices): Promise<Costs> {
  const counts = countsByClass(requests)
  const used = meter.deletedByteMs // before the archives are read, so that none is counted twice
  let storedByteMs = 0n
  for await (const archive of archives()) storedByteMs += meter.byteMsOf(archive)
  const entries = [
    storage('storage', 'Storage', used + storedByteMs),
    storage('earlyDeletion', 'Early deletion', meter.earlyByteMs),
    perThousand('uploadRequests', 'Upload requests', counts.uploadRequests),
    perThousand('listRequests', 'List requests', counts.listRequests),
    perThousand('otherRequests', 'Other requests', counts.otherRequests),
    ...retrieval(meter, 'Expedited', 'expeditedRetrieval', 'expeditedRequests'),
    ...retrieval(meter, 'Standard', 'standardRetrieval', 'standardRequests'),
    ...retrieval(meter, 'Bulk', 'bulkRetrieval', 'bulkRequests'),
    perThousand('inventoryRequests', 'Inventory retrieval requests', meter.inventoryJobs),
    capacity(meter.capacityUnits),
  ]
  let total = 0n
  const lines: CostLine[] = []
  for (const { id, item, unit, quantity, priced } of entries) {
    const micro = microDollars(priced ?? quantity, prices[id === 'earlyDeletion' ? 'storage' : id])
    total += micro
    lines.push({ id, item, quantity: inUnits(quantity), unit, amount: dollars(micro) })
  }
  return {
    currency: 'USD',
    total: dollars(total),
    lines,
    since: new Date(meter.start).toISOString(),
    until: new Date(meter.now).toISOString(),
  }
}

interface Entry extends Pick<CostLine, 'id' | 'item' | 'unit'> {
  readonly quantity: Quantity
  /** The quantity in the unit of the price, if that is another one. */
  readonly priced?: Quantity
}

function storage(id: CostId, item: string, byteMs: bigint): Entry {
  return { id, item, unit: 'GB-month', quantity: { parts: byteMs, perUnit: GB_MONTH } }
}

function perThousand(id: CostId, item: string, count: number): Entry {
  const parts = BigInt(count)
  return { id, item, unit: 'request', quantity: { parts, perUnit: 1n }, priced: { parts, perUnit: 1000n } }
}

function retrieval(meter: Meter, tier: string, id: CostId, requestsId: CostId): readonly Entry[] {
  const { jobs, bytes } = meter.retrievalsOf(tier)
  return [
    { id, item: `${tier} retrieval`, unit: 'GB', quantity: { parts: bytes, perUnit: GB_BYTES } },
    perThousand(requestsId, `${tier} retrieval requests`, jobs),
  ]
}

function capacity(count: number): Entry {
  const quantity = { parts: BigInt(count), perUnit: 1n }
  return { id: 'capacityUnits', item: 'Provisioned capacity', unit: 'unit', quantity }
}

function countsByClass(requests: Usage['requests']): Readonly<Record<RequestClass, number>> {
  const sums = { uploadRequests: 0, listRequests: 0, otherRequests: 0 }
  for (const [operation, { carriedOut }] of Object.entries(requests)) {
    const requestClass = requestClassOf(operation)
    if (requestClass !== undefined) sums[requestClass] += carriedOut
  }
  return sums
}
