/** Decisions that are read from a list. */
import { textOf, type Choice, type Choices, type Outcome } from './choices.js'

/** Gives each listed decision its outcome, and every other one its usual outcome. */
export class ListedChoices implements Choices {
  readonly #outcomes = new Map<string, Map<number, Choice>>()
  readonly #occurrences = new Map<string, number>()
  readonly #unapplied: Set<Choice>

  /** @throws {Error} a decision is listed twice */
  constructor(choices: readonly Choice[]) {
    this.#unapplied = new Set(choices)
    for (const choice of choices) {
      const outcomes = this.#outcomes.get(choice.name) ?? new Map<number, Choice>()
      if (outcomes.has(choice.occurrence)) throw new Error(`The list has two choices ${textOf(choice)}.`)
      this.#outcomes.set(choice.name, outcomes.set(choice.occurrence, choice))
    }
  }

  /** The listed choices that did not apply so far: their decision was not made, or does not have this outcome. */
  get unapplied(): readonly Choice[] {
    return [...this.#unapplied]
  }

  happens(name: string, probability: number): boolean {
    if (probability <= 0) return false
    return this.#decided(name, false, (outcome) => (outcome === 'true' ? true : undefined))
  }

  pick<Value extends string | number | boolean>(
    name: string,
    values: readonly [Value, ...Value[]],
    probability?: number,
  ): Value {
    if (probability === 0) return values[0]
    return this.#decided(name, values[0], (outcome) => values.find((value) => String(value) === outcome))
  }

  between(name: string, usual: number, last: number, probability?: number): number {
    if (probability === 0) return usual
    const [low, high] = usual < last ? [usual, last] : [last, usual]
    return this.#decided(name, usual, (outcome) => {
      const value = Number(outcome)
      return Number.isInteger(value) && value >= low && value <= high ? value : undefined
    })
  }

  #decided<Value>(name: string, usual: Value, valueOf: (outcome: Outcome) => Value | undefined): Value {
    const outcomes = this.#outcomes.get(name)
    if (!outcomes) return usual
    const occurrence = (this.#occurrences.get(name) ?? 0) + 1
    this.#occurrences.set(name, occurrence)
    const choice = outcomes.get(occurrence)
    const value = choice && valueOf(choice.outcome)
    if (choice === undefined || value === undefined) return usual
    this.#unapplied.delete(choice)
    return value
  }
}
