import t from 'tap'
import { GIB, MIB } from '../../lib/sizes.js'
import { checkOptions } from '../../lib/options/check-options.js'
import { MEMORY, planMemory } from '../../lib/transfer/memory-plan.js'

t.test('the defaults: 256 MiB, pieces as wanted, 8 at once', async (t) => {
  t.strictSame(planMemory(undefined, 16 * MIB, {}), {
    pieceSize: 16 * MIB,
    memory: 256 * MIB,
    concurrency: 8,
  })
})

t.test('a piece nobody asked for is at most a quarter of the memory', async (t) => {
  for (const [memory, pieceSize, concurrency] of [
    [4 * MIB, MIB, 2],
    [7 * MIB, MIB, 5],
    [8 * MIB, 2 * MIB, 2],
    [63 * MIB, 8 * MIB, 5],
    [64 * MIB, 16 * MIB, 2],
    [GIB, 16 * MIB, 8],
  ] as const) {
    t.strictSame(planMemory(undefined, 16 * MIB, { memory }), { pieceSize, memory, concurrency })
  }
})

t.test('what is held never exceeds the budget, and two requests at least always fit', async (t) => {
  for (let memory = 4 * MIB; memory <= 300 * MIB; memory += 3 * MIB) {
    for (const concurrency of [1, 2, 8, 100]) {
      const plan = planMemory(undefined, 16 * MIB, { memory, concurrency })
      t.ok((plan.concurrency + 2) * plan.pieceSize <= memory && plan.concurrency >= Math.min(2, concurrency))
    }
  }
})

t.test('a piece that is held besides the requests takes the place of one request', async (t) => {
  t.strictSame(planMemory(undefined, MIB, { memory: 4 * MIB }, 1), {
    pieceSize: MIB,
    memory: 4 * MIB,
    concurrency: 1,
  })
  for (const memory of [7 * MIB, 63 * MIB]) {
    const without = planMemory(undefined, 16 * MIB, { memory })
    t.strictSame(planMemory(undefined, 16 * MIB, { memory }, 0), without)
    t.strictSame(planMemory(undefined, 16 * MIB, { memory }, 1), {
      ...without,
      concurrency: without.concurrency - 1,
    })
  }
})

t.test(
  'a piece that is asked for raises the memory where none was stated, and is refused where one was',
  async (t) => {
    t.strictSame(planMemory(128 * MIB, 16 * MIB, {}), {
      pieceSize: 128 * MIB,
      memory: 512 * MIB,
      concurrency: 2,
    })
    t.throws(() => planMemory(128 * MIB, 16 * MIB, { memory: 256 * MIB }), {
      name: 'RangeError',
      message:
        /memory of a transfer must be at least 536870912 bytes, four times .* \(134217728 bytes\), not 268435456; .* at most 67108864/,
    })
  },
)

t.test('the memory is a number from 4 MiB up, and the concurrency a whole number from 1 up', async (t) => {
  for (const options of [{ memory: 4 * MIB }, { memory: 4 * MIB + 0.5 }, { concurrency: 1 }])
    t.strictSame(checkOptions('put', options, MEMORY), options)
  for (const options of [{ memory: 4 * MIB - 1 }, { memory: NaN }, { concurrency: 0 }, { concurrency: 1.5 }])
    t.throws(() => checkOptions('put', options, MEMORY), { name: 'RangeError' })
  t.throws(() => checkOptions('put', { memory: 0 }, MEMORY), { message: /4194304/ })
  t.throws(() => checkOptions('put', { memory: '4 MiB' as unknown as number }, MEMORY), { name: 'TypeError' })
})
