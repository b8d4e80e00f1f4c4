import t from 'tap'
import { costSummary } from '../../../../lib/cli/run/serve/cost-summary.js'
import type { BucketCosts, Costs } from '../../../../lib/local/index.js'

const SINCE = '2026-03-01T00:00:00.000Z'
const UNTIL = '2026-03-02T00:00:00.000Z'
const NONE = { currency: 'USD', total: 0, lines: [], since: SINCE, until: UNTIL } as const

t.test('the costs of what was not used are not told', async (t) => {
  const unused = { id: 'storage', item: 'Storage', quantity: 0, unit: 'GB-month', amount: 0 } as const
  t.strictSame(costSummary('vaults', { ...NONE, lines: [unused] }), [])
  t.strictSame(costSummary('buckets', { ...NONE, isAtLeast: false }), [])
})

t.test('each line has the quantity in its unit, and the amount', async (t) => {
  const vaults: Costs = {
    ...NONE,
    total: 0.0625,
    lines: [
      { id: 'storage', item: 'Storage', quantity: 0.5, unit: 'GB-month', amount: 0.002 },
      { id: 'uploadRequests', item: 'Upload requests', quantity: 3, unit: 'request', amount: 0.00015 },
    ],
  }
  t.strictSame(costSummary('vaults', vaults), [
    `The costs of the vaults from ${SINCE} to ${UNTIL}, at the configured prices: $0.062500.`,
    '  Storage: 0.500000000 GB-month, $0.002000',
    '  Upload requests: 3, $0.000150',
  ])
})

t.test('an unknown price is told as such, and makes the total a lower bound', async (t) => {
  const storageClass = 'INTELLIGENT_TIERING'
  const buckets: BucketCosts = {
    ...NONE,
    total: 1,
    isAtLeast: true,
    lines: [
      {
        id: 'storage',
        storageClass,
        item: `${storageClass} storage`,
        quantity: 2,
        unit: 'GB-month',
        amount: null,
      },
    ],
  }
  t.strictSame(costSummary('buckets', buckets), [
    `The costs of the buckets from ${SINCE} to ${UNTIL}, at the configured prices: at least $1.000000.`,
    '  INTELLIGENT_TIERING storage: 2.000000000 GB-month, at an unknown price',
  ])
})
