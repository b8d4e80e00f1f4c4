/**
 * A stage that computes the tree hash of the bytes that pass through it.
 */
import { HashMismatchError } from '../errors.js'
import { TREE_HASH } from '../options/rules.js'
import { checkOptions, type RulesOf } from '../options/check-options.js'
import { bytesOfChunk } from '../streams/bytes.js'
import { Transform, type TransformCallback } from '../streams/node-streams.js'
import { TreeHash } from './tree-hash.js'
import { forEachLeafYielding } from './yielding.js'

/** Options of {@link treeHash}. */
export interface TreeHashStreamOptions {
  /** The tree hash that the bytes must have, as hex. With another one, the stream fails before its end. */
  readonly expected?: string | undefined
}

const OPTIONS = { expected: TREE_HASH } satisfies RulesOf<TreeHashStreamOptions>

/**
 * Makes a passthrough that computes the tree hash of the bytes, for instance of a download or of a file that is copied.
 *
 * @throws {TypeError} an unknown option, or one of a wrong type
 * @throws {RangeError} `expected` is not a tree hash
 * @throws {HashMismatchError} `ERR_HASH_MISMATCH`, as an error of the stream: the bytes do not have the
 *   expected tree hash
 *
 * @example
 * ```ts
 * const hash = treeHash()
 * await pipeline(createReadStream('backup.tar'), hash, createWriteStream('copy.tar'))
 * hash.treeHash // '7fce0b25…'
 * ```
 */
export function treeHash(options: TreeHashStreamOptions = {}): TreeHashStream {
  return new TreeHashStream(options)
}

/** The passthrough that {@link treeHash} makes. */
export class TreeHashStream extends Transform {
  readonly #hash = new TreeHash()
  readonly #expected: string | undefined
  #treeHash: string | undefined
  #size = 0

  /**
   * @param options - see {@link treeHash}
   * @internal
   */
  constructor(options: TreeHashStreamOptions = {}) {
    const { expected } = checkOptions('treeHash', options, OPTIONS)
    // In object mode a wrong chunk is an error of the stream, whereas `write()` of a byte stream throws.
    super({ writableObjectMode: true, writableHighWaterMark: 1 })
    this.#expected = expected?.toLowerCase()
  }

  /** The tree hash, lowercase hex; `undefined` until all bytes have passed. */
  get treeHash(): string | undefined {
    return this.#treeHash
  }

  /** Number of bytes that have passed so far. */
  get size(): number {
    return this.#size
  }

  /** @internal */
  override _transform(chunk: unknown, encoding: BufferEncoding, callback: TransformCallback): void {
    let bytes: Buffer
    try {
      bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : bytesOfChunk(chunk)
    } catch (error) {
      callback(error as Error) // a TypeError
      return
    }
    this.#size += bytes.length
    forEachLeafYielding(
      bytes,
      (leaf) => this.#hash.update(leaf),
      () => this.destroyed,
    ).then(() => {
      callback(null, bytes)
    }, callback)
  }

  /** @internal */
  override _flush(callback: TransformCallback): void {
    this.#treeHash = this.#hash.digest('hex')
    const isExpected = this.#expected === undefined || this.#expected === this.#treeHash
    callback(
      isExpected ? null : new HashMismatchError('archive', 'the stream', this.#expected, this.#treeHash),
    )
  }
}
