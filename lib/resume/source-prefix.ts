/**
 * The beginning of a source, read ahead to find the upload it belongs to; then the whole source is read as if nothing
 * had been read before. The bytes that are read ahead are held in memory: one part, of the largest requested part size.
 *
 * A source that is silent is left at once when the reader of its bytes is closed. So the bytes do not come from a
 * generator, which would wait for the source first.
 */
import { AbortError } from '../errors.js'
import { onAbort } from '../streams/caller-signal.js'
import type { Readable } from '../streams/node-streams.js'
import { openSource, readableOf, type ByteSource } from '../stages/byte-source.js'
import type { HashScheme } from '../store/hash-scheme.js'
import type { Content } from '../store/upload-journal.js'

/** A source whose beginning is known before it is uploaded. */
export class SourcePrefix {
  readonly #bytes: Readable
  readonly #iterator: AsyncIterator<Uint8Array, unknown>
  readonly #read: Uint8Array[] = []
  readonly #stopListening: () => void
  #size = 0
  #isEnded = false
  /** Whether the source has yet to give the next bytes. */
  #isWaiting = false

  /**
   * @param signal - ends the reading
   * @throws as {@link openSource}
   */
  constructor(source: ByteSource, signal?: AbortSignal) {
    this.#bytes = readableOf(openSource(source))
    this.#stopListening = onAbort(signal, () => {
      this.#bytes.destroy(new AbortError({ cause: signal?.reason }))
    })
    this.#bytes.once('close', this.#stopListening)
    this.#iterator = (this.#bytes as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]()
  }

  /**
   * The first part of the source, read as far as it is needed.
   *
   * @param partSize - bytes; the part is shorter if the source is
   * @param hashes - of the store
   * @returns `undefined` if the source has no byte
   * @throws as the source fails
   */
  async firstPart(partSize: number, hashes: HashScheme): Promise<Content | undefined> {
    while (this.#size < partSize && !this.#isEnded) {
      const bytes = await this.#next()
      if (!bytes) continue
      this.#read.push(Buffer.from(bytes)) // a copy: the source may use its buffer again
      this.#size += bytes.length
    }
    const size = Math.min(this.#size, partSize)
    if (size === 0) return undefined
    let left = size
    const hash = hashes.begin()
    for (const bytes of this.#read) {
      hash.update(bytes.subarray(0, left))
      left = Math.max(0, left - bytes.length)
    }
    return { size, hash: hash.digest() }
  }

  /** The source from its beginning; once. */
  bytes(): AsyncIterableIterator<Uint8Array, undefined> {
    const end = async (): Promise<IteratorReturnResult<undefined>> => {
      await this.close()
      return { done: true, value: undefined }
    }
    const iterator: AsyncIterableIterator<Uint8Array, undefined> = {
      next: async () => {
        const value = this.#read.shift() ?? (this.#isEnded ? undefined : await this.#next())
        return value ? { done: false, value } : end()
      },
      return: end,
      [Symbol.asyncIterator]: () => iterator,
    }
    return iterator
  }

  /** The next bytes; `undefined` at the end. */
  async #next(): Promise<Uint8Array | undefined> {
    this.#isWaiting = true
    const next = await this.#iterator.next()
    this.#isWaiting = false
    if (!next.done) return next.value
    this.#isEnded = true
    return undefined
  }

  /** Closes the source if it was not read to its end. */
  async close(): Promise<void> {
    this.#stopListening()
    if (!this.#isEnded && !this.#isWaiting) await this.#iterator.return?.()
    this.#isEnded = true
    this.#bytes.destroy() // an iterator that was never used leaves its stream open
  }
}
