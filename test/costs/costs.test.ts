import fc from 'fast-check'
import t from 'tap'
import { dollarsOfPico, microDollars, picoDollars } from '../../lib/costs/amount.js'
import { freeDeletionTime } from '../../lib/costs/billing-rules.js'
import { costOf, sumOf } from '../../lib/costs/cost.js'
import { EXAMPLE_PRICES, KNOWN_PRICES } from '../../lib/costs/price-table.js'
import { PRICE_TABLE } from '../../lib/costs/prices.js'
import { costOfObjectUploads, costOfReads, costOfRestores } from '../../lib/costs/object-costs.js'
import { costOfRetrieval, costOfUpload } from '../../lib/costs/request-costs.js'
import { costOfDeletion, storageCostPerMonth } from '../../lib/costs/storage-costs.js'
import { STORAGE_CLASSES } from '../../lib/s3/storage-classes.js'
import { GIB } from '../../lib/sizes.js'

const DAY = 86_400_000
const NOW = Date.parse('2026-11-29T12:00:00Z')
const OVERHEAD = 32_768

function daysAgo(days: number): string {
  return new Date(NOW - days * DAY).toISOString()
}

t.test('the table of prices has the form of a file of prices', async (t) => {
  t.doesNotThrow(() => {
    PRICE_TABLE(JSON.parse(JSON.stringify(KNOWN_PRICES)), 'table', 'test')
  })
  t.strictSame(Object.keys(KNOWN_PRICES.regions), ['us-east-1', 'ap-southeast-2', 'eu-west-1', 'eu-west-2'])
  t.match(KNOWN_PRICES.regions['us-east-1'], EXAMPLE_PRICES, 'the prices of the local vault are in it')
})

t.test('a table of prices in another form is refused, with the place of the error', async (t) => {
  const good = { date: '2026-11', source: 'a page', storage: 0.004 }
  const tables: [table: unknown, message: RegExp][] = [
    [[], /must be a table of prices/],
    [{ regions: {} }, /table\.currency of test must be 'USD'/],
    [{ currency: 'EUR', regions: {} }, /table\.currency of test must be 'USD'/],
    [{ currency: 'USD' }, /table\.regions of test must be an object with a field for each region/],
    [{ currency: 'USD', regions: { x: 4 } }, /table\.regions\.x of test must be an object/],
    [
      { currency: 'USD', regions: { x: { ...good, date: undefined } } },
      /regions\.x\.date of test must be a date/,
    ],
    [
      { currency: 'USD', regions: { x: { ...good, date: 'May' } } },
      /regions\.x\.date of test must be a date/,
    ],
    [
      { currency: 'USD', regions: { x: { ...good, source: '' } } },
      /regions\.x\.source of test must be a string/,
    ],
    [
      { currency: 'USD', regions: { x: { ...good, storage: '1' } } },
      /storage of test must be a number of US dollars/,
    ],
    [{ currency: 'USD', regions: { x: { ...good, storrage: 1 } } }, /Did you mean .*storage\?/],
  ]
  for (const [table, message] of tables)
    t.throws(() => {
      PRICE_TABLE(table, 'table', 'test')
    }, message)
  PRICE_TABLE({ currency: 'USD', regions: { x: good }, note: 'other fields are for people' }, 'table', 'test')
})

t.test('amounts are exact', async (t) => {
  t.equal(picoDollars({ parts: 1n, perUnit: 3n }, 0.000_000_000_003), 1n)
  t.equal(microDollars({ parts: 1n, perUnit: 1n }, 0.05), 50_000n)
  t.equal(dollarsOfPico(1_234_567_890_123n), 1.234567890123)
  t.equal(dollarsOfPico(0n), 0)
})

t.test('the requests of an upload are charged for by the thousand', async (t) => {
  t.equal(costOfUpload(1, EXAMPLE_PRICES).total, 50_000_000n, '0.05 dollars for 1,000')
  t.strictSame(costOfUpload(10_002, {}), {
    lines: [{ item: 'upload requests', amount: undefined }],
    total: 0n,
    isAtLeast: true,
  })
})

t.test('a retrieval costs by its bytes and jobs, with the prices of its tier', async (t) => {
  const jobBytes = [GIB, 2 * GIB]
  t.equal(costOfRetrieval({ jobBytes, tier: 'Standard' }, EXAMPLE_PRICES).total, 30_100_000_000n)
  t.equal(costOfRetrieval({ jobBytes, tier: 'Expedited' }, EXAMPLE_PRICES).total, 110_000_000_000n)
  t.equal(costOfRetrieval({ jobBytes, tier: 'Bulk' }, EXAMPLE_PRICES).total, 7_550_000_000n)
  const some = { ...EXAMPLE_PRICES, bulkRetrieval: undefined }
  t.match(costOfRetrieval({ jobBytes, tier: 'Bulk' }, some), { total: 50_000_000n, isAtLeast: true })
})

t.test('an archive of unknown size makes a cost a lower bound', async (t) => {
  const retrieval = costOfRetrieval({ jobBytes: [GIB, undefined], tier: 'Standard' }, EXAMPLE_PRICES)
  t.match(retrieval, { total: 10_100_000_000n, isAtLeast: true })
  t.match(retrieval.lines[1], { item: /of unknown size/, amount: undefined })
  const young = { time: daysAgo(1), size: undefined }
  t.match(costOfDeletion([young], NOW, EXAMPLE_PRICES), { total: 0n, isAtLeast: true })
  t.match(costOfDeletion([{ size: 5, time: undefined }], NOW, EXAMPLE_PRICES), { isAtLeast: true })
  t.match(costOfDeletion([{ size: 5, time: 'yesterday' }], NOW, EXAMPLE_PRICES), { isAtLeast: true })
  t.match(storageCostPerMonth([{ size: undefined }], EXAMPLE_PRICES), { isAtLeast: true })
})

t.test('storage is charged for with the overhead of each archive', async (t) => {
  const two = [{ size: GIB - OVERHEAD }, { size: GIB - OVERHEAD }]
  t.equal(storageCostPerMonth(two, EXAMPLE_PRICES).total, 8_000_000_000n, '0.004 dollars for a GB')
  t.equal(storageCostPerMonth([], {}).isAtLeast, false, 'nothing costs nothing, at any price')
})

t.test('an early deletion costs the storage for the rest of 90 days', async (t) => {
  const size = GIB - OVERHEAD
  const cost = (days: number): bigint =>
    costOfDeletion([{ size, time: daysAgo(days) }], NOW, EXAMPLE_PRICES).total
  t.equal(cost(0), 12_000_000_000n, 'three months')
  t.equal(cost(60), 4_000_000_000n, 'a month')
  t.equal(cost(90), 0n)
  t.equal(cost(1000), 0n)
  t.strictSame(costOfDeletion([{ size: undefined, time: daysAgo(90) }], NOW, {}), {
    lines: [{ item: 'early deletion', amount: 0n }],
    total: 0n,
    isAtLeast: false,
  })
  t.equal(freeDeletionTime(NOW - 90 * DAY), NOW)
})

t.test('costs add up, and unknown lines are not lost', async () => {
  const lines = fc.array(
    fc.record({
      item: fc.string(),
      amount: fc.option(fc.bigInt({ min: 0n, max: 10n ** 15n }), { nil: undefined }),
    }),
  )
  fc.assert(
    fc.property(lines, lines, (a, b) => {
      const sum = sumOf([costOf(a), costOf(b)])
      return (
        sum.total === costOf(a).total + costOf(b).total &&
        sum.isAtLeast === [...a, ...b].some(({ amount }) => amount === undefined)
      )
    }),
  )
})

t.test('the cost of a deletion only falls with time, and grows with the size', async () => {
  const archive = fc.record({ size: fc.nat(1e12), days: fc.integer({ min: 0, max: 120 }) })
  fc.assert(
    fc.property(fc.array(archive), fc.nat(100 * DAY), (archives, laterMs) => {
      const stored = archives.map(({ size, days }) => ({ size, time: daysAgo(days) }))
      const now = costOfDeletion(stored, NOW, EXAMPLE_PRICES).total
      const larger = stored.map(({ size, time }) => ({ size: size + 1, time }))
      return (
        costOfDeletion(stored, NOW + laterMs, EXAMPLE_PRICES).total <= now &&
        costOfDeletion(larger, NOW, EXAMPLE_PRICES).total >= now
      )
    }),
  )
})

const CLASSES = KNOWN_PRICES.regions['us-east-1']?.storageClasses ?? {}

t.test('the parts of an upload are charged for at another price than its completion', async (t) => {
  const prices = { uploadRequests: 0.05, partRequests: 0.005 }
  t.equal(costOfObjectUploads([1], prices).total, 50_000_000n, 'one request that stores the object')
  t.equal(costOfObjectUploads([64], prices).total, 50_000_000n + 65n * 5_000_000n)
  t.equal(costOfObjectUploads([64, 1, 2], prices).total, 3n * 50_000_000n + 68n * 5_000_000n)
  t.match(costOfObjectUploads([2], { uploadRequests: 0.05 }), { total: 50_000_000n, isAtLeast: true })
  t.match(costOfObjectUploads([1], { uploadRequests: 0.05 }), { isAtLeast: false })
})

t.test('a restore costs by its tier, and by the days that the copy is kept', async (t) => {
  const prices = { ...CLASSES.DEEP_ARCHIVE, standardStorage: 0.03 }
  const two = { sizes: [GIB, 2 * GIB], tier: 'Standard', days: 3 } as const
  const requests = 2n * 100_000_000n
  t.equal(costOfRestores({ ...two, days: 0 }, prices).total, 60_000_000_000n + requests)
  t.equal(costOfRestores(two, prices).total, 60_000_000_000n + requests + 9_000_000_000n)
  t.match(costOfRestores({ ...two, tier: 'Expedited' }, prices), { isAtLeast: true }, 'there is no such tier')
  t.match(costOfRestores(two, {}), { total: 0n, isAtLeast: true })
})

t.test('what has been restored is read for the price of the requests', async (t) => {
  const prices = { ...CLASSES.GLACIER_IR }
  t.equal(costOfReads({ requests: 10, bytes: GIB, areRestored: false }, prices).total, 30_100_000_000n)
  t.equal(costOfReads({ requests: 10, bytes: GIB, areRestored: true }, prices).total, 100_000_000n)
})

t.test('the table has the prices of the requests of each storage class, and of its tiers', async (t) => {
  t.strictSame(Object.keys(CLASSES).sort(), Object.keys(STORAGE_CLASSES).sort())
  for (const [name, { restoreTimes }] of Object.entries(STORAGE_CLASSES)) {
    const prices = CLASSES[name] ?? {}
    const sizes = [GIB]
    t.equal(costOfObjectUploads([1], prices).isAtLeast, false, name)
    if (!restoreTimes)
      t.equal(costOfReads({ requests: 1, bytes: 1, areRestored: false }, prices).isAtLeast, false, name)
    for (const tier of ['Standard', 'Expedited', 'Bulk'] as const)
      if (restoreTimes && tier in restoreTimes)
        t.equal(costOfRestores({ sizes, tier, days: 0 }, prices).isAtLeast, false, `${name} ${tier}`)
  }
  t.equal(costOfRestores({ sizes: [GIB], tier: 'Bulk', days: 0 }, CLASSES.GLACIER ?? {}).total, 0n, 'free')
})
