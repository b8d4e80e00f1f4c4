import fc from 'fast-check'
import t from 'tap'
import { VAULT_CHARGES } from '../../lib/costs/billing-rules.js'
import { chargedStorage } from '../../lib/costs/charged-storage.js'
import { CLASS_CHARGES } from '../../lib/costs/class-charges.js'

t.test('overhead and the smallest size are charged for', async (t) => {
  t.strictSame(chargedStorage(1000, 10, CLASS_CHARGES.STANDARD), { own: 10_000n, standard: 0n })
  t.strictSame(chargedStorage(1000, 10, CLASS_CHARGES.GLACIER_IR), { own: 1_310_720n, standard: 0n })
  t.strictSame(chargedStorage(200_000, 10, CLASS_CHARGES.GLACIER_IR), { own: 2_000_000n, standard: 0n })
  t.strictSame(chargedStorage(1000, 10, CLASS_CHARGES.GLACIER), { own: 337_680n, standard: 81_920n })
  t.strictSame(chargedStorage(1000, 10, VAULT_CHARGES), { own: 337_680n, standard: 0n })
})

t.test('no time, or a negative one, costs nothing, and no sum is rounded', async (t) => {
  for (const ms of [0, -1, -1e15]) {
    t.strictSame(chargedStorage(5, ms, CLASS_CHARGES.DEEP_ARCHIVE), { own: 0n, standard: 0n })
  }
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 45 }), fc.integer({ min: 0, max: 2 ** 40 }), (size, ms) => {
      return chargedStorage(size, ms + 0.7, CLASS_CHARGES.STANDARD).own === BigInt(size) * BigInt(ms)
    }),
  )
})
