import fc from 'fast-check'
import t from 'tap'
import { GIB, MIB } from '../../lib/sizes.js'
import { isPartSize, PART_SIZE, partSizeFor } from '../../lib/glacier/part-size.js'

function assertPartSize(size: unknown): void {
  PART_SIZE(size, 'partSize', 'archiveWriter')
}

t.test('part sizes are the powers of two from 1 MiB to 4 GiB', async (t) => {
  for (let size = MIB; size <= 4 * GIB; size *= 2) {
    t.ok(isPartSize(size))
    t.doesNotThrow(() => {
      assertPartSize(size)
    })
    for (const other of [size - 1, size + 1, size * 1.5]) {
      t.notOk(isPartSize(other))
      t.throws(
        () => {
          assertPartSize(other)
        },
        { name: 'RangeError', message: new RegExp(`not ${other};`) },
      )
    }
  }
  for (const size of [0, -1, -MIB, MIB / 2, 8 * GIB, NaN, Infinity, -Infinity, 1.5]) {
    t.notOk(isPartSize(size))
    t.throws(
      () => {
        assertPartSize(size)
      },
      {
        name: 'RangeError',
        message: /from 1048576 \(1 MiB\) to 4294967296 \(4 GiB\)/,
      },
    )
  }
  t.throws(
    () => {
      assertPartSize('16MiB')
    },
    { name: 'TypeError', message: /^partSize of archiveWriter must be .*, not '16MiB'\.$/ },
  )
  t.throws(
    () => {
      assertPartSize(undefined)
    },
    { name: 'TypeError' },
  )
})

t.test('a refusal names a size that is allowed', async (t) => {
  for (const [size, near] of [
    [3 * MIB, '2097152 (2 MiB)'],
    [1, '1048576 (1 MiB)'],
    [GIB - 1, '536870912 (512 MiB)'],
    [GIB + 1, '1073741824 (1 GiB)'],
    [8 * GIB, '4294967296 (4 GiB)'],
    [NaN, '16777216 (16 MiB)'],
    [Infinity, '16777216 (16 MiB)'],
  ] as const) {
    t.throws(
      () => {
        assertPartSize(size)
      },
      { message: new RegExp(`bytes, not ${size}; use ${near.replace(/[()]/g, '\\$&')}, for example\\.$`) },
    )
  }
})

t.test('the part size for a size is the smallest that fits 10,000 parts, at least 16 MiB', async (t) => {
  t.equal(partSizeFor(0), 16 * MIB)
  t.equal(partSizeFor(156.25 * GIB), 16 * MIB)
  t.equal(partSizeFor(156.25 * GIB + 1), 32 * MIB)
  t.equal(partSizeFor(1.2 * 1024 * GIB), 128 * MIB)
  t.equal(partSizeFor(40_000 * GIB), 4 * GIB)
  t.throws(() => partSizeFor(40_000 * GIB + 1), {
    name: 'RangeError',
    message: /42949672960001 bytes does not fit 10000 parts/,
  })
  for (const size of [-1, NaN])
    t.throws(() => partSizeFor(size), { name: 'RangeError', message: new RegExp(`not ${size}`) })
  t.throws(() => partSizeFor('64MiB' as unknown as number), {
    name: 'TypeError',
    message: "archiveSize of partSizeFor must be a number of bytes from 0 up, not '64MiB'.",
  })
})

t.test('what is no number is no part size, whatever it reads like', async (t) => {
  for (const [size, shown] of [
    ['1048576', "'1048576'"],
    [null, 'null'],
    [[MIB], 'an Array'],
    [BigInt(MIB), '1048576n'],
    [true, 'true'],
  ] as const) {
    t.throws(
      () => {
        assertPartSize(size)
      },
      { name: 'TypeError', message: new RegExp(` bytes, not ${shown}\\.$`) },
    )
  }
})

t.test('a power of two and a little is no part size', async (t) => {
  for (let size = MIB; size < 4 * GIB; size *= 2) {
    for (const other of [size * (1 + Number.EPSILON), 2 * size * (1 - Number.EPSILON / 2)]) {
      t.notOk(isPartSize(other), `${other}`)
      t.throws(
        () => {
          assertPartSize(other)
        },
        { name: 'RangeError' },
        `${other}`,
      )
    }
  }
})

t.test('each part size is chosen up to the last byte it holds in 10,000 parts', async (t) => {
  for (let size = 16 * MIB; size < 4 * GIB; size *= 2) {
    t.equal(partSizeFor(size * 10_000 - 1), size)
    t.equal(partSizeFor(size * 10_000), size)
    t.equal(partSizeFor(size * 10_000 + 1), 2 * size)
  }
  const property = fc.property(fc.integer({ min: 0, max: 40_000 * GIB }), (size) => {
    const found = partSizeFor(size)
    const half = found / 2
    if (!isPartSize(found) || found * 10_000 < size) throw new Error(`${found} does not hold ${size}`)
    if (half >= 16 * MIB && half * 10_000 >= size) throw new Error(`${half} would hold ${size}`)
  })
  t.doesNotThrow(() => {
    fc.assert(property)
  })
  t.throws(() => partSizeFor(Infinity), {
    name: 'RangeError',
    message: /Infinity bytes does not fit 10000 parts/,
  })
})
