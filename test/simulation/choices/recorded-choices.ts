/** Decisions that are recorded as they are made. */
import type { Choice, Choices } from './choices.js'

/** Makes the decisions of another maker, counts their occurrences, and reports each unusual outcome. */
export class RecordedChoices implements Choices {
  readonly #maker: Choices
  readonly #record: (choice: Choice) => void
  readonly #occurrences = new Map<string, number>()

  /** @param record - is called with each unusual outcome, in the order of the decisions */
  constructor(maker: Choices, record: (choice: Choice) => void) {
    this.#maker = maker
    this.#record = record
  }

  happens(name: string, probability: number): boolean {
    if (probability <= 0) return false
    return this.#recorded(name, false, this.#maker.happens(name, probability))
  }

  pick<Value extends string | number | boolean>(
    name: string,
    values: readonly [Value, ...Value[]],
    probability?: number,
  ): Value {
    if (probability === 0) return values[0]
    return this.#recorded(name, values[0], this.#maker.pick(name, values, probability))
  }

  between(name: string, usual: number, last: number, probability?: number): number {
    if (probability === 0) return usual
    return this.#recorded(name, usual, this.#maker.between(name, usual, last, probability))
  }

  #recorded<Value extends string | number | boolean>(name: string, usual: Value, value: Value): Value {
    const occurrence = (this.#occurrences.get(name) ?? 0) + 1
    this.#occurrences.set(name, occurrence)
    if (value !== usual) this.#record({ name, occurrence, outcome: String(value) })
    return value
  }
}
