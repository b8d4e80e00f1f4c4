/**
 * The threads of this process that hash, where bytes lie: nothing is copied, and the event loop is free.
 *
 * - All who hash share them. Each uses as many at a time as it asks for, and there are never more than the processors
 *   can use, however many transfers there are. A thread answers in the order it was asked, and each of those who hash
 *   parts waits for one part at a time, so that they have their turns.
 * - The linear hash of a part is one thread's work from end to end; leaves are shared out among the others, or, where
 *   there is no other, done by the same.
 * - Threads that read files may wait for a disk. They are others than those that hash parts.
 */
import { availableParallelism } from 'node:os'
import { types } from 'node:util'
import { LEAF_SIZE } from './leaf-size.js'
import type { HashAnswer, MemoryOrder } from './hash-worker.js'
import { canRunThreads, ThreadHandle } from './worker-handle.js'
import { NodeStack, type Checksums } from './tree-hash.js'

/** Threads in all, unless one caller asks for more: beyond that, memory and network are slower than they. */
const MOST_THREADS = 8

/** Some threads; there is one at least. */
export type SomeThreads = readonly [ThreadHandle, ...ThreadHandle[]]

/** Threads that are shared. */
export class HashThreads {
  readonly #limit: number
  readonly #threads: ThreadHandle[] = []

  /** @param limit - threads in all, unless one caller asks for more */
  constructor(limit: number = Math.min(availableParallelism(), MOST_THREADS)) {
    this.#limit = limit
  }

  /** How many there are. */
  get size(): number {
    return this.#threads.length
  }

  /** Those of some threads that have least to do; `undefined` where threads cannot run. */
  take(count: number): SomeThreads | undefined {
    if (!canRunThreads()) return undefined
    const most = Math.max(this.#limit, count)
    for (let idle = this.#idle(); idle < count && this.size < most; idle++)
      this.#threads.push(new ThreadHandle())
    const byOrders = this.#threads.toSorted((a, b) => a.orders - b.orders)
    return byOrders.slice(0, count) as [ThreadHandle, ...ThreadHandle[]] // there is one at least
  }

  #idle(): number {
    return this.#threads.filter(({ orders }) => orders === 0).length
  }
}

/** The threads that hash parts. */
export const partThreads: HashThreads = new HashThreads()
/** The threads that read and hash files. */
export const fileThreads: HashThreads = new HashThreads()

/** Whether bytes lie where other threads can read them. */
export function isShared(bytes: Uint8Array): bytes is Uint8Array<SharedArrayBuffer> {
  return types.isSharedArrayBuffer(bytes.buffer)
}

/**
 * Both hashes of a part, made by threads. Its bytes must not change before this resolves.
 *
 * @param signal - stops the threads
 * @returns `undefined` where the threads cannot run, or were stopped
 */
export async function checksumsBy(
  [first, ...others]: SomeThreads,
  { buffer: memory, byteOffset, length }: Uint8Array<SharedArrayBuffer>,
  signal?: AbortSignal,
): Promise<Checksums | undefined> {
  const stop = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  const onAbort = (): void => {
    Atomics.store(stop, 0, 1)
  }
  signal?.addEventListener('abort', onAbort, { once: true })
  try {
    const part = { memory, start: byteOffset, end: byteOffset + length, stop }
    const [whole, ...runs] = await Promise.all([
      first.hash({ ...part, of: 'whole' }, signal),
      ...leavesBy(others.length > 0 ? others : [first], { ...part, of: 'leaves' }, signal),
    ])
    const nodes = new NodeStack()
    for (const run of runs) {
      if (!run) return undefined
      nodes.pushAll(run.digests)
    }
    if (!whole) return undefined
    return {
      linearHash: Buffer.from(whole.digests).toString('hex'),
      treeHash: nodes.root().toString('hex'),
    }
  } finally {
    signal?.removeEventListener('abort', onAbort)
  }
}

/** The leaves, in as many runs as there are threads. */
function leavesBy(
  threads: readonly ThreadHandle[],
  order: MemoryOrder,
  signal: AbortSignal | undefined,
): Promise<HashAnswer>[] {
  const leaves = Math.ceil((order.end - order.start) / LEAF_SIZE)
  const runSize = Math.ceil(leaves / threads.length) * LEAF_SIZE
  const asked: Promise<HashAnswer>[] = []
  for (const [i, thread] of threads.entries()) {
    const start = order.start + i * runSize
    const end = Math.min(start + runSize, order.end)
    if (start < end) asked.push(thread.hash({ ...order, start, end }, signal))
  }
  return asked
}
