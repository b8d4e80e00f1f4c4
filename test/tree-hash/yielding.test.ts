import t from 'tap'
import { forEachLeafYielding } from '../../lib/tree-hash/yielding.js'

t.test(
  'the function is called once for each leaf, and leaves of less than 1 MiB need no pause',
  async (t) => {
    for (const [size, sizes] of [
      [0, []],
      [5, [5]],
      [32, [16, 16]],
      [40, [16, 16, 8]],
    ] as const) {
      const leaves: number[] = []
      const hashing = forEachLeafYielding(
        Buffer.alloc(size),
        ({ length }) => void leaves.push(length),
        () => false,
        16,
      )
      t.strictSame(leaves, sizes, `${size} bytes`)
      await hashing
    }
  },
)
