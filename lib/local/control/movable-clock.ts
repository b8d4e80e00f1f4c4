/** The vault's clock: the given clock, moved forward by the controls. */
export class MovableClock {
  readonly #given: () => number
  #advancedMs = 0

  /** @param given - a clock, in milliseconds */
  constructor(given: () => number) {
    this.#given = given
  }

  /** The time, in milliseconds. */
  readonly now = (): number => this.#given() + this.#advancedMs

  /** Moves the clock forward. */
  advance(milliseconds: number): void {
    this.#advancedMs += milliseconds
  }
}
