/**
 * Sources that return each chunk on request: iterables and web streams.
 */
import { isObject, shown } from '../options/check-options.js'
import { bytesOfChunk } from './bytes.js'

/** A source that returns each chunk on request. */
export interface Pull {
  /** Requests the next chunk. A source that has it at once does not return a promise. */
  next(): PromiseLike<PullStep> | PullStep
  /** The bytes of a chunk. Throws a TypeError if the chunk is not bytes. */
  bytesOf(chunk: unknown): Buffer
  /** Ends a source that was not read to its end. It never throws and is not waited for. */
  cancel(reason: Error | null): void
  /** Releases a source that has ended. */
  release?(): void
}

/** The result of a request for a chunk. */
export interface PullStep {
  /** Whether the source has ended. */
  readonly done?: boolean | undefined
  /** The chunk. */
  readonly value?: unknown
}

/** The members of a web stream that are used. The streams of other packages have them, too. */
export interface WebStream {
  /** Whether a reader reads the stream. */
  readonly locked: boolean
  /** Makes a reader, which locks the stream. */
  getReader(): WebStreamReader
}

/** The result of a read of a {@link WebStreamReader}. */
export interface WebStreamResult {
  /** Whether the stream has ended. */
  readonly done: boolean
  /** The chunk. */
  readonly value?: unknown
}

/** The members of a web stream's reader that are used. */
export interface WebStreamReader {
  /** Reads a chunk. */
  read(): Promise<WebStreamResult>
  /** Ends the stream early. */
  cancel(reason?: unknown): Promise<void>
  /** Unlocks the stream. */
  releaseLock(): void
}

/** The chunks of an iterable. A synchronous one may return promises, as with `for await`. */
export function pullIterable(source: AsyncIterable<unknown> | Iterable<unknown>): Pull {
  const iterate = asyncIteratorOf(source) ?? (source as Iterable<unknown>)[Symbol.iterator]
  const iterator: unknown = iterate.call(source)
  if (!isIterator(iterator))
    throw new TypeError(`An iterable must return an iterator with a method next(), not ${shown(iterator)}.`)
  return {
    next: () => iterator.next(),
    bytesOf: bytesOfChunk,
    cancel: () => {
      quietly(() => iterator.return?.())
    },
  }
}

/** The chunks of a web stream, which is locked. */
export function pullWebStream(source: WebStream): Pull {
  const reader = source.getReader()
  const release = (): void => {
    quietly(() => {
      reader.releaseLock()
    })
  }
  return {
    next: () => reader.read(),
    bytesOf: (chunk) => {
      // It may come from a TextDecoderStream.
      if (typeof chunk !== 'string') return bytesOfChunk(chunk)
      throw new TypeError(
        'A chunk of a web stream must be bytes, not a string: encode text with a TextEncoderStream.',
      )
    },
    cancel: (reason) => {
      quietly(() => reader.cancel(reason))
      release() // at once: the cancellation may never end
    },
    release,
  }
}

function asyncIteratorOf(source: object): (() => unknown) | undefined {
  const { [Symbol.asyncIterator]: iterate } = source as Partial<AsyncIterable<unknown>>
  return typeof iterate === 'function' ? iterate : undefined
}

function isIterator(value: unknown): value is AsyncIterator<unknown> | Iterator<unknown> {
  return isObject(value) && typeof (value as { readonly next?: unknown }).next === 'function'
}

/** Ends a source and ignores its errors: the reader has ended. */
function quietly(end: () => unknown): void {
  try {
    Promise.resolve(end()).catch(() => undefined)
  } catch {
    // the same
  }
}
