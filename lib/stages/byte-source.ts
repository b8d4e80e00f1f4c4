/**
 * The sources of an upload, and how they are read as bytes.
 */
import { shown } from '../options/check-options.js'
import { bytesOf, type Bytes } from '../streams/bytes.js'
import { NodeSource, type NodeStream } from '../streams/node-source.js'
import { PulledSource } from '../streams/pulled-source.js'
import { pullIterable, pullWebStream, type Pull, type WebStream } from '../streams/pulls.js'
import { sourceError } from '../streams/source-error.js'
import type { Readable } from '../streams/node-streams.js'
import { MIB } from '../sizes.js'
import { assertDescriptor, readParts, type FileDescriptor, type PieceMemory } from './read-parts.js'

/** A chunk of a source. Text is encoded as UTF-8. */
export type ByteChunk = Bytes | string

/**
 * A source of bytes.
 *
 * - A Node.js stream of any age. It is destroyed if it is not read to its end.
 * - A web stream, a Blob or File, or a Response, of which the body is read. It is cancelled if it is not read to its end.
 * - An iterable or async iterable of chunks, such as an array or the result of a generator function.
 * - A Buffer, typed array, DataView, ArrayBuffer or SharedArrayBuffer.
 * - A {@link FileDescriptor}: a FileHandle or `{ fd }`. It stays open, and is the caller's to close.
 *
 * Chunks are bytes, or text from iterables and from Node.js streams in object mode. A string by itself is no source, and a
 * stream with an encoding set is refused: text that was decoded from bytes cannot be turned back into them. So is a
 * Node.js stream with `'readable'` listeners, also if one is added later: something else reads it.
 */
export type ByteSource =
  | NodeJS.ReadableStream
  | NodeStream
  | WebStream
  | BlobSource
  | ResponseSource
  | AsyncIterable<ByteChunk>
  | (Iterable<ByteChunk> & object)
  | Bytes
  | FileDescriptor

/** The part of a Blob that is used. */
export interface BlobSource {
  /** The size in bytes. */
  readonly size: number
  /** Makes a stream of the bytes. */
  stream(): WebStream
}

/** The part of a Response that is used. */
export interface ResponseSource {
  /** The HTTP status code. */
  readonly status: number
  /** Whether the body was read. */
  readonly bodyUsed: boolean
  /** The body; `null` if the response has none. */
  readonly body: WebStream | NodeStream | null
}

/** A source that was accepted: a Readable of bytes, or a descriptor, which is read into memory that is given later. */
export type OpenSource = Readable | FileDescriptor

/** Not shared: no thread hashes these pieces, and shared memory is collected too late to stay within a budget. */
const PIECES: PieceMemory = { size: MIB, take: () => Buffer.allocUnsafeSlow(MIB) }

/**
 * Accepts a source. No other function decides what a source is. From here on the library ends it.
 *
 * @throws {TypeError} the source gives no bytes, or was read before; it is left as it is
 */
export function openSource(source: ByteSource | OpenSource): OpenSource {
  if (source instanceof PulledSource || source instanceof NodeSource) return source
  if (typeof source === 'string' || source instanceof String)
    throw new TypeError('The source must give bytes, not text: encode it first, as with Buffer.from().')
  const bytes = bytesOf(source)
  if (bytes) return new PulledSource(pullIterable([bytes]))
  if (typeof source !== 'object' || (source as object | null) === null) throw noSource(source)
  if (isNodeStream(source)) return new NodeSource(source)
  if ('fd' in source && !isAnyIterable(source)) return checkedDescriptor(source)
  if (isWebStream(source)) return openWebStream(source)
  if (isResponse(source)) return openBody(source)
  if (isBlob(source)) return openWebStream(source.stream())
  if (isAnyIterable(source)) return openIterable(source)
  throw noSource(source)
}

/** Whether a source that was accepted is a file descriptor. */
export function isDescriptor(source: OpenSource): source is FileDescriptor {
  return !('pipe' in source)
}

/** Any source that was accepted, a descriptor too, as a Readable of bytes. */
export function readableOf(source: OpenSource): Readable {
  return isDescriptor(source) ? readParts(source, PIECES) : source
}

function openIterable(source: AsyncIterable<unknown> | Iterable<unknown>): Readable {
  let pull: Pull
  try {
    pull = pullIterable(source)
  } catch (error) {
    throw sourceError(error)
  }
  return new PulledSource(pull)
}

function openWebStream(source: WebStream): Readable {
  if (source.locked)
    throw new TypeError('The source is a web stream that is locked: something else reads it.')
  return new PulledSource(pullWebStream(source))
}

function openBody({ body, bodyUsed }: ResponseSource): OpenSource {
  if (bodyUsed) throw new TypeError('The source is a Response whose body was used: it can be read only once.')
  return openSource(body ?? [])
}

function checkedDescriptor(source: FileDescriptor): FileDescriptor {
  assertDescriptor(source, 'the source')
  return source
}

function isNodeStream(source: object): source is NodeStream {
  return hasMethod(source, 'pipe') && hasMethod(source, 'on')
}

function isWebStream(source: object): source is WebStream {
  return hasMethod(source, 'getReader')
}

function isBlob(source: object): source is BlobSource {
  return hasMethod(source, 'stream') && hasMethod(source, 'arrayBuffer')
}

/** Not a Request, which has a body too, and is more likely meant to be sent. */
function isResponse(source: object): source is ResponseSource {
  return 'body' in source && 'bodyUsed' in source && 'status' in source
}

function isAnyIterable(source: object): source is AsyncIterable<unknown> | Iterable<unknown> {
  return hasMethod(source, Symbol.asyncIterator) || hasMethod(source, Symbol.iterator)
}

function hasMethod(source: object, name: string | symbol): boolean {
  return typeof (source as Readonly<Record<string | symbol, unknown>>)[name] === 'function'
}

function noSource(source: unknown): TypeError {
  const isPromise = typeof source === 'object' && source !== null && hasMethod(source, 'then')
  const advice = isPromise
    ? ' Await it first.'
    : typeof source === 'function'
      ? ' If it returns a source, call it first.'
      : ''
  return new TypeError(
    'The source must be a stream, a Blob, a Response, an iterable of bytes, bytes, a FileHandle or { fd }, ' +
      `not ${shown(source)}.${advice}`,
  )
}
