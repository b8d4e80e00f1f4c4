/**
 * The bytes of a chunk of any kind.
 */
import { types } from 'node:util'
import { shown } from '../options/check-options.js'

/** Bytes in memory: a Buffer, any other typed array, a DataView, or the ArrayBuffer behind one. */
export type Bytes = ArrayBufferView | ArrayBufferLike

/**
 * Views bytes in memory as a Buffer, without a copy.
 *
 * @returns `undefined` if the value is not bytes
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
 * The bytes of a chunk: bytes as they are, and a string as UTF-8.
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
