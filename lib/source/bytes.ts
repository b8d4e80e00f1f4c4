/**
 * The bytes of a chunk, whatever kind of chunk it is, and the name of a value that has none.
 */
import { types } from 'node:util'

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
    `A chunk must be a Buffer, a typed array, a DataView, an ArrayBuffer or a string, not ${kindOf(chunk)}.`,
  )
}

/** A value in an error message, by its kind: `null`, `a number`, `a Promise`. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value !== 'object') return `a ${typeof value}`
  const { constructor } = value as { readonly constructor?: { readonly name?: unknown } }
  const name = typeof constructor?.name === 'string' ? constructor.name : ''
  if (name === '' || name === 'Object') return 'a plain object'
  return `${/^[AEIOU]/.test(name) ? 'an' : 'a'} ${name}`
}
