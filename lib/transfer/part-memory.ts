/**
 * The memory that parts are cut into. It is allocated once and reused for each part: allocating costs about as much as
 * hashing, and only the garbage collector returns memory. It is shared memory, which worker threads hash without a copy;
 * if the runtime has none, it is ordinary memory.
 */
import { constants } from 'node:buffer'
import { BYTES, hasMethods, isNumber, wholeNumber } from '../options/rules.js'
import { rule, type Rule } from '../options/check-options.js'

/** The rule of the size of a piece: at most the size of a Buffer. */
export const PIECE_SIZE: Rule = wholeNumber(1, constants.MAX_LENGTH)
/** The rule of the memory of a stage. */
export const PIECE_MEMORY: Rule = rule('memory for parts, as a PartMemory', (value): value is object => {
  return hasMethods(value, ['take']) && 'size' in value && isNumber(value.size)
})

/**
 * A pool of memory for parts of one size.
 *
 * @example
 * ```ts
 * const writer = archiveWriter({ client, vaultName: 'backups', partSize })
 * await pipeline(source, rechunk(partSize, { memory: writer.partMemory }), hashParts(), writer)
 * ```
 */
export class PartMemory {
  /** Bytes of each part. */
  readonly size: number
  readonly #free: ArrayBufferLike[] = []
  /** Weak: a part that is dropped without a release must not stay in memory. */
  readonly #lent = new WeakSet<ArrayBufferLike>()

  /**
   * @param size - bytes of each part
   * @throws {TypeError} the size is not a number
   * @throws {RangeError} the size is not a whole number from 1 to the maximum size of a Buffer
   */
  constructor(size: number) {
    PIECE_SIZE(size, 'size', 'PartMemory')
    this.size = size
  }

  /** Returns the memory of one part, not cleared. It has no other user until it is released. */
  take(): Buffer {
    const memory = this.#free.pop() ?? freshMemory(this.size)
    this.#lent.add(memory)
    return Buffer.from(memory)
  }

  /**
   * Releases the memory of a part: nothing reads these bytes any more. Memory of another origin is ignored.
   *
   * @param bytes - the part, or the filled beginning of it
   * @throws {TypeError} `bytes` is not a Uint8Array
   */
  release(bytes: Uint8Array): void {
    BYTES(bytes, 'bytes', 'PartMemory.release')
    const { buffer } = bytes
    if (this.#lent.delete(buffer)) this.#free.push(buffer)
  }
}

function freshMemory(size: number): ArrayBufferLike {
  // Some runtimes have no SharedArrayBuffer. Unlike `new ArrayBuffer`, allocUnsafeSlow does not fill the memory with zeros.
  return 'SharedArrayBuffer' in globalThis ? new SharedArrayBuffer(size) : Buffer.allocUnsafeSlow(size).buffer
}
