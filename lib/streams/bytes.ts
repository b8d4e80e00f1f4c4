/**
 * The bytes of a chunk, whatever kind of chunk it is.
 */
import { types } from 'node:util'
import { shown } from '../options/check-options.js'

/** A piece of bytes: a Buffer, any typed array or DataView, or the memory behind one. */
export type Bytes = ArrayBufferView | ArrayBufferLike

/**
 * The bytes of a piece, without a copy.
 *
 * @returns `undefined` where the value is no piece of bytes
 * @throws {TypeError} the memory was transferred to another owner, so that its bytes are lost
 */
export function bytesOf(value: unknown): Buffer | undefined {
  if (Buffer.isBuffer(value) && value.length > 0) return value
  // Buffer.from() throws for memory that was transferred; a view of it looks like an empty one.
  if (ArrayBuffer.isView(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  if (types.isAnyArrayBuffer(value)) return Buffer.from(value)
  return undefined
}

/**
 * The bytes of a chunk: of a piece as it is, of text as UTF-8.
 *
 * @throws {TypeError} the chunk is neither
 */
export function bytesOfChunk(chunk: unknown): Buffer {
  const bytes = typeof chunk === 'string' ? Buffer.from(chunk, 'utf8') : bytesOf(chunk)
  if (bytes) return bytes
  throw new TypeError(
    `A chunk must be a Buffer, a typed array, a DataView, an ArrayBuffer or a string, not ${shown(chunk)}.`,
  )
}
