/**
 * Chunks as they arrive, without a copy, except that small ones are copied together: a Buffer takes about a hundred bytes
 * beside its content, so that a server that sends a range byte by byte would need a hundred times its size.
 */

/** Bytes below which a chunk is copied. */
const MIN_CHUNK_BYTES = 4096
/** Bytes that are copied together. */
const BLOCK_BYTES = 65_536

/** Gathers the chunks of a range. */
export class GatheredChunks {
  readonly #chunks: Uint8Array[] = []
  #block = Buffer.alloc(0)
  #blockBytes = 0

  /** Adds a chunk, which must not be changed afterwards. */
  add(chunk: Uint8Array): void {
    if (chunk.length >= MIN_CHUNK_BYTES) {
      this.#endBlock()
      this.#chunks.push(chunk)
      return
    }
    if (this.#blockBytes + chunk.length > this.#block.length) {
      this.#endBlock()
      this.#block = Buffer.allocUnsafeSlow(BLOCK_BYTES)
    }
    this.#block.set(chunk, this.#blockBytes)
    this.#blockBytes += chunk.length
  }

  /** All bytes in order. No chunk is added afterwards. */
  end(): readonly Uint8Array[] {
    this.#endBlock()
    return this.#chunks
  }

  /** Hands over the bytes of the block. The rest of the block takes the next ones. */
  #endBlock(): void {
    if (this.#blockBytes === 0) return
    this.#chunks.push(this.#block.subarray(0, this.#blockBytes))
    this.#block = this.#block.subarray(this.#blockBytes)
    this.#blockBytes = 0
  }
}
