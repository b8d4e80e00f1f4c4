import t from 'tap'
import { GLACIER_LIMITS } from '../../lib/glacier/limits.js'
import { GIB, MIB } from '../../lib/sizes.js'
import { forecastUpload, heldBytes, planUpload } from '../../lib/upload/upload-plan.js'

t.test('an upload reserves one part, which keeps it alive, within its budget', async (t) => {
  for (let memory = 4 * MIB; memory <= 300 * MIB; memory += 3 * MIB) {
    for (const concurrency of [1, 2, 8, 100]) {
      const plan = planUpload({ memory, concurrency }, GLACIER_LIMITS)
      const fits = Math.floor(memory / plan.partSize) - 3
      t.equal(plan.concurrency, Math.min(concurrency, fits))
      t.ok(plan.concurrency >= 1)
      t.ok(heldBytes(plan) <= memory)
      t.equal(heldBytes(plan), (plan.concurrency + 3) * plan.partSize)
    }
  }
})

t.test('an upload takes the part size its expected size needs, or says what it would need', async (t) => {
  t.match(planUpload({}, GLACIER_LIMITS), { partSize: 16 * MIB })
  t.match(planUpload({ expectedSize: 600 * GIB }, GLACIER_LIMITS), {
    partSize: 64 * MIB,
    memory: 256 * MIB,
    concurrency: 1,
  })
  t.match(planUpload({ expectedSize: 10_000 * MIB, partSize: MIB }, GLACIER_LIMITS), { partSize: MIB })
  t.throws(
    () => planUpload({ expectedSize: 10_000 * MIB + 1, partSize: MIB, volumes: false }, GLACIER_LIMITS),
    {
      name: 'RangeError',
      message: /has 10485760001 bytes, .* holds at most 10485760000, .* choose parts of 16777216 bytes/,
    },
  )
  t.throws(() => planUpload({ expectedSize: 2000 * GIB, volumes: false }, GLACIER_LIMITS), {
    name: 'RangeError',
    message: /in parts of 67108864 bytes\. .* choose parts of 268435456 bytes/,
  })
  t.match(planUpload({ expectedSize: 2000 * GIB }, GLACIER_LIMITS), {
    partSize: 64 * MIB,
    partsPerVolume: 10_000,
  })
  t.match(planUpload({ expectedSize: 60e12, memory: 4 * GIB }, GLACIER_LIMITS), {
    partSize: 512 * MIB,
    partsPerVolume: 9313,
  })
})

t.test(
  'a source that one archive must hold decides the part size, up to the maximum of an upload',
  async (t) => {
    const tenthousand = { partSize: MIB, volumes: false, expectedSize: 10_000 * MIB }
    t.match(planUpload(tenthousand, GLACIER_LIMITS), { partSize: MIB, partsPerVolume: 10_000 })
    t.throws(() => planUpload({ ...tenthousand, maxArchiveSize: 2 * MIB }, GLACIER_LIMITS), {
      message: /or allow a larger archive/,
    })
    const large = { expectedSize: 10e12, memory: 16 * GIB }
    t.throws(() => planUpload({ ...large, volumes: false }, GLACIER_LIMITS), {
      message: /in parts of 1073741824 bytes\. .* or allow a larger archive/,
    })
    t.match(planUpload(large, GLACIER_LIMITS), { partSize: 512 * MIB, partsPerVolume: 9313, volumes: true })
  },
)

t.test('an archive holds as many whole parts as its most allows', async (t) => {
  t.match(planUpload({ partSize: MIB, maxArchiveSize: 10.5 * MIB }, GLACIER_LIMITS), { partsPerVolume: 10 })
  t.match(planUpload({ partSize: MIB, maxArchiveSize: 20 * GIB }, GLACIER_LIMITS), { partsPerVolume: 10_000 })
  t.throws(() => planUpload({ partSize: 2 * MIB, maxArchiveSize: MIB }, GLACIER_LIMITS), {
    name: 'RangeError',
    message: /maxArchiveSize of an upload must be at least .* \(2097152 bytes\), not 1048576/,
  })
  t.throws(
    () =>
      planUpload(
        { expectedSize: 5 * MIB, partSize: MIB, maxArchiveSize: 2 * MIB, volumes: false },
        GLACIER_LIMITS,
      ),
    {
      name: 'RangeError',
      message: /has 5242880 bytes, .* holds at most 2097152, .* or allow a larger archive/,
    },
  )
})

t.test(
  'under a rate limit only so many are sent at once that a part takes a minute at the most',
  async (t) => {
    for (const [limitRate, concurrency] of [
      [undefined, 8],
      [16 * MIB, 8],
      [MIB, 3],
      [MIB / 4, 1],
      [1, 1],
    ] as const) {
      t.match(
        planUpload({ partSize: 16 * MIB, limitRate }, GLACIER_LIMITS),
        { concurrency },
        `${limitRate} bytes a second`,
      )
    }
  },
)

t.test('what an upload will take is counted as it will be', async (t) => {
  const three = planUpload({ partSize: MIB, maxArchiveSize: 3 * MIB }, GLACIER_LIMITS)
  const one = planUpload({ partSize: MIB, maxArchiveSize: MIB }, GLACIER_LIMITS)
  for (const [plan, size, forecast] of [
    [three, 1, { volumes: 1, parts: 1, requests: 1 }],
    [three, MIB, { volumes: 1, parts: 1, requests: 1 }],
    [three, MIB + 1, { volumes: 1, parts: 2, requests: 4 }],
    [three, 3 * MIB, { volumes: 1, parts: 3, requests: 5 }],
    [three, 3 * MIB + 1, { volumes: 2, parts: 4, requests: 6 }],
    [three, 6 * MIB, { volumes: 2, parts: 6, requests: 10 }],
    [one, 3 * MIB, { volumes: 3, parts: 3, requests: 3 }],
  ] as const) {
    t.strictSame(forecastUpload(plan, size), forecast, `${size} bytes`)
  }
})
