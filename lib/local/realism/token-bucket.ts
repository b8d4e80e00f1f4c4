/**
 * A token bucket: it limits requests to a rate, and to a burst after a pause.
 *
 * - Its state is the time at which it will be full. Each token that is taken delays that time by the interval in which one
 *   token is refilled.
 * - When the clock is moved forward, the bucket fills, up to the burst. When the clock is set back, the bucket is at worst
 *   empty, and is refilled from then on.
 */

/** The maximum rounding error of sums of fractions of a millisecond, in milliseconds. */
const ROUNDING_MS = 0.01

/** A token bucket. */
export class TokenBucket {
  readonly #tokenMs: number
  readonly #burst: number
  #fullAt = -Infinity

  /**
   * @param tokensPerSecond - the rate at which it is refilled
   * @param burst - its capacity in tokens; it starts full
   */
  constructor(tokensPerSecond: number, burst: number) {
    this.#tokenMs = 1000 / tokensPerSecond
    this.#burst = burst
  }

  /**
   * Whether it has a token.
   *
   * @param now - the time, in milliseconds
   */
  hasToken(now: number): boolean {
    this.#fullAt = Math.min(this.#fullAt, now + this.#burst * this.#tokenMs) // the clock may have been set back
    return this.#fullAt - now <= (this.#burst - 1) * this.#tokenMs + ROUNDING_MS
  }

  /**
   * Takes a token, which it must have.
   *
   * @param now - the time, in milliseconds
   */
  take(now: number): void {
    this.#fullAt = Math.max(this.#fullAt, now) + this.#tokenMs
  }
}
