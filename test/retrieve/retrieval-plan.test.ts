import t from 'tap'
import { planAfter } from '../../lib/retrieve/held-archives.js'
import { planJobOutput, planRanges, planRetrieval } from '../../lib/retrieve/retrieval-plan.js'
import { GLACIER_LIMITS } from '../../lib/glacier/limits.js'
import { combineTreeHashes, treeHashOf } from '../../lib/tree-hash/tree-hash.js'
import { MIB } from '../../lib/sizes.js'

t.test('a plan states the jobs, the ranges, the memory and the size of the stream', (t) => {
  const known = { archiveSizes: [4 * MIB, 3 * MIB], archiveTreeHashes: ['aa', undefined] }
  const plan = planRetrieval({ archiveId: ['a', 'b'], ...known, tier: 'Bulk' }, GLACIER_LIMITS)
  t.match(plan, { rangeSize: 16 * MIB, memory: 256 * MIB, concurrency: 8, totalBytes: 7 * MIB, start: 0 })
  t.match(plan.jobs, [
    { archiveId: 'a', archiveSize: 4 * MIB, treeHash: 'aa', range: undefined, tier: 'Bulk' },
    { archiveId: 'b', archiveSize: 3 * MIB, treeHash: undefined, range: undefined, tier: 'Bulk' },
  ])
  const range = { start: 3 * MIB, end: 4 * MIB + 1 }
  const part = planRetrieval({ archiveId: ['a', 'b'], ...known, range }, GLACIER_LIMITS)
  t.equal(part.totalBytes, MIB + 1)
  t.match(part.jobs, [
    {
      archiveId: 'a',
      range: { start: 3 * MIB, end: 4 * MIB },
      requestedRange: { start: 3 * MIB, end: 4 * MIB },
    },
    { archiveId: 'b', range: { start: 0, end: MIB }, requestedRange: { start: 0, end: 1 } },
  ])
  t.equal(planRetrieval({ archiveId: 'a' }, GLACIER_LIMITS).totalBytes, undefined)
  t.match(planJobOutput('job', {}, GLACIER_LIMITS), { jobs: [{ jobId: 'job' }], totalBytes: undefined })
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
    { start: 0, end: MIB, treeHash: String(first) },
    { start: MIB, end: MIB + 5, treeHash: String(second) },
  ]
  const treeHash = combineTreeHashes([String(first), String(second)])
  const options = { archiveId: ['a', 'b'], archiveSizes: [MIB + 5, 9], archiveTreeHashes: [treeHash] }
  const plan = planRetrieval(options, GLACIER_LIMITS)
  const rest = planAfter(plan, held)
  t.match(rest, { start: MIB + 5, totalBytes: MIB + 14, jobs: [{ archiveId: 'b' }] })
  t.equal(rest.jobs.length, 1)
  t.equal(planAfter(plan, held.slice(0, 1)).jobs.length, 2, 'a range is missing')
  const unknown = planRetrieval({ ...options, archiveTreeHashes: undefined }, GLACIER_LIMITS)
  t.equal(planAfter(unknown, held).jobs.length, 2, 'the hash is not known')
  t.end()
})
