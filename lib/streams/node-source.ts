/**
 * A Readable of bytes over a Node.js stream of any version.
 *
 * It uses only the events that all versions have. The streams of Node.js 0.8 have no state and may continue after
 * `pause()`, and those of readable-stream 1 change their methods when a listener is added.
 */
import { Readable } from './node-streams.js'
import { shown } from '../options/check-options.js'
import { bytesOfChunk } from './bytes.js'
import { decodedText, prematureClose, sourceError } from './source-error.js'

/** The members of a Node.js stream that are used. Each of them, except the first two, is missing in some version. */
export interface NodeStream {
  /** Adds a listener. */
  on(event: string, listener: (...args: unknown[]) => void): unknown
  /** Tells a stream from other event emitters; it is not called. */
  pipe(...args: unknown[]): unknown
  /** Stops the flow. */
  pause?(): unknown
  /** Starts the flow. */
  resume?(): unknown
  /** Ends the stream early. */
  destroy?(error?: Error): unknown
  /** Removes a listener. */
  removeListener?(event: string, listener: (...args: unknown[]) => void): unknown
  /** Counts the listeners of an event. */
  listenerCount?(event: string): number
  /** Whether the stream can be read. */
  readonly readable?: boolean
  /** Whether the stream was destroyed. */
  readonly destroyed?: boolean
  /** The error that the stream failed with. */
  readonly errored?: Error | null
  /** The encoding that the stream decodes its bytes with. */
  readonly readableEncoding?: string | null
  /** Whether the stream has ended. */
  readonly readableEnded?: boolean
  /** Whether the stream flows. */
  readonly readableFlowing?: boolean | null
  /** Whether the chunks are objects. */
  readonly readableObjectMode?: boolean
  /** The method of a writable stream; it is not called. */
  readonly write?: unknown
  /** The state of a readable stream, in versions without the properties above. */
  readonly _readableState?: {
    /** The encoding that the stream decodes its bytes with. */
    readonly encoding?: string | null
    /** Whether the chunks are objects. */
    readonly objectMode?: boolean
    /** Whether the stream has ended. */
    readonly endEmitted?: boolean
  }
  /** The state of a writable stream. */
  readonly _writableState?: unknown
}

/** The encoding that a stream decodes its bytes with; `undefined` if its chunks are bytes. */
export function encodingOf({ readableEncoding, _readableState: state }: NodeStream): string | undefined {
  return readableEncoding ?? state?.encoding ?? undefined
}

/**
 * Reads a Node.js stream. The listeners are added at once, and the stream is paused, so that no event is missed before
 * the first read. The stream is destroyed unless it is read to its end; a stream that ends is left open, because a
 * socket may still be written to.
 */
export class NodeSource extends Readable {
  readonly #source: NodeStream
  readonly #listeners: readonly (readonly [string, (...args: unknown[]) => void])[]
  #isPaused = true
  #isOver = false
  #hasFailed = false

  /** @throws {TypeError} the stream is not readable, has ended, is read by others, or decodes its bytes to text */
  constructor(source: NodeStream) {
    assertReadable(source)
    super({ highWaterMark: 0 })
    this.#source = source
    this.on('error', () => undefined) // it may fail before a pipeline is made, which then reports the error
    const onClose = (): void => {
      if (!this.#isOver) this.destroy(prematureClose())
    }
    const onNewListener = (event: unknown): void => {
      if (event === 'readable' && !this.#isOver && hasFlow(source)) this.destroy(readByOthers())
    }
    this.#listeners = [
      ['data', this.#take.bind(this)],
      ['end', this.#end.bind(this)],
      ['error', this.#fail.bind(this)],
      ['close', onClose],
      ['aborted', onClose], // the only event of an aborted response before Node.js 15
      ['newListener', onNewListener],
    ]
    source.pause?.() // before a listener is added, which starts the flow
    for (const [event, listener] of this.#listeners) source.on(event, listener)
    if (source.errored) this.destroy(sourceError(source.errored))
    else if (source.destroyed) this.destroy(prematureClose())
  }

  override _read(): void {
    if (!this.#isPaused) return
    this.#isPaused = false
    this.#source.resume?.()
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    for (const [event, listener] of this.#listeners) {
      // Its later events are of no use, except that an error without a listener would end the process.
      if (event !== 'error') this.#source.removeListener?.(event, listener)
    }
    if (!this.#isOver) {
      this.#isOver = true
      this.#source.pause?.() // some streams have no other way to be stopped
      this.#source.destroy?.(this.#hasFailed ? undefined : (error ?? undefined))
    }
    callback(error)
  }

  #take(chunk: unknown): void {
    if (this.#isOver) return
    try {
      const bytes = this.#bytesOf(chunk)
      if (bytes.length === 0 || this.push(bytes)) return
    } catch (error) {
      this.destroy(error as Error) // a TypeError
      return
    }
    this.#isPaused = true
    this.#source.pause?.()
  }

  #end(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.push(null)
  }

  /** The source is destroyed nevertheless: old streams do not do it themselves. */
  #fail(error: unknown): void {
    this.#hasFailed = true
    this.destroy(sourceError(error))
  }

  #bytesOf(chunk: unknown): Buffer {
    const { readableObjectMode, _readableState: state } = this.#source
    if (typeof chunk !== 'string') return bytesOfChunk(chunk)
    const isObjectMode = readableObjectMode ?? state?.objectMode ?? false
    if (!isObjectMode || encodingOf(this.#source) !== undefined) throw decodedText('The source')
    return bytesOfChunk(chunk)
  }
}

function assertReadable(source: NodeStream): void {
  const { _readableState: state, readableEnded, readable, destroyed, errored } = source
  if (readableEnded ?? state?.endEmitted)
    throw new TypeError('The source is a stream that has ended: it can be read only once.')
  // Streams of Node.js 0.8 have no state.
  const canBeWritten = source._writableState !== undefined || typeof source.write === 'function'
  const isWritableOnly = readable !== true && !state && canBeWritten
  const isUnreadable = readable === false && !destroyed && !errored
  if (isWritableOnly || isUnreadable)
    throw new TypeError(`The source is ${shown(source)} that cannot be read.`)
  if (hasFlow(source) && source.listenerCount?.('readable')) throw readByOthers()
  if (encodingOf(source) !== undefined) throw decodedText('The source')
}

/** Whether 'readable' listeners stop the flow of a stream, as they do from Node.js 9 on. */
function hasFlow({ readableFlowing }: NodeStream): boolean {
  return readableFlowing !== undefined
}

/** The bytes of such a stream would never arrive, or twice if a listener puts them back with `unshift()`. */
function readByOthers(): TypeError {
  return new TypeError(
    "The source is a stream with 'readable' listeners: something else reads it. Remove them; 'data' listeners may stay.",
  )
}
