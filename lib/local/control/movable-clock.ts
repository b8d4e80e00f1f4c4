/** The clock of a local server: the given clock, moved forward by the controls. Several servers can share one. */
import { DURATION } from '../service/option-rules.js'

/** The last time whose date in ISO 8601 has a year of four digits: dates are sorted as texts. */
const MAX_TIME_MS = Date.parse('9999-12-31T23:59:59.999Z')

/** A clock that can be moved forward. */
export class MovableClock {
  /** The given clock, in milliseconds, which controls do not move. */
  readonly given: () => number
  readonly #listeners: (() => void)[] = []
  #advancedMs = 0

  /** @param given - a clock, in milliseconds */
  constructor(given: () => number) {
    this.given = given
  }

  /** The time, in milliseconds. */
  readonly now = (): number => this.given() + this.#advancedMs

  /** Adds a function that is called each time the clock has been moved. */
  onAdvance(listener: () => void): void {
    this.#listeners.push(listener)
  }

  /**
   * Moves the clock forward.
   *
   * @param caller - the function that the time was given to, for messages
   * @throws {TypeError} not a number
   * @throws {RangeError} not milliseconds from 0 up, or past the year 9999
   */
  advance(milliseconds: number, caller: string): void {
    DURATION(milliseconds, 'milliseconds', caller)
    if (this.now() + milliseconds > MAX_TIME_MS)
      throw new RangeError(`The clock cannot be advanced by ${milliseconds} ms: its last year is 9999.`)
    this.#advancedMs += milliseconds
    for (const listener of this.#listeners) listener()
  }
}
