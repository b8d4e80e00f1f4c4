/** Decisions that are drawn from a seed. */
import type { Choices } from './choices.js'
import type { Random } from './random.js'

/** Draws each decision with one pseudo-random number, in the order of the calls. A decision without a chance draws none. */
export class DrawnChoices implements Choices {
  readonly #random: Random

  constructor(random: Random) {
    this.#random = random
  }

  happens(_name: string, probability: number): boolean {
    return probability > 0 && this.#random() < probability
  }

  pick<Value extends string | number | boolean>(
    _name: string,
    values: readonly [Value, ...Value[]],
    probability?: number,
  ): Value {
    return values[this.#index(values.length, probability)] as Value
  }

  between(_name: string, usual: number, last: number, probability?: number): number {
    const index = this.#index(Math.abs(last - usual) + 1, probability)
    return last < usual ? usual - index : usual + index
  }

  /** An index below `count`: 0, unless something unusual happens. */
  #index(count: number, probability = (count - 1) / count): number {
    if (probability <= 0 || count < 2) return 0
    const drawn = this.#random() / probability
    return drawn < 1 ? 1 + Math.floor(drawn * (count - 1)) : 0
  }
}
