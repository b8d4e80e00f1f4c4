import t from 'tap'
import { objectPricesOf } from '../../lib/costs/object-prices.js'
import { bucketPricesWith, EXAMPLE_BUCKET_PRICES, KNOWN_PRICES } from '../../lib/costs/price-table.js'
import { BUCKET_PRICES, CLASS_PRICE_NAMES } from '../../lib/costs/prices.js'

const STANDARD = { storage: 0.02, uploadRequests: 0.005 }

t.test(
  'the parts of archive classes, and their names and metadata, have the prices of STANDARD',
  async (t) => {
    const own = { storage: 0.001, uploadRequests: 0.05, readRequests: 0.0004 }
    t.strictSame(objectPricesOf({ STANDARD, DEEP_ARCHIVE: own }, 'DEEP_ARCHIVE'), {
      ...own,
      ...{ standardStorage: 0.02, partRequests: 0.005, partStorage: 0.02 },
    })
    t.strictSame(objectPricesOf({ STANDARD, GLACIER_IR: own }, 'GLACIER_IR'), {
      ...own,
      ...{ standardStorage: 0.02, partRequests: 0.05, partStorage: 0.001 },
    })
  },
)

t.test('a price that is not given is unknown, and never another one', async (t) => {
  const unknown = { standardStorage: undefined, partRequests: undefined, partStorage: undefined }
  t.strictSame(objectPricesOf({}, 'GLACIER'), unknown)
  t.strictSame(objectPricesOf({ GLACIER: { storage: 1 } }, 'GLACIER'), { ...unknown, storage: 1 })
  for (const name of ['toString', 'constructor', 'A_CLASS_OF_LATER'])
    t.strictSame(objectPricesOf({ STANDARD }, name), { ...unknown, standardStorage: 0.02 }, name)
})

t.test('given prices replace those of the example, one by one', async (t) => {
  const prices = bucketPricesWith({
    DEEP_ARCHIVE: { storage: 1, readRequests: undefined },
    REDUCED_REDUNDANCY: { storage: 2 },
  })
  t.strictSame(prices.DEEP_ARCHIVE, { ...EXAMPLE_BUCKET_PRICES.DEEP_ARCHIVE, storage: 1 })
  t.strictSame(prices.REDUCED_REDUNDANCY, { storage: 2 })
  t.strictSame(prices.GLACIER, EXAMPLE_BUCKET_PRICES.GLACIER)
  t.strictSame(bucketPricesWith({}).REDUCED_REDUNDANCY, {}, 'the example has no prices of it')
})

t.test('the example is that of the one table, has only known names, and cannot be changed', async (t) => {
  t.equal(KNOWN_PRICES.regions['us-east-1']?.storageClasses, EXAMPLE_BUCKET_PRICES)
  t.ok(Object.isFrozen(EXAMPLE_BUCKET_PRICES))
  for (const prices of Object.values(EXAMPLE_BUCKET_PRICES)) {
    t.ok(Object.isFrozen(prices))
    for (const name of Object.keys(prices)) t.ok(CLASS_PRICE_NAMES.includes(name), name)
  }
  t.doesNotThrow(() => {
    BUCKET_PRICES(EXAMPLE_BUCKET_PRICES, 'prices', 'test')
  })
  t.throws(() => {
    BUCKET_PRICES({ GLACIRE: {} }, 'prices', 'test')
  }, /Did you mean .*GLACIER\?/)
})
