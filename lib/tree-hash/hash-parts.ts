/**
 * The hashing stage: parts in, the same parts with their place and both hashes out.
 *
 * Each byte of a part is hashed twice, for the linear and for the tree hash; of a part of at most 1 MiB they are
 * equal, and it is hashed once. The bytes are passed on, never copied; they must not change before they are sent.
 * One part is held at a time: the next is taken when the last has been read.
 */
import { createHash } from 'node:crypto'
import { Transform, type TransformCallback } from '../stream.js'
import type { ByteRange } from '../vault/byte-range.js'
import { LEAF_SIZE } from '../vault/limits.js'
import { inTurns } from './in-turns.js'
import { TreeHash, type Checksums } from './tree-hash.js'

/** A part ready to be sent: its place in the archive, its bytes and both hashes. */
export interface HashedPart extends ByteRange, Checksums {
  /** 0-based. */
  readonly index: number
  readonly bytes: Uint8Array
}

/**
 * A Transform that turns parts (one Buffer each, in order) into {@link HashedPart}s. Both sides are in object mode.
 *
 * @example
 * ```ts
 * await pipeline(source, rechunk(partSize), hashParts(), archiveWriter(client, { vaultName, partSize }))
 * ```
 */
export function hashParts(): PartHasher {
  return new PartHasher()
}

/** What {@link hashParts} gives. */
export class PartHasher extends Transform {
  #index = 0
  #start = 0

  constructor() {
    super({ objectMode: true, highWaterMark: 1 })
  }

  override _transform(bytes: unknown, _encoding: BufferEncoding, callback: TransformCallback): void {
    if (!(bytes instanceof Uint8Array)) {
      callback(new TypeError(`A part must be a Buffer or a Uint8Array, not ${typeof bytes}.`))
    } else if (bytes.length === 0) {
      callback() // a re-chunker may end with an empty buffer; the service has no empty parts
    } else {
      this.#hash(bytes).then((part) => {
        callback(null, part)
      }, callback)
    }
  }

  async #hash(bytes: Uint8Array): Promise<HashedPart> {
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
    const index = this.#index++
    const start = this.#start
    this.#start += bytes.length
    const treeHash = tree.digest('hex')
    const linearHash = linear?.digest('hex') ?? treeHash
    return { index, start, end: this.#start, bytes, linearHash, treeHash }
  }
}
