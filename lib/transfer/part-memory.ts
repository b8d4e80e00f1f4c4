/**
 * The memory parts are cut into. It is taken from the system once and used again for each part: fresh memory costs about
 * as much as hashing what is put in it, and comes back only when the garbage collector gets round to it. It is shared
 * memory, so that other threads can hash it where it is; where the runtime has none, ordinary memory does.
 */

import { constants } from 'node:buffer'
import { BYTES, hasMethods, isNumber, wholeNumber } from '../options/rules.js'
import { rule, type Rule } from '../options/check-options.js'

/** The rule of the size of a piece: what a Buffer can hold. */
export const PIECE_SIZE: Rule = wholeNumber(1, constants.MAX_LENGTH)
/** The rule of memory to take pieces from. */
export const PIECE_MEMORY: Rule = rule('memory for parts, as a PartMemory', (value): value is object => {
  return hasMethods(value, ['take']) && 'size' in value && isNumber(value.size)
})

/**
 * Gives out memory for parts of one size, and takes it back.
 *
 * @example
 * ```ts
 * const writer = archiveWriter(client, { vaultName: 'backups', partSize })
 * await pipeline(source, rechunk(partSize, { memory: writer.partMemory }), hashParts(), writer)
 * ```
 */
export class PartMemory {
  /** Bytes of each part. */
  readonly size: number
  readonly #free: ArrayBufferLike[] = []
  /** Weak: a part that is dropped and never given back must not stay in memory. */
  readonly #lent = new WeakSet<ArrayBufferLike>()

  /**
   * @param size - bytes of each part
   * @throws {TypeError} not a number
   * @throws {RangeError} not a whole number from 1 to what a Buffer can hold
   */
  constructor(size: number) {
    PIECE_SIZE(size, 'size', 'PartMemory')
    this.size = size
  }

  /** Memory of a part, with whatever it held before; of nobody else until it is given back. */
  take(): Buffer {
    const memory = this.#free.pop() ?? freshMemory(this.size)
    this.#lent.add(memory)
    return Buffer.from(memory)
  }

  /**
   * Takes a part's memory back: nothing reads those bytes any more. What was not taken here is left alone.
   *
   * @param bytes - the part, or as much of it as was filled
   * @throws {TypeError} not bytes
   */
  release(bytes: Uint8Array): void {
    BYTES(bytes, 'bytes', 'PartMemory.release')
    const { buffer } = bytes
    if (this.#lent.delete(buffer)) this.#free.push(buffer)
  }
}

function freshMemory(size: number): ArrayBufferLike {
  // Some runtimes and embedders take SharedArrayBuffer away. Unlike `new ArrayBuffer`, this is not touched to zero it.
  return 'SharedArrayBuffer' in globalThis ? new SharedArrayBuffer(size) : Buffer.allocUnsafeSlow(size).buffer
}
