/**
 * A Readable of bytes over a source that returns each chunk on request.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { Readable } from './node-streams.js'
import { shown } from '../options/check-options.js'
import type { Pull } from './pulls.js'
import { sourceError } from './source-error.js'

/**
 * Reads a source that returns each chunk on request. The next chunk is requested when the last one was taken, so a source
 * may use its buffer again. The source is cancelled unless it is read to its end.
 */
export class PulledSource extends Readable {
  readonly #pull: Pull
  /** Whether the source itself has ended or failed. */
  #isOver = false

  constructor(pull: Pull) {
    super({ highWaterMark: 0 })
    this.#pull = pull
    this.on('error', () => undefined) // it may fail before a pipeline is made, which then reports the error
  }

  override _read(): void {
    this.#pushNext().catch((error: unknown) => {
      this.destroy(sourceError(error))
    })
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    if (this.#isOver) this.#pull.release?.()
    else this.#pull.cancel(error)
    callback(error)
  }

  /** Pushes the next chunk that has bytes, or the end. It waits only for the source. */
  async #pushNext(): Promise<void> {
    for (;;) {
      const chunk = this.#nextChunk()
      const value = isThenable(chunk) ? await chunk : chunk
      if (this.destroyed) return
      if (this.#isOver) {
        this.push(null)
        return
      }
      const bytes = this.#pull.bytesOf(value)
      if (bytes.length > 0) {
        this.push(bytes)
        return
      }
      await nextTurn() // a source of empty chunks must not stop the event loop
    }
  }

  /** Requests a chunk. An error here is one of the source itself. */
  #nextChunk(): unknown {
    const valueOf = (step: unknown): unknown => {
      if (typeof step !== 'object' || step === null)
        throw new TypeError(`The method next() of an iterator must return an object, not ${shown(step)}.`)
      const { done, value } = step as { readonly done?: unknown; readonly value?: unknown }
      if (done) this.#isOver = true
      return done ? undefined : value // a synchronous iterator may return a promise, too
    }
    const failed = (error: unknown): never => {
      this.#isOver = true
      throw error
    }
    try {
      const step = this.#pull.next()
      return isThenable(step) ? Promise.resolve(step).then(valueOf, failed) : valueOf(step)
    } catch (error) {
      return failed(error)
    }
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { readonly then?: unknown } | null | undefined)?.then === 'function'
}
