/**
 * Hashing in threads of its own, where bytes lie in shared memory: nothing is copied, and the event loop is free.
 *
 * - The linear hash of a part is one thread's work from end to end; leaves are shared out among the others, or, where
 *   there is no other, done by the same.
 * - A thread that cannot be started, or dies, fails what it was asked for; whoever asks can hash by itself.
 */
import { Worker } from 'node:worker_threads'
import { LEAF_SIZE } from '../vault/limits.js'
import type { HashOrder } from './hash-thread.js'
import { DIGEST_SIZE, NodeStack, type Checksums } from './tree-hash.js'

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
    return { linearHash: hexOf(whole), treeHash }
  }

  /**
   * The tree hash of bytes, lowercase hex, by all threads together. They must not change before this resolves.
   *
   * @throws {Error} the threads cannot run here
   */
  treeHash(bytes: Uint8Array): Promise<string> {
    return treeHashBy(this.#started(), bytes)
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
  const asked: Promise<Uint8Array>[] = []
  for (const [i, thread] of threads.entries()) {
    const piece = bytes.subarray(i * run, (i + 1) * run)
    if (piece.length > 0) asked.push(thread.hash({ bytes: piece, of: 'leaves' }))
  }
  const nodes = new NodeStack()
  for (const digests of await Promise.all(asked))
    for (let at = 0; at < digests.length; at += DIGEST_SIZE)
      nodes.push(digests.subarray(at, at + DIGEST_SIZE))
  return nodes.root().toString('hex')
}

function hexOf(digest: Uint8Array): string {
  return Buffer.from(digest).toString('hex')
}

interface Waiting {
  readonly resolve: (digests: Uint8Array) => void
  readonly reject: (error: Error) => void
}

/** One thread, which answers in the order it was asked. */
class HashThread {
  readonly #worker = new Worker(new URL('./hash-thread.js', import.meta.url))
  readonly #waiting: Waiting[] = []
  #error: Error | undefined

  constructor() {
    this.#worker.unref()
    this.#worker.on('message', (digests: Uint8Array) => this.#waiting.shift()?.resolve(digests))
    this.#worker.on('error', (error: Error) => {
      this.#fail(error)
    })
  }

  hash(order: HashOrder): Promise<Uint8Array> {
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
