/**
 * The re-chunker: bytes in any pieces in, Buffers of exactly one size out, the last as short as necessary.
 *
 * - Every byte is copied once, into memory of the part it belongs to, and nothing else refers to that memory: a source
 *   may reuse its buffers, and the reader of a part owns it.
 * - One part is held at a time, being filled or waiting to be read, however long a write is: in the middle of one,
 *   cutting stops until the part has been taken.
 * - `write()` returns false until the bytes were copied. The writable side is in object mode, in which this stream decides
 *   which chunks it accepts: a wrong one is an error of the stream, whereas `write()` of a byte stream throws.
 * - The readable side is in object mode. In byte mode a paused reader joins neighbours (nodejs/node#44028), so under
 *   `for await` the boundaries would be lost.
 */
import { BOOLEAN, isString } from '../options/rules.js'
import { checkOptions, rule, type RulesOf } from '../options/check-options.js'
import { bytesOfChunk } from '../streams/bytes.js'
import { encodingOf, type NodeStream } from '../streams/node-source.js'
import { decodedText } from '../streams/source-error.js'
import { Transform, type TransformCallback } from '../streams/node-streams.js'
import { PIECE_MEMORY, PIECE_SIZE, type PartMemory } from '../transfer/part-memory.js'

/** Options of {@link rechunk}, those of stream-chunker with another default for `flush`. */
export interface RechunkOptions {
  /** Whether a last, shorter part is emitted at the end; default true. With false the tail is dropped. */
  readonly flush?: boolean | undefined
  /** Whether that last part is padded with zeros to the full size; default false. */
  readonly align?: boolean | undefined
  /**
   * The encoding that parts are decoded with; default: they are Buffers. Parts that are text are not in object mode, and
   * cannot be uploaded.
   */
  readonly encoding?: BufferEncoding | undefined
  /** Memory for the parts, of the same size; default fresh memory for each. A writer has one: `partMemory`. */
  readonly memory?: PartMemory | undefined
}

const ENCODING = rule('an encoding that Buffer knows', isString, (value) => Buffer.isEncoding(value))

const RECHUNK = {
  flush: BOOLEAN,
  align: BOOLEAN,
  encoding: ENCODING,
  memory: PIECE_MEMORY,
} satisfies RulesOf<RechunkOptions>

/**
 * A Transform that cuts a stream of bytes into Buffers of `size` bytes.
 *
 * It takes Buffers, typed arrays, DataViews and ArrayBuffers, and strings with the encoding that they are written with,
 * which is UTF-8 by default: `write('text', 'latin1')`. Anything else is a `TypeError` of the stream, and so is a stream
 * with an encoding set that is piped in: its text was bytes before, and it does not determine all of them.
 *
 * @param size - bytes of each part
 * @throws {TypeError} size is not a number, or an option is unknown or of a wrong type
 * @throws {RangeError} size is not a whole number from 1 to the maximum size of a Buffer, or not the size of the memory
 *
 * @example
 * ```ts
 * for await (const part of source.pipe(rechunk(16 * 2 ** 20))) console.log(part.length)
 * ```
 */
export function rechunk(size: number, options: RechunkOptions = {}): Rechunk {
  return new Rechunk(size, options)
}

/** The Transform that {@link rechunk} returns. */
export class Rechunk extends Transform {
  readonly #size: number
  readonly #flush: boolean
  readonly #align: boolean
  readonly #memory: PartMemory | undefined
  #part: Buffer | undefined
  #filled = 0
  #continueCut: (() => void) | undefined
  /** Whether a part was requested since the last one was pushed: it is not requested again before it is pushed. */
  #isRequested = false
  #defaultEncoding: BufferEncoding = 'utf8'
  /** The streams that are piped in. */
  readonly #sources = new Set<NodeStream>()

  /** @internal */
  constructor(size: number, options: RechunkOptions = {}) {
    PIECE_SIZE(size, 'size', 'rechunk')
    const { flush = true, align = false, encoding, memory } = checkOptions('rechunk', options, RECHUNK)
    if (memory && memory.size !== size)
      throw new RangeError(`The memory is for parts of ${memory.size} bytes, not ${size}.`)
    super({
      writableObjectMode: true,
      writableHighWaterMark: 1,
      readableObjectMode: encoding === undefined,
      readableHighWaterMark: 1,
      encoding,
    })
    this.#size = size
    this.#flush = flush
    this.#align = align
    this.#memory = memory
    this.on('pipe', (source: NodeStream) => {
      this.#sources.add(source)
      if (encodingOf(source) !== undefined) this.destroy(pipedText())
    })
    this.on('unpipe', (source: NodeStream) => {
      this.#sources.delete(source)
    })
  }

  /** Takes a chunk. Returns false until its bytes were copied: after `drain`, the caller may reuse its buffer. */
  override write(chunk: unknown, callback?: (error: Error | null | undefined) => void): boolean
  /** Takes a chunk, a string with the encoding that it is written with; default UTF-8. */
  override write(
    chunk: unknown,
    encoding?: BufferEncoding,
    callback?: (error: Error | null | undefined) => void,
  ): boolean
  override write(chunk: unknown, ...rest: unknown[]): boolean {
    // With room for one chunk `write()` always returns false, and `drain` always follows.
    super.write(chunk, ...(rest as []))
    return this.writableLength === 0 && this.writable
  }

  /** Sets the encoding of strings that are written without one. In object mode Node.js does not pass it on. */
  override setDefaultEncoding(encoding: BufferEncoding): this {
    super.setDefaultEncoding(encoding)
    this.#defaultEncoding = encoding
    return this
  }

  /** @internal */
  override _transform(chunk: unknown, encoding: BufferEncoding, callback: TransformCallback): void {
    let bytes: Buffer
    try {
      bytes = this.#bytesOf(chunk, encoding)
    } catch (error) {
      callback(error as Error) // a TypeError
      return
    }
    this.#cut(bytes, 0, callback)
  }

  /** @internal */
  override _flush(callback: TransformCallback): void {
    const part = this.#part
    if (!part || !this.#flush) callback()
    else callback(null, this.#align ? part.fill(0, this.#filled) : part.subarray(0, this.#filled))
  }

  /** Continues in the middle of a long write if one waits; otherwise requests the next write. */
  override _read(hint: number): void {
    this.#isRequested = true
    const continueCut = this.#continueCut
    this.#continueCut = undefined
    continueCut?.()
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- #continueCut may have pushed, which clears it
    if (this.#isRequested) super._read(hint) // still unanswered: the next write is needed
  }

  #bytesOf(chunk: unknown, encoding: BufferEncoding): Buffer {
    if (typeof chunk !== 'string') return bytesOfChunk(chunk)
    // It may have been set after the source was piped in.
    if ([...this.#sources].some((source) => encodingOf(source) !== undefined)) throw pipedText()
    return Buffer.from(chunk, (encoding as BufferEncoding | undefined) ?? this.#defaultEncoding)
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
      this.#isRequested = false
      if (!this.push(part) && at < bytes.length) {
        this.#continueCut = () => {
          this.#cut(bytes, at, callback)
        }
        return
      }
    }
    callback()
  }
}

function pipedText(): TypeError {
  return decodedText('The stream that is piped in')
}
