/** The world of one run. */
import { textOf, type Choice, type Choices } from '../choices/choices.js'
import { randomOf, type Random } from '../choices/random.js'
import { RecordedChoices } from '../choices/recorded-choices.js'
import type { InvariantName } from '../world/invariants.js'
import { Scheduler } from '../world/scheduler.js'
import type { Rates } from '../world/swarm.js'
import type { Network, World } from '../world/world.js'
import { RunFaults } from './run-faults.js'
import { Trace } from './trace.js'

/** A broken invariant. */
export interface Failure {
  readonly invariant: string
  readonly message: string
}

/** How a world is made. */
export interface WorldOptions {
  readonly seed: number
  readonly network: Network
  readonly choices: Choices
  readonly rates: Rates
  /** Whether the steps and the unusual choices are kept. It makes a run slower, and changes nothing else. */
  readonly records: boolean
}

/** A world, and the results of its run. */
export class RunWorld implements World {
  readonly seed: number
  readonly network: Network
  readonly choices: Choices
  readonly scheduler: Scheduler = new Scheduler()
  readonly faults: RunFaults
  /** The unusual choices in the order in which they were made, if they are recorded. */
  readonly recorded: Choice[] = []
  readonly trace: Trace | undefined
  readonly milestones: Map<string, number> = new Map<string, number>()
  /** The first broken invariant. */
  failure: Failure | undefined
  /** Whether an uncaught error occurred that may be of this run or of another one at the same time. */
  isUncertain = false
  #lastNumber = 0
  readonly #jitter = new Map<string, Random>()

  constructor({ seed, network, choices, rates, records }: WorldOptions) {
    this.seed = seed
    this.network = network
    this.trace = records ? new Trace() : undefined
    this.choices = records
      ? new RecordedChoices(choices, (choice) => {
          this.#record(choice)
        })
      : choices
    this.faults = new RunFaults(this.choices, rates)
  }

  note(who: string, text: () => string): void {
    this.trace?.add(this.scheduler.nowMs, who, text())
  }

  reached(milestone: string): void {
    this.milestones.set(milestone, (this.milestones.get(milestone) ?? 0) + 1)
  }

  fail(invariant: InvariantName, message: string): void {
    if (this.failure) return
    this.failure = { invariant, message }
    this.note('FAILED', () => `${invariant}: ${message}`)
  }

  number(): number {
    return ++this.#lastNumber
  }

  jitter(name: string): number {
    let random = this.#jitter.get(name)
    if (!random) {
      random = randomOf(this.seed, `jitter ${name}`)
      this.#jitter.set(name, random)
    }
    return random()
  }

  #record(choice: Choice): void {
    this.recorded.push(choice)
    this.note('choice', () => textOf(choice))
  }
}
