import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import t from 'tap'
import { hashParts, PartHasher, type HashedPart } from '../../lib/tree-hash/hash-parts.js'
import {
  partPool,
  WorkerPool,
  type HashPool,
  type HashWorker,
  type HashWorkers,
} from '../../lib/tree-hash/hash-pool.js'
import { checksumsByWorkers, isShared } from '../../lib/tree-hash/pooled-checksums.js'
import { computeChecksums, TreeHash, treeHashOf } from '../../lib/tree-hash/tree-hash.js'
import { MIB } from '../../lib/sizes.js'
import { patternBytes } from '../helpers/pattern-source.js'

/** Its workers are started once for all tests. */
const pool = new WorkerPool(3)

/** Bytes in shared memory, with others before and behind them. */
function shared(size: number): Uint8Array<SharedArrayBuffer> {
  const memory = new SharedArrayBuffer(size + 10)
  new Uint8Array(memory).fill(7)
  const bytes = new Uint8Array(memory, 3, size)
  bytes.set(patternBytes(size))
  return bytes
}

async function hashed(
  hasher: ReturnType<typeof hashParts>,
  parts: readonly Uint8Array[],
): Promise<HashedPart[]> {
  const found: HashedPart[] = []
  await pipeline(parts, hasher, async (source: AsyncIterable<HashedPart>) => {
    for await (const part of source) found.push(part)
  })
  return found
}

t.test('any number of workers makes the hashes of bytes in memory', async (t) => {
  for (const count of [1, 2, 3]) {
    const workers = pool.take(count) as HashWorkers
    const sizes = [1, MIB, MIB + 1, 2 * MIB, 5 * MIB - 1, 8 * MIB]
    const found = await Promise.all(sizes.map((size) => checksumsByWorkers(workers, shared(size))))
    t.strictSame(
      found,
      sizes.map((size) => computeChecksums(patternBytes(size))),
      `${count} workers`,
    )
  }
})

t.test('a job that is stopped has no result, and the workers continue with the next', async (t) => {
  const ending = new AbortController()
  const workers = pool.take(2) as HashWorkers
  const stopped = checksumsByWorkers(workers, shared(64 * MIB), { signal: ending.signal })
  const { signal } = new AbortController()
  const next = checksumsByWorkers(workers, shared(2 * MIB), { signal })
  ending.abort()
  t.equal(await stopped, undefined)
  t.strictSame(await next, computeChecksums(patternBytes(2 * MIB)))
  t.equal(await checksumsByWorkers(workers, shared(1), { signal: ending.signal }), undefined)
})

t.test('a worker reads leaves of a file, and has no result if it cannot', async (t) => {
  const file = await open(join(t.testdir({ file: patternBytes(2 * MIB + 1) }), 'file'))
  const [worker] = pool.take(1) as HashWorkers
  const leaves = { kind: 'file', start: MIB, end: 9 * MIB, leafSize: MIB } as const
  t.match(await worker.hash({ ...leaves, fd: file.fd }), { size: MIB + 1, digests: { length: 2 * 32 } })
  t.match(await worker.hash({ ...leaves, fd: file.fd, leafSize: MIB / 4 }), { digests: { length: 5 * 32 } })
  await file.close()
  t.equal(await worker.hash({ ...leaves, fd: 1_000_000 }), undefined)
  t.match(await checksumsByWorkers([worker], shared(1)), { treeHash: treeHashOf(patternBytes(1)) })
})

t.test('a pool has a limited number of workers, and those with the fewest jobs are taken', async (t) => {
  const ownPool = new WorkerPool(3)
  const jobs: unknown[] = []
  const use = (count: number): HashWorkers => {
    const taken = ownPool.take(count) as HashWorkers
    for (const worker of taken)
      jobs.push(worker.hash({ kind: 'file', fd: -1, start: 0, end: 1, leafSize: MIB }))
    return taken
  }
  const one = use(1)
  t.equal(ownPool.size, 1)
  const two = use(2)
  t.equal(ownPool.size, 3, 'others are started while the first has jobs')
  t.notOk(two.includes(one[0]))
  for (let i = 0; i < 15; i++) t.equal(use(2).length, 2)
  t.equal(ownPool.size, 3)
  const [fewest = 0, most = 0] = [Math.min, Math.max].map((of) =>
    of(...use(3).map(({ pendingJobs }) => pendingJobs)),
  )
  t.ok(most - fewest <= 1, `the jobs are shared out: from ${fewest} to ${most}`)
  await Promise.all(jobs)
  t.equal(use(1).length, 1)
  t.equal(ownPool.size, 3, 'an idle one is used again')
  t.equal(use(5).length, 5, 'and one caller may ask for more')
  await Promise.all(jobs)
})

t.test('a pool starts no worker while as many as are taken have no jobs', (t) => {
  const ownPool = new WorkerPool(3)
  ownPool.take(1)
  ownPool.take(1)
  t.equal(ownPool.size, 1)
  ownPool.take(2)
  ownPool.take(2)
  t.equal(ownPool.size, 2)
  t.end()
})

t.test(
  'fifteen uploads at once share as many threads as one of them may use, or as the processor has cores',
  async (t) => {
    const all = await Promise.all(
      Array.from({ length: 15 }, () =>
        hashed(
          hashParts(),
          [1, 2, 2].map((n) => shared(n * MIB)),
        ),
      ),
    )
    for (const parts of all) t.equal(parts[2]?.treeHash, treeHashOf(patternBytes(2 * MIB)))
    t.ok(partPool.size <= Math.max(2, Math.min(availableParallelism(), 8)), `${partPool.size} threads`)
  },
)

t.test('only shared memory is hashed by workers', async (t) => {
  t.notOk(isShared(Buffer.alloc(1)))
  t.ok(isShared(shared(1)))
})

t.test(
  'the hashing stage makes the same hashes with threads and without, in shared memory and in ordinary memory',
  async (t) => {
    const sizes = [4 * MIB, 4 * MIB, MIB, 2 * MIB + 1]
    for (const make of [shared, patternBytes]) {
      for (const hashThreads of [0, 1, 2]) {
        const parts = await hashed(
          hashParts({ hashThreads }),
          sizes.map((size) => make(size)),
        )
        let at = 0
        for (const [i, { index, start, end, bytes, linearHash, treeHash }] of parts.entries()) {
          const size = sizes[i] ?? 0
          t.strictSame({ index, start, end }, { index: i, start: at, end: (at += size) })
          t.ok(patternBytes(size).equals(bytes))
          t.strictSame({ linearHash, treeHash }, computeChecksums(patternBytes(size)))
        }
        t.equal(parts.length, sizes.length)
      }
    }
    for (const hashThreads of [-1, 1.5, NaN])
      t.throws(() => hashParts({ hashThreads }), { name: 'RangeError' })
  },
)

/** A pool whose workers do jobs of one kind alone, as if they died at others. */
function poolDoing(kind: 'leaves' | 'linear' | undefined, count: number): HashPool {
  const worker: HashWorker = {
    pendingJobs: 0,
    hash: async (job) => (job.kind === kind ? { digests: Buffer.alloc(32), size: 2 * MIB } : undefined),
  }
  return { take: () => Array.from({ length: count }, () => worker) as [HashWorker, ...HashWorker[]] }
}

t.test('where workers cannot run, or one dies in the middle, the stage hashes by itself', async (t) => {
  const pools: HashPool[] = [{ take: () => undefined }, poolDoing('leaves', 1), poolDoing('linear', 2)]
  for (const pool of pools) {
    const parts = await hashed(
      new PartHasher({}, { pool }),
      [2, 2, 2].map((n) => shared(n * MIB)),
    )
    t.strictSame(
      parts.map(({ treeHash }) => treeHash),
      Array(3).fill(treeHashOf(patternBytes(2 * MIB))),
    )
  }
})

t.test('any number of workers listens to the end of the stage without a warning', async (t) => {
  const warnings: string[] = []
  const onWarning = ({ name }: Error): void => void warnings.push(name)
  process.on('warning', onWarning)
  t.teardown(() => process.removeListener('warning', onWarning))
  let signals = 0
  const worker: HashWorker = {
    pendingJobs: 0,
    hash: (_job, signal) => {
      signals += signal ? 1 : 0
      for (let i = 0; i < 20; i++) signal?.addEventListener('abort', () => i)
      return Promise.resolve(undefined)
    },
  }
  const pool: HashPool = { take: () => [worker] }
  const sizes = [2 * MIB, 2 * MIB]
  await hashed(
    new PartHasher({}, { pool }),
    sizes.map((size) => shared(size)),
  )
  await new Promise((resolve) => setImmediate(resolve))
  t.equal(signals, 2, 'for the linear hash and for the leaves')
  t.notOk(warnings.includes('MaxListenersExceededWarning'))
})

t.test('leaves of another size make the same hashes with threads and without', async (t) => {
  const sizes = [4096, 4096, 1024, 3000]
  for (const make of [shared, patternBytes]) {
    const parts = await hashed(
      new PartHasher({}, { leafSize: 1024 }),
      sizes.map((size) => make(size)),
    )
    for (const [i, { linearHash, treeHash }] of parts.entries()) {
      const bytes = patternBytes(sizes[i] ?? 0)
      t.equal(treeHash, TreeHash.withLeafSize(1024).update(bytes).digest('hex'))
      t.equal(linearHash, createHash('sha256').update(bytes).digest('hex'))
    }
    t.equal(parts.length, sizes.length)
  }
})

t.test('once a worker has failed, the pool gives none', async (t) => {
  const { WorkerPool: Pool } = await t.mockImport<typeof import('../../lib/tree-hash/hash-pool.js')>(
    '../../lib/tree-hash/hash-pool.js',
    { '../../lib/tree-hash/worker-handle.js': { canRunWorkers: () => false, WorkerHandle: undefined } },
  )
  t.equal(new Pool().take(2), undefined)
})
