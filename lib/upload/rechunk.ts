/**
 * The re-chunker: bytes in any pieces in, Buffers of exactly one size out, the last as short as it must be.
 *
 * - Every byte is copied once, into memory of the part it belongs to, and nothing else refers to that memory: a source
 *   may reuse its buffers, and who reads a part owns it.
 * - One part is held at a time, being filled or waiting to be read, however long a write is: in the middle of one,
 *   cutting stops until the part has been taken.
 * - The readable side is in object mode. In byte mode a paused reader joins neighbours (nodejs/node#44028), so under
 *   `for await` the boundaries would be lost.
 */
import { BOOLEAN } from '../option-rules.js'
import { checkOptions, type RulesOf } from '../options.js'
import { Transform, type TransformCallback } from '../stream.js'
import { PIECE_MEMORY, PIECE_SIZE, type PartMemory } from './part-memory.js'

/** Options of {@link rechunk}, those of stream-chunker with another default for `flush`. */
export interface RechunkOptions {
  /** Whether a last, shorter part is given out at the end; default true. Without, the tail is dropped. */
  readonly flush?: boolean | undefined
  /** Whether that last part is filled up with zeros to the full size; default false. */
  readonly align?: boolean | undefined
  /** Where parts are cut into, of the same size; default fresh memory for each. A writer has one: `partMemory`. */
  readonly memory?: PartMemory | undefined
}

const RECHUNK = {
  flush: BOOLEAN,
  align: BOOLEAN,
  memory: PIECE_MEMORY,
} satisfies RulesOf<RechunkOptions>

/**
 * A Transform that cuts a stream of bytes into Buffers of `size` bytes.
 *
 * @param size - bytes of each part
 * @throws {TypeError} size is not a number, or an option is unknown or of a wrong type
 * @throws {RangeError} size is not a whole number from 1 to what a Buffer can hold, or not that of the memory
 *
 * @example
 * ```ts
 * for await (const part of source.pipe(rechunk(16 * 2 ** 20))) console.log(part.length)
 * ```
 */
export function rechunk(size: number, options: RechunkOptions = {}): Rechunk {
  return new Rechunk(size, options)
}

/** What {@link rechunk} gives. */
export class Rechunk extends Transform {
  readonly #size: number
  readonly #flush: boolean
  readonly #align: boolean
  readonly #memory: PartMemory | undefined
  #part: Buffer | undefined
  #filled = 0
  #goOn: (() => void) | undefined
  /** Whether a part was asked for since the last one was pushed: nobody asks again before it comes. */
  #asked = false

  constructor(size: number, options: RechunkOptions = {}) {
    PIECE_SIZE(size, 'size', 'rechunk')
    const { flush = true, align = false, memory } = checkOptions('rechunk', options, RECHUNK)
    if (memory && memory.size !== size)
      throw new RangeError(`The memory is for parts of ${memory.size} bytes, not ${size}.`)
    super({ readableObjectMode: true, readableHighWaterMark: 1, decodeStrings: false })
    this.#size = size
    this.#flush = flush
    this.#align = align
    this.#memory = memory
  }

  override _transform(bytes: unknown, _encoding: BufferEncoding, callback: TransformCallback): void {
    if (Buffer.isBuffer(bytes)) this.#cut(bytes, 0, callback)
    else
      callback(
        new TypeError('Bytes are needed, not strings: text read from binary data cannot be turned back.'),
      )
  }

  override _flush(callback: TransformCallback): void {
    const part = this.#part
    if (!part || !this.#flush) callback()
    else callback(null, this.#align ? part.fill(0, this.#filled) : part.subarray(0, this.#filled))
  }

  /** Goes on in the middle of a long write where one waits, else asks for the next. */
  override _read(hint: number): void {
    this.#asked = true
    const goOn = this.#goOn
    this.#goOn = undefined
    goOn?.()
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- #goOn may have pushed, which clears it
    if (this.#asked) super._read(hint) // still unanswered: the next write is needed
  }

  #cut(bytes: Buffer, from: number, callback: TransformCallback): void {
    let at = from
    while (at < bytes.length) {
      // Not zeroed, nor from the shared pool: a short stream touches no more of it than it has bytes.
      this.#part ??= this.#memory?.take() ?? Buffer.allocUnsafeSlow(this.#size)
      const copied = bytes.copy(this.#part, this.#filled, at)
      at += copied
      this.#filled += copied
      if (this.#filled < this.#size) break
      const part = this.#part
      this.#part = undefined
      this.#filled = 0
      this.#asked = false
      if (!this.push(part) && at < bytes.length) {
        this.#goOn = () => {
          this.#cut(bytes, at, callback)
        }
        return
      }
    }
    callback()
  }
}
