/**
 * The hashing stage: it takes parts, and gives the same parts with their byte range and their hashes.
 *
 * Each byte of a part is hashed for the linear hash, and again for the tree hash if it is wanted. The bytes are passed on
 * and never copied; they must not change before they are sent. One part is held at a time: the next is taken when the
 * last has been read.
 */
import { setMaxListeners } from 'node:events'
import { oneOf, wholeNumber } from '../options/rules.js'
import { checkOptions, shown, type Rule, type RulesOf } from '../options/check-options.js'
import { Transform, type TransformCallback } from '../streams/node-streams.js'
import type { ByteRange } from '../byte-range.js'
import { partPool, type HashPool } from './hash-pool.js'
import { LEAF_SIZE } from './leaf-size.js'
import { partChecksums, type PartChecksums, type PartHashKinds } from './part-checksums.js'
import { checksumsByWorkers, isShared } from './pooled-checksums.js'

/** A part with its byte range in the archive, its bytes and its hashes. */
export interface HashedPart extends ByteRange, PartChecksums {
  /** Position among the parts of the archive, from 0. */
  readonly index: number
  /** The bytes of the part. */
  readonly bytes: Uint8Array
}

/** One thread for each hash of a part. With more, only the threads that hash leaves would have less to do. */
const DEFAULT_HASH_THREADS = 2

/** Options of {@link hashParts}. */
export interface HashPartsOptions {
  /**
   * The hashes to compute; default `both`. A bucket needs only `linear`, which is half the work: `writer.partHashes`
   * states what the store of a writer needs. A writer computes a hash that it needs and a part does not have.
   */
  readonly hashes?: PartHashKinds | undefined
  /**
   * Number of threads that hash a part of more than 1 MiB in shared memory, from the second part on; default 2. All
   * transfers of the process share them. The `linear` hash alone is made by one of them. With 0, and if threads cannot
   * run, the calling thread hashes parts, and yields to the event loop after each MiB.
   */
  readonly hashThreads?: number | undefined
}

/** The parts of a hasher that a simulation replaces. */
export interface HashContext {
  /** Bytes of a leaf; default those of the service. */
  readonly leafSize?: number | undefined
  /** The workers that hash; default those of the process. */
  readonly pool?: HashPool | undefined
}

/** The rule of a number of threads. */
export const HASH_THREADS: Rule = wholeNumber(0)
const HASH_PARTS = {
  hashes: oneOf('both', 'linear'),
  hashThreads: HASH_THREADS,
} satisfies RulesOf<HashPartsOptions>

/**
 * Makes the stage that turns parts (one Buffer each, in order) into {@link HashedPart}s. Both sides are in object mode.
 *
 * @throws {TypeError} an unknown option, or one of a wrong type
 * @throws {RangeError} `hashThreads` is not a whole number from 0 up, or `hashes` is another text
 *
 * @example
 * ```ts
 * await pipeline(source, rechunk(partSize), hashParts(), archiveWriter({ client, vaultName, partSize }))
 *
 * const writer = archiveWriter({ store: s3Store({ client, bucket, key }), partSize })
 * await pipeline(source, rechunk(partSize), hashParts({ hashes: writer.partHashes }), writer)
 * ```
 */
export function hashParts(options: HashPartsOptions = {}): PartHasher {
  return new PartHasher(options)
}

/** The stage that {@link hashParts} makes. */
export class PartHasher extends Transform {
  #index = 0
  #start = 0
  readonly #hashes: PartHashKinds
  readonly #hashThreads: number
  readonly #leafSize: number
  readonly #pool: HashPool
  /** Fires when the stage is destroyed. */
  readonly #ended = new AbortController()

  /** @internal */
  constructor(options: HashPartsOptions = {}, { leafSize = LEAF_SIZE, pool = partPool }: HashContext = {}) {
    const checked = checkOptions('hashParts', options, HASH_PARTS)
    const { hashes = 'both', hashThreads = DEFAULT_HASH_THREADS } = checked
    super({ objectMode: true, highWaterMark: 1 })
    this.#hashes = hashes
    this.#hashThreads = hashThreads
    this.#leafSize = leafSize
    this.#pool = pool
    setMaxListeners(0, this.#ended.signal) // one for each thread, and their number is not limited
  }

  /** @internal */
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

  /** @internal */
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

  /** A first part may be the only one, and a small part takes less time than a message: the calling thread hashes those. */
  async #checksums(bytes: Uint8Array): Promise<PartChecksums> {
    const isQuick = this.#index === 0 || bytes.length <= this.#leafSize
    if (isQuick || this.#hashThreads === 0 || !isShared(bytes)) return this.#hashOnMainThread(bytes)
    const workers = this.#pool.take(this.#hashes === 'both' ? this.#hashThreads : 1)
    const job = { kinds: this.#hashes, signal: this.#ended.signal, leafSize: this.#leafSize }
    const found = workers && (await checksumsByWorkers(workers, bytes, job))
    return found ?? this.#hashOnMainThread(bytes)
  }

  #hashOnMainThread(bytes: Uint8Array): Promise<PartChecksums> {
    return partChecksums(bytes, this.#hashes, () => this.destroyed, this.#leafSize)
  }
}
