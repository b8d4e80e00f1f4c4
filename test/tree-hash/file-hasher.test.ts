import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { FileHasher } from '../../lib/tree-hash/file-hasher.js'
import { TreeHash, treeHashOf } from '../../lib/tree-hash/tree-hash.js'
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
