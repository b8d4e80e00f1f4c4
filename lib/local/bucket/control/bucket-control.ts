/** The controls of a local bucket, for tests: they move its clock and end restores. */
import type { MovableClock } from '../../control/movable-clock.js'
import type { Restores } from '../storage/restores.js'

/**
 * Controls of a running local bucket.
 *
 * @example
 * ```ts
 * const bucket = await startLocalBucket({ dir, restoreDelay: 'realistic' })
 * // … RestoreObject …
 * bucket.control.completeRestores()
 * bucket.control.advanceClock(3 * 86_400_000) // the restored copy has expired
 * ```
 */
export class BucketControl {
  readonly #clock: MovableClock
  readonly #restores: Restores

  /** @internal */
  constructor(clock: MovableClock, restores: Restores) {
    this.#clock = clock
    this.#restores = restores
  }

  /** The time of the bucket's clock. */
  get time(): Date {
    return new Date(this.#clock.now())
  }

  /**
   * Moves the bucket's clock forward, and with it that of the local vault whose controls it shares. Signatures are checked
   * against the time before, so that clients continue to work.
   *
   * @throws {TypeError} not a number
   * @throws {RangeError} not milliseconds from 0 up, or past the year 9999, the last whose dates have four digits
   */
  advanceClock(milliseconds: number): void {
    this.#clock.advance(milliseconds, 'BucketControl.advanceClock')
  }

  /** Makes all objects readable whose restore is in progress. It does not outlast this server. */
  completeRestores(): void {
    this.#restores.completeAll()
  }
}
