import { getEventListeners } from 'node:events'
import t from 'tap'
import type { HashWorker, HashWorkers } from '../../lib/tree-hash/hash-pool.js'
import type { MemoryJob } from '../../lib/tree-hash/hash-worker.js'
import type { PartHashKinds } from '../../lib/tree-hash/part-checksums.js'
import { checksumsByWorkers } from '../../lib/tree-hash/pooled-checksums.js'

/** A job that a worker was given: the number of the worker, the kind, and the leaves from the first to the last. */
type Given = readonly [worker: number, kind: string, firstLeaf: number, endLeaf: number]

const LEAF_SIZE = 16
/** Bytes before the part in its memory. */
const BEFORE = 3 * LEAF_SIZE

/** Gives a part of so many leaves to workers that have no results. */
async function given(leaves: number, workerCount: number, kinds?: PartHashKinds): Promise<Given[]> {
  const jobs: Given[] = []
  const leafOf = (offset: number): number => (offset - BEFORE) / LEAF_SIZE
  const workers = Array.from({ length: workerCount }, (_, i): HashWorker => ({
    pendingJobs: 0,
    hash: async (job) => {
      jobs.push([i, job.kind, leafOf(job.start), leafOf(job.end)])
      return undefined
    },
  }))
  const memory = new SharedArrayBuffer(BEFORE + leaves * LEAF_SIZE + BEFORE)
  const part = new Uint8Array(memory, BEFORE, leaves * LEAF_SIZE)
  await checksumsByWorkers(workers as unknown as HashWorkers, part, { kinds, leafSize: LEAF_SIZE })
  return jobs
}

t.test('one worker makes the linear hash, and the others share the leaves', async (t) => {
  t.strictSame(await given(5, 1), [
    [0, 'linear', 0, 5],
    [0, 'leaves', 0, 5],
  ])
  t.strictSame(await given(5, 2), [
    [0, 'linear', 0, 5],
    [1, 'leaves', 0, 5],
  ])
  t.strictSame(await given(5, 3), [
    [0, 'linear', 0, 5],
    [1, 'leaves', 0, 3],
    [2, 'leaves', 3, 5],
  ])
  t.strictSame(await given(4.5, 3), [
    [0, 'linear', 0, 4.5],
    [1, 'leaves', 0, 3],
    [2, 'leaves', 3, 4.5],
  ])
})

t.test('a worker without leaves has no job', async (t) => {
  t.strictSame(await given(4, 4), [
    [0, 'linear', 0, 4],
    [1, 'leaves', 0, 2],
    [2, 'leaves', 2, 4],
  ])
})

t.test('without a tree hash, one worker has one job', async (t) => {
  t.strictSame(await given(5, 1, 'linear'), [[0, 'linear', 0, 5]])
  t.strictSame(await given(5, 3, 'linear'), [[0, 'linear', 0, 5]])
})

t.test('the signal stops the jobs, and has no listener once they have settled', async (t) => {
  const ending = new AbortController()
  const stops: number[] = []
  const worker: HashWorker = {
    pendingJobs: 0,
    hash: async (job, signal) => {
      const { stop } = job as MemoryJob
      t.equal(signal, ending.signal)
      stops.push(Atomics.load(stop, 0))
      ending.abort()
      stops.push(Atomics.load(stop, 0))
      return undefined
    },
  }
  const part = new Uint8Array(new SharedArrayBuffer(32))
  t.equal(await checksumsByWorkers([worker], part, { signal: ending.signal, leafSize: LEAF_SIZE }), undefined)
  t.strictSame(stops, [0, 1, 1, 1])
  t.strictSame(getEventListeners(ending.signal, 'abort'), [])
})
