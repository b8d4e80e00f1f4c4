/**
 * The number of requests in flight: the maximum while all goes well, half as many each time the service or the
 * connection is overloaded (408, throttling, timeouts: docs/glacier-protocol.md#errors), and one more after each full
 * window of successes.
 *
 * Requests that were in flight when the number was halved belong to the window before: their failures have the same
 * cause, and their successes prove nothing.
 */
import { AbortError } from '../errors.js'
import { failureKindOf } from '../store/failure.js'

/** Limits the number of requests in flight, and adapts the limit to their results. */
export class AdaptiveConcurrency {
  readonly #maxRequests: number
  readonly #waiting: (() => void)[] = []
  #current: number
  #inFlight = 0
  #successes = 0
  /** The number of times the limit was halved, which identifies the window. */
  #window = 0

  /** @param maxRequests - maximum number of requests in flight, from 1 up */
  constructor(maxRequests: number) {
    this.#maxRequests = maxRequests
    this.#current = maxRequests
  }

  /** The current limit. */
  get current(): number {
    return this.#current
  }

  /**
   * Runs a request as soon as the limit allows.
   *
   * @throws {AbortError} `ABORT_ERR`: the signal fired while the request waited
   * @throws the error of the request
   */
  async run<T>(request: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    await this.#enter(signal)
    const window = this.#window
    return request()
      .then(
        (result) => {
          if (window === this.#window) this.#succeeded()
          return result
        },
        (error: unknown) => {
          if (window === this.#window && isOverload(error)) this.#halve()
          throw error
        },
      )
      .finally(() => {
        this.#inFlight--
        this.#startWaiting()
      })
  }

  async #enter(signal?: AbortSignal): Promise<void> {
    if (!signal?.aborted && this.#inFlight < this.#current) this.#inFlight++
    else if (signal?.aborted || !(await this.#queued(signal))) throw new AbortError({ cause: signal?.reason })
  }

  /** Resolves to `true` when the request may start, and is counted as in flight; to `false` when the signal fires. */
  #queued(signal?: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const enter = (): void => {
        signal?.removeEventListener('abort', leave)
        this.#inFlight++
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
    if (++this.#successes < this.#current || this.#current === this.#maxRequests) return
    this.#successes = 0
    this.#current++
  }

  #halve(): void {
    this.#window++
    this.#successes = 0
    this.#current = Math.max(1, Math.floor(this.#current / 2))
  }

  #startWaiting(): void {
    while (this.#inFlight < this.#current && this.#waiting.length > 0) this.#waiting.shift()?.()
  }
}

function isOverload(error: unknown): boolean {
  const kind = failureKindOf(error)
  return kind === 'slow' || kind === 'throttled'
}
