/** The faults of one run, by the rates that were drawn for it. */
import type { Choices } from '../choices/choices.js'
import type { FaultKind } from '../world/faults.js'
import type { Faults } from '../world/world.js'
import type { Rates } from '../world/swarm.js'

/** Decides on faults, and counts those that took effect. */
export class RunFaults implements Faults {
  readonly #choices: Choices
  #rates: Rates
  /** How often faults of each kind took effect. */
  readonly counts: Map<FaultKind, number> = new Map<FaultKind, number>()

  constructor(choices: Choices, rates: Rates) {
    this.#choices = choices
    this.#rates = rates
  }

  rate(kind: FaultKind): number {
    return this.#rates.get(kind) ?? 0
  }

  happens(kind: FaultKind, name: string): boolean {
    const rate = this.rate(kind)
    return rate > 0 && this.#choices.happens(name, rate)
  }

  tookEffect(kind: FaultKind): void {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1)
  }

  cease(): void {
    this.#rates = new Map()
  }
}
