/**
 * A limit on bytes a second, shared by all requests of a transfer: a token bucket that is never more than one chunkSize
 * ahead, so nothing is sent in bursts.
 */
import { isNumber } from '../options/rules.js'
import { rule, type Rule } from '../options/check-options.js'
import type { Clock } from '../runtime/clock.js'

/** Milliseconds' worth of bytes that are taken at once: so that the line is neither idle nor flooded. */
const STRIDE = 50
const LARGEST_TAKING = 65_536

/** The rule of a rate. */
export const RATE: Rule = rule('a number of bytes a second from 1 up', isNumber, (value) => {
  return value >= 1 && value < Infinity
})

/** Hands out the right to send. */
export class RateLimit {
  /** Bytes to take at once. */
  readonly chunkSize: number
  readonly #perMillisecond: number
  readonly #clock: Clock
  #freeAt = -Infinity

  /** @param rate - bytes a second */
  constructor(rate: number, clock: Clock) {
    this.#perMillisecond = rate / 1000
    this.chunkSize = Math.min(LARGEST_TAKING, Math.ceil(this.#perMillisecond * STRIDE))
    this.#clock = clock
  }

  /** Waits until these bytes may be sent. Those who ask first go first. */
  async take(bytes: number, signal?: AbortSignal): Promise<void> {
    const now = this.#clock.now()
    const at = Math.max(now, this.#freeAt)
    this.#freeAt = at + bytes / this.#perMillisecond
    if (at > now) await this.#clock.sleep(at - now, signal)
  }
}
