/**
 * A Readable of bytes over a Node.js stream of any age.
 *
 * It uses the events that all of them have: those of Node.js 0.8 have no state and may go on after `pause()`, and those of
 * readable-stream 1 change their methods when they are listened to.
 */
import { Readable } from './node-streams.js'
import { shown } from '../options/check-options.js'
import { bytesOfChunk } from './bytes.js'
import { decodedText, prematureClose, sourceError } from './source-error.js'

/** The part of a Node.js stream that is used; all but the first two is missing in one version or another. */
export interface NodeStream {
  on(event: string, listener: (...args: unknown[]) => void): unknown
  pipe(...args: unknown[]): unknown
  pause?(): unknown
  resume?(): unknown
  destroy?(error?: Error): unknown
  removeListener?(event: string, listener: (...args: unknown[]) => void): unknown
  listenerCount?(event: string): number
  readonly readable?: boolean
  readonly destroyed?: boolean
  readonly errored?: Error | null
  readonly readableEncoding?: string | null
  readonly readableEnded?: boolean
  readonly readableFlowing?: boolean | null
  readonly readableObjectMode?: boolean
  readonly write?: unknown
  readonly _readableState?: {
    readonly encoding?: string | null
    readonly objectMode?: boolean
    readonly endEmitted?: boolean
  }
  readonly _writableState?: unknown
}

/** The encoding that a stream decodes its bytes with; `undefined` where it gives bytes. */
export function encodingOf({ readableEncoding, _readableState: state }: NodeStream): string | undefined {
  return readableEncoding ?? state?.encoding ?? undefined
}

/**
 * A stream is listened to from the start, paused, so that nothing it says is missed while it waits to be read. It is
 * destroyed where it is not read to its end; one that ends is left to itself: a socket may still be written to.
 */
export class NodeSource extends Readable {
  readonly #source: NodeStream
  readonly #listeners: readonly (readonly [string, (...args: unknown[]) => void])[]
  #isPaused = true
  #isOver = false
  #hasFailed = false

  /** @throws {TypeError} the stream cannot be read, has ended, is read by others, or decodes its bytes to text */
  constructor(source: NodeStream) {
    assertReadable(source)
    super({ highWaterMark: 0 })
    this.#source = source
    this.on('error', () => undefined) // it may fail before a pipeline is made, which then finds the error
    const closed = (): void => {
      if (!this.#isOver) this.destroy(prematureClose())
    }
    const heard = (event: unknown): void => {
      if (event === 'readable' && !this.#isOver && hasFlow(source)) this.destroy(readByOthers())
    }
    this.#listeners = [
      ['data', this.#take.bind(this)],
      ['end', this.#end.bind(this)],
      ['error', this.#fail.bind(this)],
      ['close', closed],
      ['aborted', closed], // all that a response of Node.js before 15 says
      ['newListener', heard],
    ]
    source.pause?.() // before it is listened to, which makes it flow
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
      // What it says after its end is of no use, but an unheard error would end the process.
      if (event !== 'error') this.#source.removeListener?.(event, listener)
    }
    if (!this.#isOver) {
      this.#isOver = true
      this.#source.pause?.() // all that some can be told
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

  /** The source is still destroyed: an old one does not do it by itself. */
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

/** Whether a stream does not flow while it has 'readable' listeners. Those of Node.js before 9 flow all the same. */
function hasFlow({ readableFlowing }: NodeStream): boolean {
  return readableFlowing !== undefined
}

/** Its bytes would never come, or those twice that a listener puts back with `unshift()`. */
function readByOthers(): TypeError {
  return new TypeError(
    "The source is a stream with 'readable' listeners: something else reads it. Remove them; 'data' listeners may stay.",
  )
}
