/**
 * One run: a scenario in a world, until it ends or breaks an invariant.
 *
 * - A run depends on its seed, or on its list of choices, and on nothing else: worlds share no state, and everything that
 *   an event causes is done before the next event of its world.
 * - Several runs may take place at the same time. Each has its own turns of the event loop.
 */
import type { Choice } from '../choices/choices.js'
import { DrawnChoices } from '../choices/drawn-choices.js'
import { randomOf } from '../choices/random.js'
import type { FaultKind } from '../world/faults.js'
import { START_MS, turn } from '../world/scheduler.js'
import { drawRates } from '../world/swarm.js'
import type { Network, World } from '../world/world.js'
import { RunWorld, type Failure } from './run-world.js'
import type { Trace } from './trace.js'
import { whileActive } from './uncaught.js'

/** The events of a run: the processes, the disturbances, and the checks of the invariants. */
export interface Scenario {
  (world: World): Promise<void>
  /** Loads what a network needs. It is called before each run, outside of it. */
  readonly prepare?: ((network: Network) => Promise<void>) | undefined
}

/** The result of a run. */
export interface RunResult {
  readonly seed: number
  readonly network: Network
  /** The first broken invariant; `undefined` if all hold. */
  readonly failure: Failure | undefined
  /** The number of events that happened. */
  readonly events: number
  /** The simulated time that passed. */
  readonly simulatedMs: number
  /** How often faults of each kind took effect. */
  readonly faults: ReadonlyMap<FaultKind, number>
  readonly milestones: ReadonlyMap<string, number>
  /** The kinds of faults that could occur. */
  readonly kinds: readonly FaultKind[]
  /** The unusual choices, if they were recorded. */
  readonly choices: readonly Choice[]
  /** The steps, if they were recorded. */
  readonly trace: Trace | undefined
  /** Whether an error was not caught that may be of another run at the same time: only a run alone can say. */
  readonly isUncertain: boolean
}

/** How the run of a seed takes place. */
export interface SeedOptions {
  /** Default `port`. */
  readonly network?: Network | undefined
  /** Whether choices and steps are recorded; default `false`. */
  readonly records?: boolean | undefined
}

/** The maximum number of events of a run. */
const MAX_EVENTS = 30_000
/** The maximum simulated time of a run. */
const MAX_SIMULATED_MS = 120 * 86_400_000
/** The turns of the event loop after which code that is not waiting for an event has come to its end. */
const IDLE_TURNS = 64

/** Runs a scenario with choices that are drawn from a seed. */
export async function runSeed(
  seed: number,
  scenario: Scenario,
  { network = 'port', records = false }: SeedOptions = {},
): Promise<RunResult> {
  const rates = drawRates(randomOf(seed, 'rates'), network)
  const choices = new DrawnChoices(randomOf(seed, 'choices'))
  return runWorld(new RunWorld({ seed, network, choices, rates, records }), [...rates.keys()], scenario)
}

/**
 * Runs a scenario in a world.
 *
 * @param kinds - the kinds of faults that can occur
 */
export async function runWorld(
  world: RunWorld,
  kinds: readonly FaultKind[],
  scenario: Scenario,
): Promise<RunResult> {
  await scenario.prepare?.(world.network)
  const events = await whileActive(world, () => eventsOf(world, scenario))
  const { seed, network, failure, scheduler, faults, milestones, recorded, trace, isUncertain } = world
  return {
    ...{ seed, network, failure, events, simulatedMs: scheduler.nowMs - START_MS, faults: faults.counts },
    ...{ milestones, kinds, choices: recorded, trace, isUncertain },
  }
}

/** Lets the events of a world happen until its scenario ends. Returns their number. */
async function eventsOf(world: RunWorld, scenario: Scenario): Promise<number> {
  const { scheduler } = world
  let isOver = false
  const over = (): void => {
    isOver = true
  }
  let events = 0
  let idleTurns = 0
  await turn()
  scenario(world).then(over, (error: unknown) => {
    world.fail('scenario', error instanceof Error ? (error.stack ?? error.message) : String(error))
  })
  for (;;) {
    await turn()
    // Both are changed by the scenario, which the compiler does not see.
    if ((isOver as boolean) || world.failure) return events
    if (scheduler.step()) {
      idleTurns = 0
      if (++events > MAX_EVENTS) world.fail('ends', `The run has more than ${MAX_EVENTS} events.`)
      if (scheduler.nowMs - START_MS > MAX_SIMULATED_MS)
        world.fail('ends', `The run takes more than ${MAX_SIMULATED_MS / 86_400_000} days.`)
    } else if (++idleTurns > IDLE_TURNS) {
      world.fail('settles', 'No event is left, and the scenario still waits for something.')
    }
  }
}
