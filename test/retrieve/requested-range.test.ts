import t from 'tap'
import { sliceChunks } from '../../lib/retrieve/chunk-slices.js'
import { expectedOutputOf } from '../../lib/retrieve/expected-output.js'
import { assertPlanned, requestedRangeOf } from '../../lib/retrieve/requested-range.js'
import type { JobPlan } from '../../lib/retrieve/retrieval-plan.js'
import { archivesOf, totalSizeOf } from '../../lib/retrieve/retrieval-target.js'
import { jobWith } from '../helpers/jobs.js'

const planOf = (more: Partial<JobPlan> = {}): JobPlan =>
  ({ archiveId: 'a', archiveSize: undefined, hash: undefined, ...more }) as JobPlan

t.test('a job that retrieves what is planned is accepted', (t) => {
  const part = { start: 10, end: 20 }
  for (const [plan, job] of [
    [planOf(), jobWith()],
    [planOf({ archiveSize: 100, hash: 'aa' }), jobWith()],
    [planOf({ hash: 'aa' }), jobWith({ archiveHash: undefined })],
    [planOf(), jobWith({ range: undefined })],
    [planOf({ range: part }), jobWith({ range: part })],
    [planOf({ range: part }), jobWith({ range: undefined })],
    [{ jobId: 'job' }, jobWith({ archiveId: undefined, archiveSize: undefined, range: undefined })],
  ] as const)
    t.doesNotThrow(
      () => {
        assertPlanned(plan, job)
      },
      JSON.stringify([plan, job]),
    )
  t.end()
})

t.test('a job that retrieves something else is refused', (t) => {
  for (const [plan, more, error] of [
    [planOf(), { archiveId: 'b' }, { name: 'RangeError', message: /the job job retrieves the archive b/ }],
    [
      planOf(),
      { archiveId: undefined },
      { name: 'RangeError', message: /the job job retrieves an inventory/ },
    ],
    [
      planOf(),
      { range: { start: 0, end: 99 } },
      { name: 'RangeError', message: /bytes 0-98 of the archive, not the whole archive/ },
    ],
    [
      planOf(),
      { range: { start: 1, end: 100 } },
      { name: 'RangeError', message: /bytes 1-99 of the archive, not the whole archive/ },
    ],
    [
      planOf({ range: { start: 0, end: 10 } }),
      {},
      { name: 'RangeError', message: /bytes 0-99 of the archive, not bytes 0-9/ },
    ],
    [planOf({ archiveSize: 99 }), {}, { code: 'ERR_SIZE_MISMATCH', expected: 99, actual: 100 }],
    [
      planOf({ archiveSize: 99 }),
      { archiveSize: undefined },
      { code: 'ERR_SIZE_MISMATCH', expected: 99, actual: 0 },
    ],
    [
      planOf({ hash: 'ff' }),
      {},
      { code: 'ERR_HASH_MISMATCH', scope: 'archive', expected: 'ff', actual: 'aa' },
    ],
  ] as const)
    t.throws(
      () => {
        assertPlanned(plan, jobWith(more))
      },
      error,
      JSON.stringify([plan, more]),
    )
  t.end()
})

t.test('the requested range is that within the output of the job', (t) => {
  const requestedRange = { start: 30, end: 50 }
  t.equal(requestedRangeOf(planOf(), jobWith()), undefined)
  t.strictSame(requestedRangeOf(planOf({ requestedRange }), jobWith()), { start: 30, end: 50 })
  t.strictSame(requestedRangeOf(planOf({ requestedRange }), jobWith({ range: { start: 20, end: 60 } })), {
    start: 10,
    end: 30,
  })
  t.strictSame(requestedRangeOf(planOf({ requestedRange }), jobWith({ range: undefined })), {
    start: 0,
    end: 20,
  })
  t.end()
})

t.test('the output of a job has the size of its range, and the hash of the archive or of the range', (t) => {
  t.strictSame(expectedOutputOf(jobWith()), { size: 100, hash: 'aa' })
  t.strictSame(expectedOutputOf(jobWith({ range: undefined })), { size: 100, hash: 'aa' })
  t.strictSame(expectedOutputOf(jobWith({ range: { start: 40, end: 50 } })), { size: 10, hash: 'bb' })
  t.strictSame(expectedOutputOf(jobWith({ range: { start: 99, end: 100 } })), { size: 1, hash: 'bb' })
  for (const more of [
    { range: undefined, archiveSize: undefined },
    { range: undefined, archiveSize: 0 },
    { range: { start: 7, end: 7 } },
  ])
    t.throws(() => expectedOutputOf(jobWith(more)), { code: 'ERR_SIZE_MISMATCH', expected: 1, actual: 0 })
  t.end()
})

t.test('slices of chunks are parts of their memory, and none is empty', (t) => {
  const chunks = [Buffer.from('abc'), Buffer.from('de'), Buffer.alloc(0), Buffer.from('fgh')]
  const textsOf = (start: number, end: number): string[] =>
    [...sliceChunks(chunks, start, end)].map((slice) => Buffer.from(slice).toString())
  t.strictSame(textsOf(0, 8), ['abc', 'de', 'fgh'])
  t.strictSame(textsOf(0, Infinity), ['abc', 'de', 'fgh'])
  t.strictSame(textsOf(1, 7), ['bc', 'de', 'fg'])
  t.strictSame(textsOf(3, 5), ['de'])
  t.strictSame(textsOf(4, 4), [])
  t.strictSame(textsOf(2, 4), ['c', 'd'])
  t.strictSame(textsOf(8, 9), [])
  t.equal([...sliceChunks(chunks, 4, 6)][0]?.buffer, chunks[1]?.buffer)
  t.end()
})

t.test('the archives of a target have the sizes and hashes that are known', (t) => {
  t.strictSame(archivesOf({ archiveId: 'a', archiveSize: 5 }), [
    { archiveId: 'a', archiveSize: 5, hash: undefined },
  ])
  t.strictSame(archivesOf({ archiveId: 'a', archiveSizes: [6], archiveSize: 5 }), [
    { archiveId: 'a', archiveSize: 6, hash: undefined },
  ])
  const several = archivesOf({
    archiveId: ['a', 'b'],
    archiveSize: 5,
    archiveHashes: [undefined, 'bb'],
  })
  t.strictSame(several, [
    { archiveId: 'a', archiveSize: undefined, hash: undefined },
    { archiveId: 'b', archiveSize: undefined, hash: 'bb' },
  ])
  for (const archiveSizes of [[], [1], [1, 2, 3]])
    t.throws(() => archivesOf({ archiveId: ['a', 'b'], archiveSizes }), {
      name: 'RangeError',
      message: `archiveSizes must have a size for each of the 2 archives, not ${archiveSizes.length} sizes.`,
    })
  t.equal(totalSizeOf(several), undefined)
  t.equal(totalSizeOf(archivesOf({ archiveId: ['a', 'b'], archiveSizes: [3, 4] })), 7)
  t.equal(totalSizeOf(archivesOf({ archiveId: ['a', 'b'], archiveSizes: [3, undefined] })), undefined)
  t.equal(totalSizeOf([]), 0)
  t.end()
})
