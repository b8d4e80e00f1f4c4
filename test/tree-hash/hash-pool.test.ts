import { open } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import t from 'tap'
import { hashParts, type HashedPart } from '../../lib/tree-hash/hash-parts.js'
import type { MemoryOrder } from '../../lib/tree-hash/hash-worker.js'
import {
  checksumsBy,
  HashThreads,
  isShared,
  partThreads,
  type SomeThreads,
} from '../../lib/tree-hash/hash-pool.js'
import { computeChecksums, treeHashOf } from '../../lib/tree-hash/tree-hash.js'
import { patternBytes } from '../helpers/pattern-source.js'

const MIB = 1_048_576

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

t.test('any number of threads gives the hashes of bytes at hand', async (t) => {
  for (const count of [1, 2, 3]) {
    const threads = new HashThreads().take(count) as SomeThreads
    const sizes = [1, MIB, MIB + 1, 2 * MIB, 5 * MIB - 1, 8 * MIB]
    const found = await Promise.all(sizes.map((size) => checksumsBy(threads, shared(size))))
    t.strictSame(
      found,
      sizes.map((size) => computeChecksums(patternBytes(size))),
      `${count} threads`,
    )
  }
})

t.test('hashing that is stopped comes to nothing, and the threads go on with the next', async (t) => {
  const ending = new AbortController()
  const threads = new HashThreads().take(2) as SomeThreads
  const stopped = checksumsBy(threads, shared(64 * MIB), ending.signal)
  const next = checksumsBy(threads, shared(2 * MIB), new AbortController().signal)
  ending.abort()
  t.equal(await stopped, undefined)
  t.strictSame(await next, computeChecksums(patternBytes(2 * MIB)))
  t.equal(await checksumsBy(threads, shared(1), ending.signal), undefined)
})

t.test('a thread reads leaves of a file, and says where it cannot', async (t) => {
  const file = await open(join(t.testdir({ file: patternBytes(2 * MIB + 1) }), 'file'))
  const [thread] = new HashThreads().take(1) as SomeThreads
  t.match(await thread.hash({ fd: file.fd, start: MIB, end: 9 * MIB }), {
    size: MIB + 1,
    digests: { length: 2 * 32 },
  })
  await file.close()
  t.equal(await thread.hash({ fd: 1_000_000, start: 0, end: MIB }), undefined)
  t.match(await checksumsBy([thread], shared(1)), { treeHash: treeHashOf(patternBytes(1)) }, 'and goes on')
})

t.test('all share a bounded number of threads, and those that have least to do are taken', async (t) => {
  const threads = new HashThreads(3)
  const asked: unknown[] = []
  const use = (count: number): SomeThreads => {
    const taken = threads.take(count) as SomeThreads
    for (const thread of taken) asked.push(thread.hash({ fd: -1, start: 0, end: 1 }))
    return taken
  }
  const one = use(1)
  t.equal(threads.size, 1)
  const two = use(2)
  t.equal(threads.size, 3, 'others are started while those there are have work')
  t.notOk(two.includes(one[0]))
  for (let i = 0; i < 15; i++) t.equal(use(2).length, 2)
  t.equal(threads.size, 3)
  const [least, most] = [Math.min, Math.max].map((of) => of(...use(3).map(({ orders }) => orders)))
  t.ok((most ?? 0) - (least ?? 0) <= 1, `the work is shared out: from ${least} to ${most} orders`)
  await Promise.all(asked)
  t.equal(use(1).length, 1)
  t.equal(threads.size, 3, 'one that is idle is used again')
  t.equal(use(5).length, 5, 'and one caller may ask for more')
  await Promise.all(asked)
})

t.test(
  'fifteen uploads at once hash with the threads that one is allowed, or that there are processors',
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
    t.ok(partThreads.size <= Math.max(2, Math.min(availableParallelism(), 8)), `${partThreads.size} threads`)
  },
)

t.test('only memory that is shared can be hashed by threads', async (t) => {
  t.notOk(isShared(Buffer.alloc(1)))
  t.ok(isShared(shared(1)))
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

t.test('where threads cannot run, or one dies in the middle, the stage hashes by itself', async (t) => {
  const leavesOnly = {
    orders: 0,
    hash: async (order: MemoryOrder) => (order.of === 'leaves' ? answer : undefined),
  }
  const wholeOnly = {
    orders: 0,
    hash: async (order: MemoryOrder) => (order.of === 'whole' ? answer : undefined),
  }
  const answer = { digests: Buffer.alloc(32), size: 2 * MIB }
  for (const taken of [undefined, [leavesOnly], [wholeOnly, wholeOnly]]) {
    const { hashParts: make } = await t.mockImport<typeof import('../../lib/tree-hash/hash-parts.js')>(
      '../../lib/tree-hash/hash-parts.js',
      {
        '../../lib/tree-hash/hash-pool.js': {
          assertThreads: () => undefined,
          isShared,
          checksumsBy,
          partThreads: { take: () => taken },
        },
      },
    )
    const parts = await hashed(
      make(),
      [2, 2, 2].map((n) => shared(n * MIB)),
    )
    t.strictSame(
      parts.map(({ treeHash }) => treeHash),
      Array(3).fill(treeHashOf(patternBytes(2 * MIB))),
    )
  }
})

t.test('once threads have failed, none are given out', async (t) => {
  const { HashThreads: Threads } = await t.mockImport<typeof import('../../lib/tree-hash/hash-pool.js')>(
    '../../lib/tree-hash/hash-pool.js',
    { '../../lib/tree-hash/worker-handle.js': { canRunThreads: () => false, ThreadHandle: undefined } },
  )
  t.equal(new Threads().take(2), undefined)
})
