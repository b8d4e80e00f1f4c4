/** The report of a seed that failed: its choices, made small, and the steps of that run. */
import { listText } from '../run/choice-list.js'
import { runSeed, type Scenario } from '../run/run.js'
import { shrink } from '../run/shrink.js'
import type { Network } from '../world/world.js'

/** The report of a failed seed. */
export interface Explanation {
  /** The list of choices as the text of a file. */
  readonly list: string
  /** The last steps, and the first. */
  readonly trace: readonly string[]
  readonly message: string
  /** The number of unusual choices that the seed drew. */
  readonly drawn: number
  /** The number of them that are left. */
  readonly left: number
  /** Whether the list repeats the failure. If it does not, the simulation depends on something else than its choices. */
  readonly isRepeated: boolean
}

/** Repeats a seed, and makes it small if it fails. `undefined` if it does not fail. */
export async function explain(
  seed: number,
  network: Network,
  scenario: Scenario,
): Promise<Explanation | undefined> {
  const found = await runSeed(seed, scenario, { network, records: true })
  if (!found.failure) return undefined
  const { list, result } = await shrink(found, scenario)
  const { failure, trace } = result ?? found
  return {
    list: listText(list),
    trace: trace?.excerpt ?? [],
    message: (failure ?? found.failure).message,
    drawn: found.choices.length,
    left: list.choices.length,
    isRepeated: result !== undefined,
  }
}
