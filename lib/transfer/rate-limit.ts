/**
 * A limit on bytes per second, shared by all requests of a transfer: a token bucket that is at most one chunk ahead, so
 * that nothing is sent in bursts.
 */
import { isNumber } from '../options/rules.js'
import { rule, type Rule } from '../options/check-options.js'
import type { Clock } from '../runtime/clock.js'
import { sleep } from './sleep.js'

/** A chunk is what may be sent in this time: the connection is neither idle nor flooded. */
const CHUNK_MS = 50
const MAX_CHUNK_BYTES = 65_536

/** The rule of a rate. */
export const RATE: Rule = rule('a number of bytes a second from 1 up', isNumber, (value) => {
  return value >= 1 && value < Infinity
})

/** Hands out the right to send. */
export class RateLimit {
  /** Bytes to take at once. */
  readonly chunkSize: number
  readonly #bytesPerMs: number
  readonly #clock: Clock
  #freeAt = -Infinity

  /** @param rate - bytes per second */
  constructor(rate: number, clock: Clock) {
    this.#bytesPerMs = rate / 1000
    this.chunkSize = Math.min(MAX_CHUNK_BYTES, Math.ceil(this.#bytesPerMs * CHUNK_MS))
    this.#clock = clock
  }

  /**
   * Waits until these bytes may be sent, in the order of the calls.
   *
   * @throws {AbortError} `ABORT_ERR`: the signal fired
   */
  async take(bytes: number, signal?: AbortSignal): Promise<void> {
    const now = this.#clock.now()
    const at = Math.max(now, this.#freeAt)
    this.#freeAt = at + bytes / this.#bytesPerMs
    if (at > now) await sleep(this.#clock, at - now, signal)
  }
}
