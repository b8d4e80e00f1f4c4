/**
 * Hashing in threads of its own, where bytes lie in shared memory: nothing is copied, and the event loop is free.
 *
 * - The linear hash of a part is one thread's work from end to end; leaves are shared out among the others, or, where
 *   there is no other, done by the same.
 * - A thread that cannot be started, or dies, fails what it was asked for; whoever asks can hash by itself.
 */
import { Worker } from 'node:worker_threads'
import { LEAF_SIZE } from '../vault/limits.js'
import type { FileOrder, HashAnswer, HashOrder } from './hash-thread.js'
import { NodeStack, type Checksums } from './tree-hash.js'

/** Digests of leaves that follow one another. */
export interface LeafRun {
  /** 32 bytes each, one behind the other. */
  readonly digests: Uint8Array
  /** Bytes that were hashed. */
  readonly size: number
}

/** Hashes in other threads, which are started with the first order and do not keep the process alive. */
export class HashThreads {
  readonly #count: number
  #threads: HashThread[] | undefined

  /** @param count - threads, at least one */
  constructor(count: number) {
    this.#count = count
  }

  /** Whether bytes lie where other threads can read them. */
  static canHash(bytes: Uint8Array): boolean {
    return bytes.buffer instanceof SharedArrayBuffer
  }

  /**
   * Both hashes of a part. Its bytes must not change before this resolves.
   *
   * @throws {Error} the threads cannot run here
   */
  async checksums(bytes: Uint8Array): Promise<Checksums> {
    const [first, ...others] = this.#started()
    const linear = first.hash({ bytes, of: 'whole' })
    const [whole, treeHash] = await Promise.all([
      linear,
      treeHashBy(others.length > 0 ? others : [first], bytes),
    ])
    return { linearHash: Buffer.from(whole.digests).toString('hex'), treeHash }
  }

  /**
   * The tree hash of bytes, lowercase hex, by all threads together. They must not change before this resolves.
   *
   * @throws {Error} the threads cannot run here
   */
  treeHash(bytes: Uint8Array): Promise<string> {
    return treeHashBy(this.#started(), bytes)
  }

  /**
   * Reads and hashes leaves of a file, by the thread that has least to do.
   *
   * @throws {Error} the threads cannot run here, or the file cannot be read
   */
  leavesOf(order: FileOrder): Promise<LeafRun> {
    return this.#started()
      .reduce((idlest, thread) => (thread.orders < idlest.orders ? thread : idlest))
      .hash(order)
  }

  /** Ends the threads; what they were asked for fails. */
  close(): void {
    for (const thread of this.#threads ?? []) thread.close()
    this.#threads = undefined
  }

  #started(): readonly [HashThread, ...HashThread[]] {
    this.#threads ??= Array.from({ length: this.#count }, () => new HashThread())
    return this.#threads as [HashThread, ...HashThread[]] // there is one at least
  }
}

/** The leaves in as many runs as there are threads, folded together. */
async function treeHashBy(threads: readonly HashThread[], bytes: Uint8Array): Promise<string> {
  const leaves = Math.ceil(bytes.length / LEAF_SIZE)
  const run = Math.ceil(leaves / threads.length) * LEAF_SIZE
  const asked: Promise<LeafRun>[] = []
  for (const [i, thread] of threads.entries()) {
    const piece = bytes.subarray(i * run, (i + 1) * run)
    if (piece.length > 0) asked.push(thread.hash({ bytes: piece, of: 'leaves' }))
  }
  const nodes = new NodeStack()
  for (const { digests } of await Promise.all(asked)) nodes.pushAll(digests)
  return nodes.root().toString('hex')
}

interface Waiting {
  readonly resolve: (run: LeafRun) => void
  readonly reject: (error: Error) => void
}

/** One thread, which answers in the order it was asked. */
class HashThread {
  readonly #worker = new Worker(new URL('./hash-thread.js', import.meta.url))
  readonly #waiting: Waiting[] = []
  #error: Error | undefined

  constructor() {
    this.#worker.unref()
    this.#worker.on('message', ({ digests, size }: HashAnswer) => {
      const waiting = this.#waiting.shift()
      if (digests) waiting?.resolve({ digests, size })
      else waiting?.reject(new Error('The file could not be read.'))
    })
    this.#worker.on('error', (error: Error) => {
      this.#fail(error)
    })
  }

  /** How many it has not answered yet. */
  get orders(): number {
    return this.#waiting.length
  }

  hash(order: HashOrder | FileOrder): Promise<LeafRun> {
    if (this.#error) return Promise.reject(this.#error)
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
      this.#worker.postMessage(order)
    })
  }

  close(): void {
    this.#fail(new Error('The hashing threads are closed.'))
    void this.#worker.terminate()
  }

  #fail(error: Error): void {
    this.#error = error
    for (const { reject } of this.#waiting.splice(0)) reject(error)
  }
}
