import t from 'tap'
import { alignedRanges, isTreeHashAligned } from '../../lib/tree-hash/aligned-ranges.js'
import { MIB } from '../../lib/sizes.js'

// Which ranges are aligned, and that they cover a request, is tested with leaves of 1 MiB.
t.test('leaves of another size have the same ranges in proportion', (t) => {
  const leafSize = 1024
  const scaled = ({ start, end }: { start: number; end: number }): { start: number; end: number } => ({
    start: (start / leafSize) * MIB,
    end: (end / leafSize) * MIB,
  })
  const size = 300 * leafSize
  for (const [from, to] of [
    [0, 300],
    [1, 2],
    [3, 77],
    [100, 300],
    [17, 259],
  ] as const) {
    const requested = { start: from * leafSize, end: to * leafSize }
    for (const known of [size, undefined]) {
      const ranges = alignedRanges(requested, known, leafSize)
      t.strictSame(
        ranges.map(scaled),
        alignedRanges(scaled(requested), known && 300 * MIB),
        `${from} to ${to}`,
      )
      for (const range of ranges) {
        t.ok(isTreeHashAligned(range, known ?? 2 ** 40, leafSize))
        t.equal(isTreeHashAligned(range, size, leafSize), isTreeHashAligned(scaled(range), 300 * MIB))
      }
    }
  }
  t.ok(isTreeHashAligned({ start: leafSize, end: 2 * leafSize }, size, leafSize))
  t.notOk(isTreeHashAligned({ start: leafSize, end: 2 * leafSize }, size))
  t.end()
})
