/**
 * What a local vault would have cost since it was started.
 *
 * - A GB is 2^30 bytes, and a month is 30 days: the service's price for an early deletion, three months of storage for
 *   90 days, is by such months.
 * - Storage is that of all archives on disk, and of those that were deleted, from the start or their creation on, with
 *   the 32 KiB that the service adds to each. Parts of uploads that are not complete cost nothing.
 * - A request costs something only if it was carried out. A job is billed when it is started.
 */
import type { Traffic } from '../control/traffic.js'
import { DAY } from '../ground.js'
import type { AllStores } from '../storage/all-stores.js'
import { dollars, inUnits, microDollars, type Quantity } from './amount.js'
import type { Meter } from './meter.js'
import type { Prices } from './prices.js'
import { requestClassOf, type RequestClass } from './request-class.js'

/** What a line of the costs is for. */
export type CostId = keyof Prices | 'earlyDeletion'

/** A line of the costs. */
export interface CostLine {
  /** What it is for. All IDs are there once, in the same order, also where the quantity is 0. */
  readonly id: CostId
  /** The same in words, for people. */
  readonly item: string
  /** In the unit, rounded to nine decimals. */
  readonly quantity: number
  /** The unit of the quantity. */
  readonly unit: 'GB-month' | 'GB' | 'request' | 'unit'
  /** US dollars, rounded to a millionth. */
  readonly amount: number
}

/** What a local vault would have cost. */
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

const GB = 2n ** 30n
const GB_MONTH = GB * BigInt(30 * DAY)

/** The costs of a local vault up to now. */
export async function costsOf(all: AllStores, traffic: Traffic, prices: Prices): Promise<Costs> {
  const { meter } = all
  const requests = requestsIn(traffic)
  const used = meter.deletedByteMs // before the archives are read: none is in both
  let storedByteMs = 0n
  for (const { vaults } of all) {
    for await (const archive of vaults.allArchives()) storedByteMs += meter.byteMsOf(archive)
  }
  const entries = [
    storage('storage', 'Storage', used + storedByteMs),
    storage('earlyDeletion', 'Early deletion', meter.earlyByteMs),
    perThousand('uploadRequests', 'Upload requests', requests.uploadRequests),
    perThousand('listRequests', 'List requests', requests.listRequests),
    perThousand('otherRequests', 'Other requests', requests.otherRequests),
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
  /** The quantity in the unit of the price, where that is another. */
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
    { id, item: `${tier} retrieval`, unit: 'GB', quantity: { parts: bytes, perUnit: GB } },
    perThousand(requestsId, `${tier} retrieval requests`, jobs),
  ]
}

function capacity(count: number): Entry {
  const quantity = { parts: BigInt(count), perUnit: 1n }
  return { id: 'capacityUnits', item: 'Provisioned capacity', unit: 'unit', quantity }
}

function requestsIn(traffic: Traffic): Readonly<Record<RequestClass, number>> {
  const sums = { uploadRequests: 0, listRequests: 0, otherRequests: 0 }
  for (const [operation, { carriedOut }] of Object.entries(traffic.all())) {
    const requestClass = requestClassOf(operation)
    if (requestClass !== undefined) sums[requestClass] += carriedOut
  }
  return sums
}
