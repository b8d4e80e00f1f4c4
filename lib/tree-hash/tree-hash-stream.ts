/**
 * The tree hash of whatever passes: any bytes in, the same bytes out.
 */
import { TreeHashMismatchError } from '../errors.js'
import { TREE_HASH } from '../options/rules.js'
import { checkOptions, type RulesOf } from '../options/check-options.js'
import { bytesOfChunk } from '../streams/bytes.js'
import { Transform, type TransformCallback } from '../streams/node-streams.js'
import { inTurns } from './yielding.js'
import { TreeHash } from './tree-hash.js'

/** Options of {@link treeHash}. */
export interface TreeHashStreamOptions {
  /** The tree hash the bytes must have, hex; where they have another, the stream fails before its end. */
  readonly expected?: string | undefined
}

const OPTIONS = { expected: TREE_HASH } satisfies RulesOf<TreeHashStreamOptions>

/**
 * A passthrough that takes the tree hash of what passes: of a download, a file being copied, a check.
 *
 * @throws {TypeError} an unknown option, or one of a wrong type
 * @throws {RangeError} a tree hash that is none
 * @throws {TreeHashMismatchError} `ERR_TREE_HASH_MISMATCH`, by the stream, where `expected` was given and not met
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

/** What {@link treeHash} gives. */
export class TreeHashStream extends Transform {
  readonly #hash = new TreeHash()
  readonly #expected: string | undefined
  #treeHash: string | undefined
  #size = 0

  constructor(options: TreeHashStreamOptions = {}) {
    const { expected } = checkOptions('treeHash', options, OPTIONS)
    // In object mode a wrong chunk is an error of the stream, where a byte stream throws at the writer.
    super({ writableObjectMode: true, writableHighWaterMark: 1 })
    this.#expected = expected?.toLowerCase()
  }

  /** The tree hash, lowercase hex; `undefined` until all bytes have passed. */
  get treeHash(): string | undefined {
    return this.#treeHash
  }

  /** Bytes that have passed so far. */
  get size(): number {
    return this.#size
  }

  override _transform(chunk: unknown, encoding: BufferEncoding, callback: TransformCallback): void {
    let bytes: Buffer
    try {
      bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : bytesOfChunk(chunk)
    } catch (error) {
      callback(error as Error) // a TypeError
      return
    }
    this.#size += bytes.length
    inTurns(
      bytes,
      (piece) => this.#hash.update(piece),
      () => this.destroyed,
    ).then(() => {
      callback(null, bytes)
    }, callback)
  }

  override _flush(callback: TransformCallback): void {
    this.#treeHash = this.#hash.digest('hex')
    const met = this.#expected === undefined || this.#expected === this.#treeHash
    callback(met ? null : new TreeHashMismatchError('archive', 'the stream', this.#expected, this.#treeHash))
  }
}
