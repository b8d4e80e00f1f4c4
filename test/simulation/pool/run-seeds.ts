/** Runs many seeds in this thread. */
import { turn } from '../world/scheduler.js'
import type { Network } from '../world/world.js'
import { runSeed, type RunResult, type Scenario } from '../run/run.js'
import { addRun, noTotals, type Totals } from './totals.js'

/** Which seeds run. */
export interface SeedRange {
  readonly from: number
  readonly count: number
  readonly network: Network
  /** How many run at the same time, so that they share the turns of the event loop. */
  readonly atOnce: number
}

/** Turns of the event loop after which a run that has ended has nothing left to do. */
const TURNS_BETWEEN = 8

/** Runs a range of seeds. */
export async function runSeeds(
  { from, count, network, atOnce }: SeedRange,
  scenario: Scenario,
): Promise<Totals> {
  const totals = noTotals()
  const uncertain: number[] = []
  let next = from
  const lane = async (): Promise<void> => {
    while (next < from + count) {
      const result = await runSeed(next++, scenario, { network })
      if (result.isUncertain) uncertain.push(result.seed)
      else addRun(totals, result)
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, lane))
  for (const seed of uncertain) addRun(totals, await runAlone(seed, network, scenario))
  return totals
}

/** Runs a seed while no other one runs: an error that is not caught is its own. */
async function runAlone(seed: number, network: Network, scenario: Scenario): Promise<RunResult> {
  for (let i = 0; i < TURNS_BETWEEN; i++) await turn()
  return runSeed(seed, scenario, { network })
}
