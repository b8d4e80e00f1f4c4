/**
 * How many requests are under way at once: as many as asked for while all goes well, half as many each time the
 * service or the line is found to be overrun (408, throttling, timeouts: docs/glacier-protocol.md#errors), one more
 * after each full window of successes.
 *
 * Requests that were under way at one halving belong to the window before it: that they fail, too, is the same news,
 * and that they succeed is none.
 */
import { AbortError } from '../errors.js'
import { failureKindOf } from '../store/failure.js'

/** Lets in as many at once as seems good. */
export class AdaptiveConcurrency {
  readonly #most: number
  readonly #waiting: (() => void)[] = []
  #current: number
  #underWay = 0
  #successes = 0
  #halvings = 0

  /** @param most - requests at once at the most, from 1 up */
  constructor(most: number) {
    this.#most = most
    this.#current = most
  }

  /** Requests let in at once as things stand. */
  get current(): number {
    return this.#current
  }

  /**
   * Runs a request when its turn comes.
   *
   * @throws {AbortError} the signal fired while it waited
   * @throws what the request threw
   */
  async run<T>(request: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    await this.#enter(signal)
    const window = this.#halvings
    return request()
      .then(
        (result) => {
          if (window === this.#halvings) this.#succeeded()
          return result
        },
        (error: unknown) => {
          if (window === this.#halvings && isOverrun(error)) this.#halve()
          throw error
        },
      )
      .finally(() => {
        this.#underWay--
        this.#letIn()
      })
  }

  async #enter(signal?: AbortSignal): Promise<void> {
    if (!signal?.aborted && this.#underWay < this.#current) this.#underWay++
    else if (signal?.aborted || !(await this.#queued(signal))) throw new AbortError({ cause: signal?.reason })
  }

  /** Whether it was let in, and counted as under way; else the signal fired. */
  #queued(signal?: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const enter = (): void => {
        signal?.removeEventListener('abort', leave)
        this.#underWay++
        resolve(true)
      }
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(enter), 1)
        resolve(false)
      }
      this.#waiting.push(enter)
      signal?.addEventListener('abort', leave, { once: true })
    })
  }

  #succeeded(): void {
    if (++this.#successes < this.#current || this.#current === this.#most) return
    this.#successes = 0
    this.#current++
  }

  #halve(): void {
    this.#halvings++
    this.#successes = 0
    this.#current = Math.max(1, Math.floor(this.#current / 2))
  }

  #letIn(): void {
    while (this.#underWay < this.#current && this.#waiting.length > 0) this.#waiting.shift()?.()
  }
}

function isOverrun(error: unknown): boolean {
  const kind = failureKindOf(error)
  return kind === 'slow' || kind === 'throttled'
}
