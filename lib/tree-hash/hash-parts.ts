/**
 * The hashing stage: parts in, the same parts with their place and both hashes out.
 *
 * Each byte of a part is hashed twice, for the linear and for the tree hash; of a part of at most 1 MiB they are
 * equal, and it is hashed once. The bytes are passed on, never copied; they must not change before they are sent.
 * One part is held at a time: the next is taken when the last has been read.
 */
import { createHash } from 'node:crypto'
import { wholeNumber } from '../options/rules.js'
import { checkOptions, shown, type Rule, type RulesOf } from '../options/check-options.js'
import { Transform, type TransformCallback } from '../streams/node-streams.js'
import type { ByteRange } from '../byte-range.js'
import { LEAF_SIZE } from './leaf-size.js'
import { checksumsBy, isShared, partThreads } from './hash-pool.js'
import { inTurns } from './yielding.js'
import { TreeHash, type Checksums } from './tree-hash.js'

/** A part ready to be sent: its place in the archive, its bytes and both hashes. */
export interface HashedPart extends ByteRange, Checksums {
  /** 0-based. */
  readonly index: number
  readonly bytes: Uint8Array
}

/** One for each hash of a part: of more, only the leaves' would have less to do. */
const DEFAULT_THREADS = 2

/** Options of {@link hashParts}. */
export interface HashPartsOptions {
  /**
   * Threads that hash a part of more than 1 MiB lying in shared memory, from the second part on; default 2. They are
   * the process's: all its transfers share them. With 0, and wherever threads cannot run, the thread that this is called
   * in hashes parts, 1 MiB at a turn of its event loop.
   */
  readonly threads?: number | undefined
}

/** The rule of a number of threads. */
export const THREADS: Rule = wholeNumber(0)
const HASH_PARTS = { threads: THREADS } satisfies RulesOf<HashPartsOptions>

/**
 * A Transform that turns parts (one Buffer each, in order) into {@link HashedPart}s. Both sides are in object mode.
 *
 * @throws {TypeError} an unknown option, or one of a wrong type
 * @throws {RangeError} a number of threads that is none
 *
 * @example
 * ```ts
 * await pipeline(source, rechunk(partSize), hashParts(), archiveWriter(client, { vaultName, partSize }))
 * ```
 */
export function hashParts(options: HashPartsOptions = {}): PartHasher {
  return new PartHasher(options)
}

/** What {@link hashParts} gives. */
export class PartHasher extends Transform {
  #index = 0
  #start = 0
  readonly #threads: number
  /** Fires when the stage is destroyed. */
  readonly #ended = new AbortController()

  constructor(options: HashPartsOptions = {}) {
    const { threads = DEFAULT_THREADS } = checkOptions('hashParts', options, HASH_PARTS)
    super({ objectMode: true, highWaterMark: 1 })
    this.#threads = threads
  }

  override _transform(bytes: unknown, _encoding: BufferEncoding, callback: TransformCallback): void {
    if (!(bytes instanceof Uint8Array)) {
      callback(new TypeError(`A part must be a Buffer or a Uint8Array, not ${shown(bytes)}.`))
    } else if (bytes.length === 0) {
      callback() // a re-chunker may end with an empty buffer; the service has no empty parts
    } else {
      this.#hash(bytes).then((part) => {
        callback(null, part)
      }, callback)
    }
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#ended.abort()
    callback(error)
  }

  async #hash(bytes: Uint8Array): Promise<HashedPart> {
    const checksums = await this.#checksums(bytes)
    const index = this.#index++
    const start = this.#start
    this.#start += bytes.length
    return { index, start, end: this.#start, bytes, ...checksums }
  }

  /** A first part may be the only one, and a small one takes less time than asking: those are hashed here. */
  async #checksums(bytes: Uint8Array): Promise<Checksums> {
    const isQuick = this.#index === 0 || bytes.length <= LEAF_SIZE
    if (isQuick || this.#threads === 0 || !isShared(bytes)) return this.#here(bytes)
    const threads = partThreads.take(this.#threads)
    const found = threads && (await checksumsBy(threads, bytes, this.#ended.signal))
    return found ?? this.#here(bytes)
  }

  async #here(bytes: Uint8Array): Promise<Checksums> {
    const tree = new TreeHash()
    const linear = bytes.length > LEAF_SIZE ? createHash('sha256') : undefined
    await inTurns(
      bytes,
      (piece) => {
        tree.update(piece)
        linear?.update(piece)
      },
      () => this.destroyed,
    )
    const treeHash = tree.digest('hex')
    return { linearHash: linear?.digest('hex') ?? treeHash, treeHash }
  }
}
