import t from 'tap'
import { vaultRetrievalRules } from '../../lib/glacier/retrieval-rules.js'
import { treeHashScheme } from '../../lib/glacier/tree-hash-scheme.js'
import { assertUsed, planAfter } from '../../lib/retrieve/held-archives.js'
import { planJobOutput, planRanges, planRetrieval } from '../../lib/retrieve/retrieval-plan.js'
import { GLACIER_LIMITS } from '../../lib/glacier/limits.js'
import { combineTreeHashes, treeHashOf } from '../../lib/tree-hash/tree-hash.js'
import { MIB } from '../../lib/sizes.js'

const RULES = vaultRetrievalRules()

t.test('a plan states the jobs, the ranges, the memory and the size of the stream', (t) => {
  const known = { archiveSizes: [4 * MIB, 3 * MIB], archiveHashes: ['aa', undefined] }
  const plan = planRetrieval({ archiveId: ['a', 'b'], ...known, tier: 'Bulk' }, RULES)
  t.match(plan, { rangeSize: 16 * MIB, memory: 256 * MIB, concurrency: 8, totalBytes: 7 * MIB, start: 0 })
  t.match(plan.jobs, [
    { archiveId: 'a', archiveSize: 4 * MIB, hash: 'aa', range: undefined, tier: 'Bulk' },
    { archiveId: 'b', archiveSize: 3 * MIB, hash: undefined, range: undefined, tier: 'Bulk' },
  ])
  const range = { start: 3 * MIB, end: 4 * MIB + 1 }
  const part = planRetrieval({ archiveId: ['a', 'b'], ...known, range }, RULES)
  t.equal(part.totalBytes, MIB + 1)
  t.match(part.jobs, [
    {
      archiveId: 'a',
      range: { start: 3 * MIB, end: 4 * MIB },
      requestedRange: { start: 3 * MIB, end: 4 * MIB },
    },
    { archiveId: 'b', range: { start: 0, end: MIB }, requestedRange: { start: 0, end: 1 } },
  ])
  t.equal(planRetrieval({ archiveId: 'a' }, RULES).totalBytes, undefined)
  t.match(planJobOutput('job', {}, GLACIER_LIMITS), { jobs: [{ jobId: 'job' }], totalBytes: undefined })
  t.strictSame([plan.held, planJobOutput('job', {}, GLACIER_LIMITS).held], [[], []])
  t.end()
})

t.test(
  'the range size of an option counts, then that of an earlier run, then one that the memory holds',
  (t) => {
    const sizeOf = (...args: [Parameters<typeof planRanges>[0], number?]): number =>
      planRanges(args[0], GLACIER_LIMITS, args[1]).rangeSize
    t.equal(sizeOf({ rangeSize: 2 * MIB }, 4 * MIB), 2 * MIB)
    t.equal(sizeOf({}, 4 * MIB), 4 * MIB)
    t.equal(sizeOf({ memory: 8 * MIB }), 2 * MIB)
    t.equal(planRanges({}, { ...GLACIER_LIMITS, maxPartSize: 2 * MIB }).rangeSize, 2 * MIB, 'a smaller limit')
    t.throws(() => sizeOf({ memory: 8 * MIB }, 4 * MIB), { name: 'RangeError' })
    t.end()
  },
)

t.test('archives that the caller has completely are left out of a plan', (t) => {
  const [first, second] = [Buffer.alloc(MIB, 1), Buffer.alloc(5, 2)].map((bytes) => treeHashOf(bytes))
  const held = [
    { start: 0, end: MIB, hash: String(first) },
    { start: MIB, end: MIB + 5, hash: String(second) },
  ]
  const treeHash = combineTreeHashes([String(first), String(second)])
  const options = { archiveId: ['a', 'b'], archiveSizes: [MIB + 5, 9], archiveHashes: [treeHash] }
  const plan = planRetrieval(options, RULES)
  const rest = planAfter(plan, held, treeHashScheme())
  t.match(rest, { start: MIB + 5, totalBytes: MIB + 14, jobs: [{ archiveId: 'b' }] })
  t.equal(rest.jobs.length, 1)
  t.equal(planAfter(plan, held.slice(0, 1), treeHashScheme()).jobs.length, 2, 'a range is missing')
  const unknown = planRetrieval({ ...options, archiveHashes: undefined }, RULES)
  t.equal(planAfter(unknown, held, treeHashScheme()).jobs.length, 2, 'the hash is not known')
  t.end()
})

t.test('a plan after held ranges has the jobs from the first archive that is not complete', (t) => {
  const [first, second, third] = [1, 2, 3].map((value) => treeHashOf(Buffer.alloc(MIB, value)))
  const hashes = [first, second, third].map(String)
  const held = hashes.map((hash, i) => ({ start: i * MIB, end: (i + 1) * MIB, hash }))
  const options = {
    archiveId: ['a', 'b', 'c'],
    archiveSizes: [MIB, MIB, MIB],
    archiveHashes: hashes,
  }
  const plan = planRetrieval(options, RULES)
  const restOf = (ranges = held, other = plan): unknown[] => {
    const { start, jobs, held: kept } = planAfter(other, ranges, treeHashScheme())
    t.strictSame(kept, ranges)
    return [start, ...jobs.map(({ archiveId }) => archiveId)]
  }
  t.strictSame(restOf([]), [0, 'a', 'b', 'c'])
  t.strictSame(restOf(held.slice(0, 1)), [MIB, 'b', 'c'])
  t.strictSame(restOf(held.slice(0, 2)), [2 * MIB, 'c'])
  t.strictSame(restOf(), [3 * MIB])
  const other = held.map((range, i) => (i === 1 ? { ...range, hash: String(first) } : range))
  t.strictSame(restOf(other), [MIB, 'b', 'c'], 'bytes of another archive')
  const unknown = planRetrieval({ ...options, archiveSizes: [MIB, undefined, MIB] }, RULES)
  t.strictSame(restOf(held, unknown), [MIB, 'b', 'c'], 'the size is unknown')
  const [job] = plan.jobs
  t.ok(job?.archiveId !== undefined)
  const part = { ...plan, jobs: [{ ...job, range: { start: 0, end: MIB } } as typeof job] }
  t.strictSame(restOf(held.slice(0, 1), part as typeof plan), [0, 'a'], 'a range of an archive')
  t.end()
})

t.test('a held range that is left over is a mismatch of the archive', (t) => {
  t.doesNotThrow(() => {
    assertUsed([])
  })
  t.throws(
    () => {
      assertUsed([{ start: 5, end: 9, hash: 'aa' }])
    },
    { code: 'ERR_HASH_MISMATCH', scope: 'archive', actual: 'aa', message: /bytes 5-8/ },
  )
  t.end()
})

t.test('the ranges of a plan are those of the archives, each with its job', (t) => {
  const plan = (options: Parameters<typeof planRetrieval>[0]): unknown =>
    planRetrieval(options, RULES).jobs.map(({ archiveId, range, requestedRange, jobId, tier }) => {
      return [archiveId, range, requestedRange, jobId, tier]
    })
  const range = { start: MIB, end: 2 * MIB }
  t.strictSame(plan({ archiveId: 'a', jobId: 'job', tier: 'Bulk' }), [
    ['a', undefined, undefined, 'job', 'Bulk'],
  ])
  t.strictSame(plan({ archiveId: 'a', jobId: 'job', range: { start: 1, end: 5 } }), [
    ['a', { start: 1, end: 5 }, { start: 1, end: 5 }, 'job', undefined],
  ])
  t.strictSame(plan({ archiveId: 'a', range, tier: 'Expedited' }), [
    ['a', range, range, undefined, 'Expedited'],
  ])
  const archiveId = ['a', 'b', 'c']
  t.strictSame(plan({ archiveId, archiveSizes: [MIB, MIB, MIB], range }), [
    ['b', { start: 0, end: MIB }, { start: 0, end: MIB }, undefined, undefined],
  ])
  t.strictSame(planRetrieval({ archiveId, archiveSizes: [MIB, MIB, MIB], range }, RULES).totalBytes, MIB)
  t.end()
})

t.test(
  'a plan of a range that the archives do not have, or of a job for several archives, is refused',
  (t) => {
    const plan = (options: Parameters<typeof planRetrieval>[0]) => () => planRetrieval(options, RULES)
    const range = { start: 0, end: 2 * MIB }
    t.throws(plan({ archiveId: ['a', 'b'], jobId: 'job' }), { name: 'RangeError', message: /jobId .* 2\./ })
    t.throws(plan({ archiveId: ['a', 'b'], range }), { name: 'RangeError', message: /pass archiveSizes/ })
    t.throws(plan({ archiveId: ['a', 'b'], range, archiveSizes: [MIB, MIB - 1] }), {
      name: 'RangeError',
      message: 'The range must end within the archive of 2097151 bytes, not go from 0 to 2097152.',
    })
    t.doesNotThrow(plan({ archiveId: ['a', 'b'], range, archiveSizes: [MIB, MIB] }))
    t.doesNotThrow(plan({ archiveId: 'a', range }))
    t.end()
  },
)

t.test('the default range size is within the limits of the service', (t) => {
  const sizeOf = (limits: Partial<typeof GLACIER_LIMITS>): number =>
    planRanges({}, { ...GLACIER_LIMITS, ...limits }).rangeSize
  t.equal(sizeOf({}), 16 * MIB)
  t.equal(sizeOf({ minPartSize: 32 * MIB }), 32 * MIB)
  t.equal(sizeOf({ maxPartSize: 8 * MIB }), 8 * MIB)
  t.end()
})
