import { deepStrictEqual, ok } from 'node:assert'
import fc from 'fast-check'
import t from 'tap'
import type { ByteRange } from '../../lib/byte-range.js'
import { alignedRanges, isTreeHashAligned } from '../../lib/tree-hash/aligned-ranges.js'
import { GIB, MIB } from '../../lib/sizes.js'

// Other ranges are tested with leaves of 1 MiB.
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

/** The ranges of MiB that are nodes of the tree over `leaves` leaves, by building the tree. */
function nodesOf(leaves: number): Set<string> {
  let level = Array.from({ length: leaves }, (_, i): [number, number] => [i, i + 1])
  const found = new Set(level.map(String))
  while (level.length > 1) {
    const next: [number, number][] = []
    for (let i = 0; i < level.length; i += 2) {
      const [left, right] = [level[i] as [number, number], level[i + 1]]
      next.push(right ? [left[0], right[1]] : left)
    }
    level = next
    for (const node of level) found.add(String(node))
  }
  return found
}

t.test('a range is aligned just where it is a node of the tree, whole MiB or not', async (t) => {
  for (let leaves = 1; leaves <= 129; leaves++) {
    const nodes = nodesOf(leaves)
    for (const size of [leaves * MIB, (leaves - 1) * MIB + 1, (leaves - 0.5) * MIB]) {
      let wrong = 0
      for (let from = 0; from < leaves; from++) {
        for (let to = from + 1; to <= leaves; to++) {
          const range = { start: from * MIB, end: Math.min(to * MIB, size) }
          if (isTreeHashAligned(range, size) !== nodes.has(String([from, to]))) wrong++
        }
      }
      t.equal(wrong, 0, `${size} bytes`)
    }
  }
})

t.test('a range that begins or ends a byte beside a whole MiB is aligned only at the very end', async (t) => {
  for (const size of [1, MIB - 1, MIB, MIB + 1, 4 * MIB, 6.5 * MIB, 7 * MIB + 1, 17 * MIB - 1]) {
    const nodes = new Set(
      [...nodesOf(Math.ceil(size / MIB))].map((node) => {
        const [from = 0, to = 0] = node.split(',').map(Number)
        return `${from * MIB}-${Math.min(to * MIB, size)}`
      }),
    )
    const edges = Array.from({ length: Math.ceil(size / MIB) + 2 }, (_, i) => i * MIB).flatMap((at) => [
      at - 1,
      at,
      at + 1,
    ])
    const wrong: string[] = []
    for (const start of edges) {
      for (const end of [...edges, size]) {
        if (isTreeHashAligned({ start, end }, size) !== nodes.has(`${start}-${end}`))
          wrong.push(`${start}-${end}`)
      }
    }
    t.strictSame(wrong, [], `${size} bytes`)
  }
})

t.test('the known cases of alignment', async (t) => {
  const cases: [number, number, number, boolean][] = [
    [10, 0, 1, true],
    [10, 0, 2, true],
    [10, 0, 3, false],
    [10, 3, 5, false],
    [10, 4, 7, false],
    [10, 6, 7, true],
    [6.5, 6, 6.5, true],
    [100, 16, 32, true],
    [6.5, 2, 4, true],
    [6.5, 1, 3, false],
    [10, 8, 16, false],
    [10, 0, 16, false],
    [10, 8, 10, true],
    [10, 0, 10, true],
    [10, -1, 0, false],
    // The largest archive there is: past what 32 bits count, even in MiB times 100.
    [40_960_000, 33_554_432, 40_960_000, true],
    [40_960_000, 33_554_431, 40_960_000, false],
    [40_960_000, 16_777_216, 33_554_432, true],
    [40_960_000, 8_388_608, 25_165_824, false],
  ]
  for (const [size, from, to, aligned] of cases) {
    t.equal(
      isTreeHashAligned({ start: from * MIB, end: to * MIB }, size * MIB),
      aligned,
      `[${from}, ${to}) of ${size}`,
    )
  }
  for (const [start, end] of [
    [-MIB, MIB],
    [0, 0],
    [MIB, 0],
    [0, 11 * MIB],
    [1, MIB],
    [0, MIB - 1],
    [512, 1024],
  ] as const) {
    t.notOk(isTreeHashAligned({ start, end }, 10 * MIB), `[${start}, ${end})`)
  }
})

t.test('any range is covered by a few that can be verified', async (t) => {
  const sizes = fc.integer({ min: 1, max: 200 * MIB })
  fc.assert(
    fc.property(sizes, fc.nat(), fc.nat(), fc.boolean(), (size, a, b, isKnown) => {
      const start = a % size
      const end = start + 1 + (b % (size - start))
      const ranges = alignedRanges({ start, end }, isKnown ? size : undefined)
      const all = isKnown ? size : Math.ceil(size / MIB) * MIB
      for (const [i, range] of ranges.entries()) {
        ok(isTreeHashAligned(range, all) || isTreeHashAligned(range, 2 ** 40), JSON.stringify(range))
        if (i > 0) deepStrictEqual(range.start, ranges[i - 1]?.end, 'no gap')
      }
      const [first, last] = [ranges[0] as ByteRange, ranges.at(-1) as ByteRange]
      ok(first.start <= start && last.end >= end && last.end <= all)
      const more = last.end - first.start - (end - start)
      ok(more <= Math.max(2 * MIB, (end - start) / 8), `${more} more than ${end - start}`)
      ok(ranges.length <= 12, `${ranges.length} ranges`)
    }),
    { numRuns: 2000 },
  )
  t.pass('as all were')
  t.strictSame(alignedRanges({ start: 10 * GIB, end: 11 * GIB }), [{ start: 10 * GIB, end: 11 * GIB }])
})

t.test(
  'the whole archive is one range, and a range up to its last byte ends with the largest nodes',
  async (t) => {
    t.strictSame(alignedRanges({ start: 0, end: 7 * MIB }, 7 * MIB), [{ start: 0, end: 7 * MIB }])
    t.strictSame(alignedRanges({ start: 4 * MIB, end: 6.5 * MIB }, 6.5 * MIB), [
      { start: 4 * MIB, end: 6.5 * MIB },
    ])
    t.strictSame(alignedRanges({ start: 0, end: 7 * MIB }), [
      { start: 0, end: 4 * MIB },
      { start: 4 * MIB, end: 6 * MIB },
      { start: 6 * MIB, end: 7 * MIB },
    ])
  },
)

t.test('a long range of an archive of known size ends at a multiple of a sixteenth of it', async (t) => {
  const requested = { start: 0, end: 64 * MIB + 1 }
  t.strictSame(alignedRanges(requested, 100 * MIB), [
    { start: 0, end: 64 * MIB },
    { start: 64 * MIB, end: 68 * MIB },
  ])
  t.strictSame(alignedRanges(requested), [
    { start: 0, end: 64 * MIB },
    { start: 64 * MIB, end: 65 * MIB },
  ])
})
