/**
 * What an upload takes as its source, and how it is read as bytes.
 */
import type { ReadableStream } from 'node:stream/web'
import { MIB } from '../vault/limits.js'
import { readParts, type PieceMemory } from './read-parts.js'

/** Anything that gives bytes: a Node or web stream, an (async) iterable of pieces, or one piece. */
export type ByteSource =
  | NodeJS.ReadableStream
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array>
  | Iterable<Uint8Array>
  | Uint8Array
  | FileDescriptor

/**
 * A file descriptor to read from where it stands, straight into the parts' memory: what takes the least time. A pipe or a
 * socket is closed at the end, anything else stays open.
 */
export interface FileDescriptor {
  readonly fd: number
  /** A stream that knows its descriptor is read as a stream. */
  readonly read?: undefined
}

/** What a source is iterated as. */
export type ByteIterable = AsyncIterable<Uint8Array> | Iterable<Uint8Array> | NodeJS.ReadableStream

/** Not shared: no thread hashes these pieces, and memory that is shared is collected too late to stay in a budget. */
const PIECES: PieceMemory = { size: MIB, take: () => Buffer.allocUnsafeSlow(MIB) }

/** Whether a source is a file descriptor. */
export function isDescriptor(source: ByteSource): source is FileDescriptor {
  return 'fd' in Object(source) && !('read' in Object(source))
}

/**
 * A source as something to iterate, or to pipe.
 *
 * @throws {TypeError} it is text, which is iterable too
 */
export function iterableOf(source: Exclude<ByteSource, FileDescriptor>): ByteIterable {
  // Both are iterable, but of numbers and of characters.
  if (typeof source === 'string')
    throw new TypeError('The source must give bytes, not text: encode it first.')
  return source instanceof Uint8Array ? [source] : source
}

/** Any source, a descriptor too, as something to iterate. */
export function anyIterableOf(source: ByteSource): ByteIterable {
  return isDescriptor(source) ? readParts(source.fd, PIECES) : iterableOf(source)
}
