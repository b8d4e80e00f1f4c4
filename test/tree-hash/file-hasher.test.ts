import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { FileHasher } from '../../lib/tree-hash/file-hasher.js'
import { treeHashOf } from '../../lib/tree-hash/tree-hash.js'
import { patternBytes } from '../helpers/pattern-source.js'

const MIB = 1_048_576

t.test('a file of any size has the tree hash of its bytes, with threads and without', async (t) => {
  const sizes = [0, 1, MIB, 8 * MIB, 8 * MIB + 1, 16 * MIB, 41 * MIB - 1]
  const bytes = patternBytes(41 * MIB)
  const dir = t.testdir(Object.fromEntries(sizes.map((size) => [String(size), bytes.subarray(0, size)])))
  for (const threads of [0, 2]) {
    const hasher = new FileHasher(threads)
    for (const size of sizes) {
      const found = await hasher.hash(join(dir, String(size)))
      t.strictSame(
        found,
        { size, treeHash: treeHashOf(bytes.subarray(0, size)) },
        `${size} bytes, ${threads} threads`,
      )
    }
    for (const [start, end] of [
      [MIB, 2 * MIB],
      [3, 20 * MIB],
      [MIB, 17 * MIB],
      [5 * MIB, 100 * MIB],
    ] as const) {
      const found = await hasher.hash(join(dir, String(41 * MIB - 1)), { range: { start, end } })
      const wanted = bytes.subarray(start, Math.min(end, 41 * MIB - 1))
      t.strictSame(found, { size: wanted.length, treeHash: treeHashOf(wanted) }, `from ${start} to ${end}`)
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

t.test('what cannot be read is the system’s own error, and a signal ends it', async (t) => {
  const dir = t.testdir({ file: Buffer.alloc(20 * MIB), short: Buffer.alloc(1) })
  const hasher = new FileHasher(1)
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
})

t.test('where threads cannot read it, the file is read without them', async (t) => {
  const bytes = patternBytes(20 * MIB)
  const path = join(t.testdir({ file: bytes }), 'file')
  const dead = { orders: 0, hash: async () => undefined }
  for (const taken of [undefined, [dead, dead]]) {
    const { FileHasher: Hasher } = await t.mockImport<typeof import('../../lib/tree-hash/file-hasher.js')>(
      '../../lib/tree-hash/file-hasher.js',
      {
        '../../lib/tree-hash/hash-pool.js': {
          assertThreads: () => undefined,
          fileThreads: { take: () => taken },
        },
      },
    )
    t.strictSame(await new Hasher().hash(path), { size: bytes.length, treeHash: treeHashOf(bytes) })
  }
})

t.test(
  'a hasher is closed by hand or by the end of its scope, and hashes without threads from then on',
  async (t) => {
    const bytes = patternBytes(9 * MIB)
    const path = join(t.testdir({ file: bytes }), 'file')
    let kept: FileHasher | undefined
    {
      using hasher = new FileHasher(1)
      await using other = new FileHasher(1)
      kept = hasher
      t.equal((await other.hash(path)).treeHash, treeHashOf(bytes))
    }
    kept.close()
    t.equal((await kept.hash(path)).treeHash, treeHashOf(bytes))
    for (const threads of [-1, 1.5, NaN]) t.throws(() => new FileHasher(threads), { name: 'RangeError' })
  },
)
