import { EventEmitter } from 'node:events'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import t from 'tap'
import { hashParts, type HashedPart } from '../../lib/tree-hash/hash-parts.js'
import { HashThreads } from '../../lib/tree-hash/hash-threads.js'
import { computeChecksums, treeHashOf } from '../../lib/tree-hash/tree-hash.js'
import { patternBytes } from '../helpers/pattern-source.js'

const MIB = 1_048_576

/** Bytes in shared memory, with others before and behind them. */
function shared(size: number): Buffer {
  const bytes = Buffer.from(new SharedArrayBuffer(size + 10))
    .fill(7)
    .subarray(3, size + 3)
  patternBytes(size).copy(bytes)
  return bytes
}

async function hashed(hasher: ReturnType<typeof hashParts>, parts: readonly Buffer[]): Promise<HashedPart[]> {
  const found: HashedPart[] = []
  await pipeline(parts, hasher, async (source: AsyncIterable<HashedPart>) => {
    for await (const part of source) found.push(part)
  })
  return found
}

t.test('any number of threads gives the hashes of bytes at hand', async (t) => {
  for (const count of [1, 2]) {
    const threads = new HashThreads(count)
    const sizes = [1, MIB, MIB + 1, 2 * MIB, 5 * MIB - 1, 8 * MIB]
    const all = sizes.map(shared)
    const found = await Promise.all(all.map((bytes) => threads.checksums(bytes)))
    const trees = await Promise.all(all.map((bytes) => threads.treeHash(bytes)))
    t.strictSame(
      found,
      sizes.map((size) => computeChecksums(patternBytes(size))),
      `${count} threads`,
    )
    t.strictSame(
      trees,
      sizes.map((size) => treeHashOf(patternBytes(size))),
    )
    const pending = threads.checksums(shared(8 * MIB))
    threads.close()
    await t.rejects(pending, { message: /closed/ })
    t.equal(
      await threads.treeHash(shared(1)),
      treeHashOf(patternBytes(1)),
      'and are started again when needed',
    )
    threads.close()
  }
  const file = await open(join(t.testdir({ file: patternBytes(2 * MIB + 1) }), 'file'))
  const threads = new HashThreads(1)
  const { digests, size } = await threads.leavesOf({ fd: file.fd, start: MIB, end: 9 * MIB })
  t.equal(size, MIB + 1)
  t.equal(digests.length, 2 * 32)
  await file.close()
  const closed = threads.leavesOf({ fd: 1_000_000, start: 0, end: MIB })
  await t.rejects(closed, { message: /could not be read/ }, 'and the thread goes on')
  t.equal(await threads.treeHash(shared(1)), treeHashOf(patternBytes(1)))
  threads.close()
  t.notOk(HashThreads.canHash(Buffer.alloc(1)))
  t.ok(HashThreads.canHash(shared(1)))
})

t.test(
  'the hashing stage gives the same with threads and without, in shared memory and in its own',
  async (t) => {
    const sizes = [4 * MIB, 4 * MIB, MIB, 2 * MIB + 1]
    for (const make of [shared, patternBytes]) {
      for (const threads of [0, 1, 2]) {
        const parts = await hashed(
          hashParts({ threads }),
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
    for (const threads of [-1, 1.5, NaN]) t.throws(() => hashParts({ threads }), { name: 'RangeError' })
  },
)

t.test('where threads cannot run, the stage hashes by itself', async (t) => {
  class BrokenWorker extends EventEmitter {
    unref(): void {
      process.nextTick(() => this.emit('error', new Error('no threads here')))
    }
    postMessage(): void {
      // nobody hears
    }
    async terminate(): Promise<void> {
      // nothing to end
    }
  }
  const broken = { 'node:worker_threads': { Worker: BrokenWorker } }
  const { HashThreads: Threads } = await t.mockImport<typeof import('../../lib/tree-hash/hash-threads.js')>(
    '../../lib/tree-hash/hash-threads.js',
    broken,
  )
  const threads = new Threads(1)
  await t.rejects(threads.treeHash(shared(1)), { message: 'no threads here' })
  await t.rejects(threads.treeHash(shared(1)), { message: 'no threads here' }, 'and each time after it')

  const { hashParts: make } = await t.mockImport<typeof import('../../lib/tree-hash/hash-parts.js')>(
    '../../lib/tree-hash/hash-parts.js',
    { '../../lib/tree-hash/hash-threads.js': { HashThreads: Threads } },
  )
  const parts = await hashed(
    make(),
    [2, 2, 2].map((n) => shared(n * MIB)),
  )
  t.strictSame(
    parts.map(({ treeHash }) => treeHash),
    Array(3).fill(treeHashOf(patternBytes(2 * MIB))),
  )
})
