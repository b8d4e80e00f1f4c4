/**
 * A Readable of bytes over a source that is asked for each chunk.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { Readable } from './node-streams.js'
import { shown } from '../options/check-options.js'
import type { Pull } from './pulls.js'
import { sourceError } from './source-error.js'

/**
 * A source is asked for the next chunk when the last one was taken, so that it may use its buffer again. It is
 * cancelled where it is not read to its end.
 */
export class PulledSource extends Readable {
  readonly #pull: Pull
  /** Whether the source has ended or failed by itself. */
  #isOver = false

  constructor(pull: Pull) {
    super({ highWaterMark: 0 })
    this.#pull = pull
    this.on('error', () => undefined) // it may fail before a pipeline is made, which then finds the error
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

  /** Pushes the next chunk that has bytes, or the end. Waits only where the source does. */
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

  /** Asks for a chunk; what fails here is the source itself. */
  #nextChunk(): unknown {
    const taken = (step: unknown): unknown => {
      if (typeof step !== 'object' || step === null)
        throw new TypeError(`An iterator must give an object for next(), not ${shown(step)}.`)
      const { done, value } = step as { readonly done?: unknown; readonly value?: unknown }
      if (done) this.#isOver = true
      return done ? undefined : value // a synchronous iterator may give a promise, too
    }
    const failed = (error: unknown): never => {
      this.#isOver = true
      throw error
    }
    try {
      const step = this.#pull.next()
      return isThenable(step) ? Promise.resolve(step).then(taken, failed) : taken(step)
    } catch (error) {
      return failed(error)
    }
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { readonly then?: unknown } | null | undefined)?.then === 'function'
}
