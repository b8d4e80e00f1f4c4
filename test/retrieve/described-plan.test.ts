import t from 'tap'
import { vaultRetrievalRules } from '../../lib/glacier/retrieval-rules.js'
import { describedPlan } from '../../lib/retrieve/described-plan.js'
import { planJobOutput, planRetrieval, type RetrievalPlanOptions } from '../../lib/retrieve/retrieval-plan.js'
import type { RetrievalPlan } from '../../lib/retrieve/retrieval-plan.js'
import { MIB } from '../../lib/sizes.js'
import type { DescribedArchive } from '../../lib/store/retrieval-store.js'
import { Retry } from '../../lib/transfer/retry.js'

const { limits } = vaultRetrievalRules()
const rules = { limits, jobRanges: () => undefined }

/** An archive of parts of 5 MiB, the last of which has one byte. */
function archive(parts: number): DescribedArchive {
  const ranges = Array.from({ length: parts }, (_, i) => {
    const start = i * 5 * MIB
    return { start, end: i === parts - 1 ? start + 1 : start + 5 * MIB, hash: `part ${i}` }
  })
  return { size: (parts - 1) * 5 * MIB + 1, hash: `${parts} parts`, parts: ranges }
}

function describe(
  plan: RetrievalPlan,
  archives: Record<string, DescribedArchive>,
  checkLate?: boolean,
): Promise<RetrievalPlan> {
  const store = {
    limits,
    describeArchive: ({ archiveId }: { readonly archiveId: string }) =>
      Promise.resolve(archives[archiveId] ?? archive(1)),
  }
  return describedPlan(plan, { store, retry: new Retry({ retryFor: 0 }), signal: undefined, checkLate })
}

function plan(options: Partial<RetrievalPlanOptions> = {}): RetrievalPlan {
  return planRetrieval({ archiveId: 'a', ...options }, rules)
}

t.test(
  'a plan gets the sizes, hashes and parts of its archives, and memory for the largest part',
  async (t) => {
    const given = plan({ archiveId: ['a', 'b'], concurrency: 3, rangeSize: MIB })
    const found = await describe(given, { a: archive(3), b: archive(2) })
    t.match(found, {
      jobs: [
        { archiveId: 'a', archiveSize: 10 * MIB + 1, hash: '3 parts', parts: { length: 3 } },
        { archiveId: 'b', archiveSize: 5 * MIB + 1, hash: '2 parts', parts: { length: 2 } },
      ],
      ...{ totalBytes: 15 * MIB + 2, rangeSize: 5 * MIB, concurrency: 3, start: 0 },
    })
    t.equal(await describe(found, {}), found, 'it is described once')
    const [first] = found.jobs
    const half = { ...found, jobs: [first, given.jobs[1]] } as RetrievalPlan
    t.strictSame(
      (await describe(half, { a: archive(3), b: archive(2) })).jobs,
      found.jobs,
      'each of its jobs',
    )
    const known = { archiveSizes: [10 * MIB + 1], archiveHashes: ['3 parts'], range: { start: 2, end: 3 } }
    t.match(await describe(plan(known), { a: archive(3) }), {
      totalBytes: 1,
      jobs: [{ requestedRange: known.range }],
    })
  },
)

t.test('a plan of a vault, or of a job of which only the ID is known, is left as it is', async (t) => {
  const vault = plan()
  const retry = new Retry({ retryFor: 0 })
  t.equal(await describedPlan(vault, { store: { limits }, retry, signal: undefined }), vault)
  const job = planJobOutput('job', {}, limits)
  t.equal(await describe(job, {}), job)
})

t.test('what contradicts the archive is an error before a job is started', async (t) => {
  const a = archive(3)
  await t.rejects(describe(plan({ archiveSize: 7 }), { a }), {
    code: 'ERR_SIZE_MISMATCH',
    expected: 7,
    actual: a.size,
  })
  await t.rejects(describe(plan({ archiveHashes: ['other'] }), { a }), {
    ...{ code: 'ERR_HASH_MISMATCH', scope: 'archive', expected: 'other', actual: '3 parts' },
  })
  await t.resolves(describe(plan({ range: { start: 0, end: a.size } }), { a }))
  await t.rejects(describe(plan({ range: { start: 0, end: a.size + 1 } }), { a }), {
    name: 'RangeError',
    message: `The range must end within the archive of ${a.size} bytes, not at ${a.size + 1}.`,
  })
  await t.rejects(describe(plan({ memory: 19 * MIB }), { a }), {
    name: 'RangeError',
    message: /at least 20971520/,
  })
})

t.test('an archive without hashes of its parts is planned only where it may be checked late', async (t) => {
  const beginHash = (): never => {
    throw new Error('not begun')
  }
  const late = { size: 5 * MIB, hash: 'of all', parts: [], beginHash }
  for (const [options, checkLate, isPlanned] of [
    [{}, true, true],
    [{ range: { start: 0, end: 5 * MIB } }, true, true],
    [{}, false, false],
    [{}, undefined, false],
    [{ range: { start: 0, end: 5 } }, true, false],
    [{ range: { start: 1, end: 5 * MIB } }, true, false],
  ] as const) {
    const found = describe(plan(options), { a: late }, checkLate)
    if (!isPlanned) {
      await t.rejects(found, { code: 'ERR_UNVERIFIABLE', archiveId: 'a', isCheckedLate: true })
      continue
    }
    const described = await found
    t.match(described, { jobs: [{ hash: 'of all', parts: undefined, beginHash }], rangeSize: 16 * MIB })
    t.equal(await describe(described, {}, checkLate), described, 'it is described once')
  }
  const known = (archiveHash: string, archiveSize = 5 * MIB): Promise<RetrievalPlan> =>
    describe(plan({ archiveHashes: [archiveHash], archiveSize }), { a: late }, true)
  await t.resolves(known('of all'))
  await t.rejects(known('of the parts'), { code: 'ERR_UNVERIFIABLE', isCheckedLate: false })
  await t.rejects(known('of the parts', 7), { code: 'ERR_SIZE_MISMATCH' })
  const mixed = plan({ archiveId: ['a', 'b'], rangeSize: MIB })
  t.match(await describe(mixed, { a: late, b: archive(2) }, true), { rangeSize: 5 * MIB })
  t.match(await describe(plan({ rangeSize: MIB }), { a: late }, true), { rangeSize: MIB })
})

t.test('a store learns the hash that the caller knows', async (t) => {
  const asked: unknown[] = []
  const store = {
    limits,
    describeArchive: ({
      archiveId,
      hash,
    }: {
      readonly archiveId: string
      readonly hash?: string | undefined
    }) => {
      asked.push([archiveId, hash])
      return Promise.resolve({ ...archive(1), hash: hash ?? 'other' })
    },
  }
  const given = plan({ archiveId: ['a', 'b'], archiveHashes: ['known', undefined] })
  const found = await describedPlan(given, { store, retry: new Retry({ retryFor: 0 }), signal: undefined })
  t.strictSame(asked, [
    ['a', 'known'],
    ['b', undefined],
  ])
  t.match(found.jobs, [{ hash: 'known' }, { hash: 'other' }])
})
