/** A rate that several senders share. */

/** Time that may be caught up, so that a late timer does not lower the rate. */
const CATCH_UP_MS = 20

/** Gives each piece its time. Time that was not used is lost, except for that of late timers. */
export class SharedRate {
  #bytesPerMs
  /** When the next piece may be sent. */
  #next = 0

  /** @param {number} bytesPerSecond - 0: no limit */
  constructor(bytesPerSecond) {
    this.#bytesPerMs = bytesPerSecond / 1000
  }

  /**
   * Takes the next slot.
   *
   * @param {number} bytes - of the piece
   * @param {number} nowMs
   * @returns {number} milliseconds to wait before the piece is sent
   */
  take(bytes, nowMs) {
    if (this.#bytesPerMs === 0) return 0
    const at = Math.max(this.#next, nowMs - CATCH_UP_MS)
    this.#next = at + bytes / this.#bytesPerMs
    return Math.max(0, at - nowMs)
  }
}
