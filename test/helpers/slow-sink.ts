import { Writable, type WritableOptions } from 'node:stream'
import { gate, type Gate } from './gate.js'

/** How a {@link SlowSink} takes its chunks. */
export interface SlowSinkOptions extends Pick<WritableOptions, 'objectMode' | 'highWaterMark'> {
  /** `'turns'`: one each turn of the event loop, the default; `'told'`: one each `take()`. */
  readonly takes?: 'turns' | 'told'
}

/**
 * A sink that is slower than any source, to see what the stages before it do meanwhile.
 *
 * It holds a chunk from when it was written until it is taken: `held` is what it holds now, `mostHeld` the most it
 * ever did, in bytes, or in chunks in object mode.
 */
export class SlowSink extends Writable {
  /** The chunks taken, in order. */
  readonly taken: unknown[] = []
  mostHeld = 0
  readonly #takes: 'turns' | 'told'
  #told: Gate = gate()
  #times = 0

  constructor({ takes = 'turns', ...options }: SlowSinkOptions = {}) {
    super({ highWaterMark: options.objectMode ? 1 : 16_384, ...options })
    this.#takes = takes
  }

  /** What it holds now; the chunk it is at is among it. */
  get held(): number {
    return this.writableLength
  }

  /** Has it take the next chunks, those still to come too. */
  take(chunks = 1): void {
    this.#times += chunks
    this.#told.open()
  }

  override _write(chunk: unknown, _encoding: BufferEncoding, callback: () => void): void {
    void this.#taking().then(() => {
      this.mostHeld = Math.max(this.mostHeld, this.held)
      this.taken.push(chunk)
      callback()
    })
  }

  async #taking(): Promise<void> {
    if (this.#takes === 'turns') return new Promise((resolve) => setImmediate(resolve))
    while (this.#times === 0) {
      this.#told = gate()
      await this.#told.opened
    }
    this.#times--
  }
}
