import t from 'tap'
import { costJson, formatAmount, formatCost } from '../../../lib/cli/output/cost-text.js'
import { costOf } from '../../../lib/costs/cost.js'

const DOLLAR = 10n ** 12n

t.test('amounts have enough digits', async (t) => {
  const amounts: [pico: bigint, text: string][] = [
    [0n, 'US$0.00'],
    [1n, 'less than US$0.0001'],
    [DOLLAR / 10_000n, 'US$0.0001'],
    [(4n * DOLLAR) / 10_000n, 'US$0.0004'],
    [(123_456n * DOLLAR) / 1_000_000n, 'US$0.1235'],
    [DOLLAR - 1n, 'US$1.0000'],
    [DOLLAR, 'US$1.00'],
    [(1_234_565n * DOLLAR) / 1000n, 'US$1234.57'],
  ]
  for (const [pico, text] of amounts) t.equal(formatAmount(pico), text)
})

t.test('an unknown line makes a cost a lower bound, or unknown', async (t) => {
  const unknown = { item: 'requests', amount: undefined }
  t.equal(formatCost(costOf([{ item: 'storage', amount: 2n * DOLLAR }])), 'US$2.00')
  t.equal(formatCost(costOf([{ item: 'storage', amount: 2n * DOLLAR }, unknown])), 'at least US$2.00')
  t.equal(formatCost(costOf([{ item: 'storage', amount: 1n }, unknown])), 'unknown')
  t.equal(formatCost(costOf([unknown])), 'unknown')
  t.strictSame(costJson(costOf([{ item: 'storage', amount: DOLLAR / 4n }, unknown])), {
    currency: 'USD',
    total: 0.25,
    isAtLeast: true,
    lines: [
      { item: 'storage', amount: 0.25 },
      { item: 'requests', amount: null },
    ],
  })
})
