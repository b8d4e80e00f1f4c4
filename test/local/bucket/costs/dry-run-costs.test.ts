import t from 'tap'
import { CLASS_CHARGES } from '../../../../lib/costs/class-charges.js'
import type { CostLine } from '../../../../lib/costs/cost.js'
import { costOfObjectUploads, costOfReads, costOfRestores } from '../../../../lib/costs/object-costs.js'
import { objectPricesOf } from '../../../../lib/costs/object-prices.js'
import { EXAMPLE_BUCKET_PRICES } from '../../../../lib/costs/price-table.js'
import { costOfDeletion, storageCostPerMonth } from '../../../../lib/costs/storage-costs.js'
import { restoreTiersOf, STORAGE_CLASSES, type StorageClass } from '../../../../lib/s3/storage-classes.js'
import { MIB } from '../../../../lib/sizes.js'
import {
  AT,
  beginUpload,
  chargedBucketFor,
  completeUpload,
  DAY,
  restore,
  sendPart,
} from '../../../helpers/bucket-costs.js'

// What `put`, `get` and `rm` state with --dry-run is what the local bucket charges afterwards.

const SIZES = [5 * MIB, MIB]

/** Dollars to a hundredth of a cent: the difference of two amounts that were rounded to a millionth is off by a millionth at most. */
function rounded(dollars: number): number {
  return Math.round(dollars * 1e4) / 1e4
}

/** The amounts of lines in dollars; `null` if the price is unknown. Those that are free are left out, as by the local bucket. */
function amounts(...costs: readonly { readonly lines: readonly CostLine[] }[]): (number | null)[] {
  return costs
    .flatMap(({ lines }) => lines)
    .map(({ amount }) => (amount === undefined ? null : rounded(Number(amount) / 1e12)))
    .filter((amount) => amount !== 0)
}

for (const storageClass of Object.keys(STORAGE_CLASSES) as StorageClass[]) {
  t.test(`an object in ${storageClass} costs what was stated before`, async (t) => {
    // Prices a million times as high, so that the amounts of a few bytes are not rounded away.
    const classes = Object.fromEntries(
      Object.entries(EXAMPLE_BUCKET_PRICES).map(([name, prices]) => [
        name,
        Object.fromEntries(Object.entries(prices).map(([key, price]) => [key, Math.min(price * 1e6, 1e6)])),
      ]),
    )
    const prices = objectPricesOf(classes, storageClass)
    const { server, ask } = await chargedBucketFor(t, { prices: classes })
    t.equal((await ask('PUT', '')).status, 200)
    let before: Record<string, number | null> = {}
    /** The amounts that came up since the last call. */
    const charged = async (): Promise<(number | null)[]> => {
      const { lines } = await server.costs()
      const now = Object.fromEntries(
        lines.map(({ id, storageClass, amount }) => [`${storageClass} ${id}`, amount]),
      )
      const came = Object.entries(now).filter(([key, amount]) => amount !== before[key])
      const more = came.map(([key, amount]) =>
        amount === null ? null : rounded(amount - (before[key] ?? 0)),
      )
      before = now
      return more.filter((amount) => amount !== 0)
    }
    await charged() // the bucket

    const uploadId = await beginUpload(ask, 'a', storageClass)
    const parts: string[] = []
    for (const [i, size] of SIZES.entries())
      parts.push(await sendPart(ask, 'a', uploadId, i + 1, Buffer.alloc(size)))
    t.equal((await completeUpload(ask, 'a', uploadId, parts)).status, 200)
    t.strictSame(await charged(), amounts(costOfObjectUploads([2], prices)), 'put')

    const size = 6 * MIB
    const object = { size, time: AT, charges: CLASS_CHARGES[storageClass] }
    const storage = storageCostPerMonth([object], prices)
    server.control.advanceClock(30 * DAY)
    t.strictSame(await charged(), amounts(storage), 'a month of storage')

    for (const tier of restoreTiersOf(storageClass)) {
      const restores = costOfRestores({ sizes: [size], tier, days: 30 }, prices)
      t.equal((await restore(ask, 'a', 30, tier)).status, 202)
      server.control.advanceClock(30 * DAY)
      const expected = amounts(storage, restores)
      t.strictSame((await charged()).sort(), expected.sort(), `get --tier ${tier}`)
    }
    const restored = restoreTiersOf(storageClass).length
    if (restored > 0) await restore(ask, 'a', 30)
    await charged()
    t.equal((await ask('GET', '/a')).status, 200)
    const reads = costOfReads({ requests: 1, bytes: size, areRestored: restored > 0 }, prices)
    t.strictSame(await charged(), amounts(reads), 'get')

    const early = costOfDeletion([object], Date.parse(AT) + (restored + 1) * 30 * DAY, prices)
    t.equal((await ask('DELETE', '/a')).status, 204)
    t.strictSame(await charged(), amounts(early), 'rm')
  })
}
