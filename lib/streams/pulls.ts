/**
 * Sources that are asked for each chunk: iterables and web streams.
 */
import { isObject, shown } from '../options/check-options.js'
import { bytesOfChunk } from './bytes.js'

/** A source that is asked for each chunk. */
export interface Pull {
  /** Asks for the next chunk. Sources that have it at once do not return a promise. */
  next(): PromiseLike<PullStep> | PullStep
  /** The bytes of a chunk. Throws a TypeError where it has none. */
  bytesOf(chunk: unknown): Buffer
  /** Ends a source that was not read to its end. Never throws and is not waited for. */
  cancel(reason: Error | null): void
  /** Lets go of a source that ended by itself. */
  release?(): void
}

/** An answer of a {@link Pull}. */
export interface PullStep {
  readonly done?: boolean | undefined
  readonly value?: unknown
}

/** The part of a web stream that is used, which the streams of other packages have, too. */
export interface WebStream {
  readonly locked: boolean
  getReader(): WebStreamReader
}

/** The part of a web stream's reader that is used. */
export interface WebStreamReader {
  read(): Promise<{ readonly done: boolean; readonly value?: unknown }>
  cancel(reason?: unknown): Promise<void>
  releaseLock(): void
}

/** The chunks of an iterable. A synchronous one may give promises, as with `for await`. */
export function pullIterable(source: AsyncIterable<unknown> | Iterable<unknown>): Pull {
  const iterate = asyncIteratorOf(source) ?? (source as Iterable<unknown>)[Symbol.iterator]
  const iterator: unknown = iterate.call(source)
  if (!isIterator(iterator))
    throw new TypeError(`An iterable must give an iterator with a method next(), not ${shown(iterator)}.`)
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
      release() // not after the cancelling, which may never end
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

/** Runs the end of a source: its errors are of no use to a reader that has ended. */
function quietly(end: () => unknown): void {
  try {
    Promise.resolve(end()).catch(() => undefined)
  } catch {
    // the same
  }
}
