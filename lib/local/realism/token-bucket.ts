/**
 * A token bucket: so many requests at once, and as many a second as it refills.
 *
 * - Its whole state is the time at which it is full again. Each token that is taken puts that time off by what one token
 *   takes to come back.
 * - A clock that is moved on fills it, to the burst at the most. A clock that is set back leaves it empty at the most,
 *   so that it refills from then on.
 */

/** Milliseconds that sums of fractions of a millisecond may be off by. */
const ROUNDING_MS = 0.01

/** A token bucket. */
export class TokenBucket {
  readonly #tokenMs: number
  readonly #burst: number
  #fullAt = -Infinity

  /**
   * @param tokensPerSecond - how fast it refills
   * @param burst - how many tokens it holds; it starts full
   */
  constructor(tokensPerSecond: number, burst: number) {
    this.#tokenMs = 1000 / tokensPerSecond
    this.#burst = burst
  }

  /** Whether a token can be taken at a time in milliseconds. */
  hasToken(now: number): boolean {
    this.#fullAt = Math.min(this.#fullAt, now + this.#burst * this.#tokenMs) // the clock may have been set back
    return this.#fullAt - now <= (this.#burst - 1) * this.#tokenMs + ROUNDING_MS
  }

  /** Takes a token, which it must have. */
  take(now: number): void {
    this.#fullAt = Math.max(this.#fullAt, now) + this.#tokenMs
  }
}
