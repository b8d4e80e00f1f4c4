import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { FileHasher } from '../../lib/tree-hash/file-hasher.js'
import type { HashPool, HashWorker } from '../../lib/tree-hash/hash-pool.js'
import type { FileJob, HashJob, HashResult } from '../../lib/tree-hash/hash-worker.js'
import { TreeHash, sha256, treeHashOf } from '../../lib/tree-hash/tree-hash.js'
import { MIB } from '../../lib/sizes.js'
import { patternBytes } from '../helpers/pattern-source.js'

t.test('a file of any size has the tree hash of its bytes, with threads and without', async (t) => {
  const sizes = [0, 1, MIB, 8 * MIB, 8 * MIB + 1, 16 * MIB, 41 * MIB - 1]
  const bytes = patternBytes(41 * MIB)
  const dir = t.testdir(Object.fromEntries(sizes.map((size) => [String(size), bytes.subarray(0, size)])))
  for (const hashThreads of [0, 2]) {
    const hasher = new FileHasher({ hashThreads })
    for (const size of sizes) {
      const found = await hasher.hash(join(dir, String(size)))
      t.strictSame(
        found,
        { size, treeHash: treeHashOf(bytes.subarray(0, size)) },
        `${size} bytes, ${hashThreads} threads`,
      )
    }
    for (const [start, end] of [
      [MIB, 2 * MIB],
      [3, 20 * MIB],
      [MIB, 17 * MIB],
      [5 * MIB, 100 * MIB],
    ] as const) {
      const found = await hasher.hash(join(dir, String(41 * MIB - 1)), { range: { start, end } })
      const expected = bytes.subarray(start, Math.min(end, 41 * MIB - 1))
      t.strictSame(
        found,
        { size: expected.length, treeHash: treeHashOf(expected) },
        `from ${start} to ${end}`,
      )
    }
    const beyond = { range: { start: 50 * MIB, end: 60 * MIB } }
    t.match(await hasher.hash(join(dir, String(41 * MIB - 1)), beyond), { size: 0 })
    hasher.close()
  }
})

t.test('a pipe is read to its end', async (t) => {
  const path = join(t.testdir(), 'pipe')
  await once(spawn('mkfifo', [path]), 'exit')
  const hasher = new FileHasher()
  const hashing = hasher.hash(path)
  const writing = await open(path, 'w')
  const bytes = patternBytes(9 * MIB + 5)
  await writing.writeFile(bytes)
  await writing.close()
  t.strictSame(await hashing, { size: bytes.length, treeHash: treeHashOf(bytes) })
})

t.test(
  'a file that cannot be read rejects with the error of the system, and a signal ends the hashing',
  async (t) => {
    const dir = t.testdir({ file: Buffer.alloc(20 * MIB), short: Buffer.alloc(1) })
    const hasher = new FileHasher({ hashThreads: 1 })
    t.teardown(() => {
      hasher.close()
    })
    await t.rejects(hasher.hash(join(dir, 'nothing')), { code: 'ENOENT' })
    await t.rejects(hasher.hash(dir), { code: 'EISDIR' })
    for (const file of ['file', 'short']) {
      const aborting = new AbortController()
      const hashing = hasher.hash(join(dir, file), { signal: aborting.signal })
      aborting.abort('SIGINT')
      await t.rejects(hashing, { name: 'AbortError', cause: 'SIGINT' })
    }
  },
)

t.test('where workers cannot read it, the calling thread reads the file', async (t) => {
  const bytes = patternBytes(20 * MIB)
  const path = join(t.testdir({ file: bytes }), 'file')
  const dead = { pendingJobs: 0, hash: async () => undefined }
  for (const workers of [undefined, [dead, dead] as const]) {
    const hasher = FileHasher.withContext({}, { pool: { take: () => workers } })
    t.strictSame(await hasher.hash(path), { size: bytes.length, treeHash: treeHashOf(bytes) })
  }
})

t.test('leaves of another size make the same hash with threads and without', async (t) => {
  const bytes = patternBytes(100_000)
  const path = join(t.testdir({ file: bytes }), 'file')
  const treeHash = TreeHash.withLeafSize(1024).update(bytes).digest('hex')
  for (const hashThreads of [0, 2]) {
    const hasher = FileHasher.withContext({ hashThreads }, { leafSize: 1024 })
    t.strictSame(await hasher.hash(path), { size: bytes.length, treeHash }, `${hashThreads} threads`)
  }
})

t.test(
  'a hasher is closed by hand or by the end of its scope, and hashes without threads from then on',
  async (t) => {
    const bytes = patternBytes(9 * MIB)
    const path = join(t.testdir({ file: bytes }), 'file')
    let kept: FileHasher | undefined
    {
      using hasher = new FileHasher({ hashThreads: 1 })
      await using other = new FileHasher({ hashThreads: 1 })
      kept = hasher
      t.equal((await other.hash(path)).treeHash, treeHashOf(bytes))
    }
    kept.close()
    t.equal((await kept.hash(path)).treeHash, treeHashOf(bytes))
    for (const hashThreads of [-1, 1.5, NaN])
      t.throws(() => new FileHasher({ hashThreads }), { name: 'RangeError' })
  },
)

const LEAF = 16
/** The bytes that a worker is given at once. */
const RUN = 8 * LEAF

/** A worker that reads the file and hashes the complement of its bytes, by which its hashes differ from those of others. */
class RecordingWorker implements HashWorker {
  readonly jobs: FileJob[] = []
  pendingJobs = 0

  async hash(job: HashJob): Promise<HashResult> {
    if (job.kind !== 'file') return undefined
    this.jobs.push(job)
    this.pendingJobs++
    await new Promise(setImmediate)
    this.pendingJobs--
    const bytes = Buffer.alloc(Math.min(job.end - job.start, RUN))
    const size = readSync(job.fd, bytes, 0, bytes.length, job.start)
    return { digests: digestsOf(complement(bytes.subarray(0, size))), size }
  }
}

class RecordingPool implements HashPool {
  readonly workers = [new RecordingWorker(), new RecordingWorker()] as const
  readonly counts: number[] = []

  take(count: number): typeof this.workers {
    this.counts.push(count)
    return this.workers
  }

  get jobs(): FileJob[] {
    return this.workers.flatMap(({ jobs }) => jobs).sort((a, b) => a.start - b.start)
  }
}

function complement(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte) => 255 - byte)
}

function digestsOf(bytes: Uint8Array): Uint8Array {
  const leaves = Array.from({ length: Math.ceil(bytes.length / LEAF) }, (_, i) =>
    sha256(bytes.subarray(i * LEAF, (i + 1) * LEAF)),
  )
  return Buffer.concat(leaves)
}

function smallTreeHash(bytes: Uint8Array): string {
  return TreeHash.withLeafSize(LEAF).update(bytes).digest('hex')
}

t.test(
  'workers hash a file of more than one run, in runs of eight leaves that they share evenly',
  async (t) => {
    const bytes = patternBytes(10 * RUN + 3)
    const path = join(t.testdir({ file: bytes }), 'file')
    const pool = new RecordingPool()
    const hasher = FileHasher.withContext({ hashThreads: 2 }, { leafSize: LEAF, pool })
    t.strictSame(await hasher.hash(path), { size: bytes.length, treeHash: smallTreeHash(complement(bytes)) })
    t.strictSame(pool.counts, [2])
    const { jobs } = pool
    t.strictSame(
      jobs.map(({ start, end, leafSize }) => ({ start, end, leafSize })),
      jobs.map((_, i) => ({ start: i * RUN, end: (i + 1) * RUN, leafSize: LEAF })),
      'the runs follow one another',
    )
    const [first, second] = pool.workers.map(({ jobs: { length } }) => length)
    t.equal(first, second, 'the workers share the runs')
    t.throws(() => readSync(jobs[0]?.fd ?? 0, Buffer.alloc(1)), { code: 'EBADF' }, 'the file is closed')
  },
)

t.test(
  'a range of exactly one run is hashed by the calling thread, and one byte more by workers',
  async (t) => {
    const bytes = patternBytes(3 * RUN)
    const path = join(t.testdir({ file: bytes }), 'file')
    const pool = new RecordingPool()
    const hasher = FileHasher.withContext({}, { leafSize: LEAF, pool })
    const defaultThreads = Math.min(availableParallelism(), 4)
    for (const [start, end] of [
      [RUN, 2 * RUN],
      [2 * RUN, 5 * RUN],
    ] as const) {
      const expected = bytes.subarray(start, end)
      t.match(await hasher.hash(path, { range: { start, end } }), { treeHash: smallTreeHash(expected) })
    }
    t.strictSame(pool.counts, [])
    const range = { start: RUN, end: 2 * RUN + 1 }
    const expected = complement(bytes.subarray(range.start, range.end))
    t.strictSame(await hasher.hash(path, { range }), { size: RUN + 1, treeHash: smallTreeHash(expected) })
    t.strictSame(pool.counts, [defaultThreads])
    t.equal(Math.max(...pool.jobs.map(({ end }) => end)), range.end)
  },
)

t.test(
  'a hasher takes no workers after it is closed, in each of the three ways, or with 0 threads',
  async (t) => {
    const bytes = patternBytes(2 * RUN)
    const path = join(t.testdir({ file: bytes }), 'file')
    const pool = new RecordingPool()
    const closings: ((hasher: FileHasher) => unknown)[] = [
      (hasher) => {
        hasher.close()
      },
      (hasher) => {
        hasher[Symbol.dispose]()
      },
      (hasher) => hasher[Symbol.asyncDispose](),
    ]
    for (const close of closings) {
      const hasher = FileHasher.withContext({ hashThreads: 3 }, { leafSize: LEAF, pool })
      await close(hasher)
      t.match(await hasher.hash(path), { treeHash: smallTreeHash(bytes) })
    }
    await FileHasher.withContext({ hashThreads: 0 }, { leafSize: LEAF, pool }).hash(path)
    t.strictSame(pool.counts, [])
  },
)

t.test(
  'a signal ends the hashing between two runs of the workers, after the runs that are given',
  async (t) => {
    const path = join(t.testdir({ file: patternBytes(20 * RUN) }), 'file')
    const pool = new RecordingPool()
    const aborting = new AbortController()
    const hasher = FileHasher.withContext({ hashThreads: 2 }, { leafSize: LEAF, pool })
    const hashing = hasher.hash(path, { signal: aborting.signal })
    aborting.abort('SIGINT')
    await t.rejects(hashing, { name: 'AbortError', cause: 'SIGINT' })
    t.equal(pool.jobs.length, 4)
    t.strictSame(
      pool.workers.map(({ pendingJobs }) => pendingJobs),
      [0, 0],
    )
  },
)
