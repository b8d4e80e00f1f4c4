/**
 * Makes a failed run small: as few unusual choices and kinds of faults as break the same invariant. The method is
 * `ddmin` of Zeller and Hildebrandt: parts of the list are left out, first large ones, then single choices.
 */
import { listOf, runList, type ChoiceList, type ListResult } from './choice-list.js'
import type { RunResult, Scenario } from './run.js'

/** A failed run, made small. */
export interface ShrunkRun {
  /** The smallest list that was found. */
  readonly list: ChoiceList
  /** Its run, with choices and steps. `undefined` if the list of the failed run does not repeat its failure. */
  readonly result: ListResult | undefined
  /** The number of runs that it took. */
  readonly runs: number
}

/**
 * Makes a failed run small.
 *
 * @param found - a failed run whose choices were recorded
 * @param maxRuns - the maximum number of runs that are tried
 */
export async function shrink(found: RunResult, scenario: Scenario, maxRuns = 1500): Promise<ShrunkRun> {
  let runs = 0
  let list = listOf(found)
  if (!(await accepts(list))) return { list, result: undefined, runs }
  for (let parts = 2; list.choices.length > 0 && runs < maxRuns;) {
    if (await dropsPart(parts)) parts = Math.max(2, parts - 1)
    else if (parts >= list.choices.length) break
    else parts = Math.min(list.choices.length, 2 * parts)
  }
  for (const kind of list.kinds) {
    if (runs < maxRuns) await accepts({ ...list, kinds: list.kinds.filter((other) => other !== kind) })
  }
  const result = await runList(list, scenario, true)
  return { list: { ...list, broke: listOf(result).broke }, result, runs: runs + 1 }

  /** Takes a list over, without the choices that did not apply, if it breaks the same invariant. */
  async function accepts(tried: ChoiceList): Promise<boolean> {
    runs++
    const { failure, unapplied } = await runList(tried, scenario)
    if (failure?.invariant !== found.failure?.invariant) return false
    list = { ...tried, choices: tried.choices.filter((choice) => !unapplied.includes(choice)) }
    return true
  }

  /** Leaves one of so many parts out, if one can be spared. */
  async function dropsPart(parts: number): Promise<boolean> {
    const { choices } = list
    const size = Math.ceil(choices.length / parts)
    // The last choices are the likeliest to be without effect.
    for (
      let start = (Math.ceil(choices.length / size) - 1) * size;
      start >= 0 && runs < maxRuns;
      start -= size
    ) {
      const rest = choices.filter((_, index) => index < start || index >= start + size)
      if (await accepts({ ...list, choices: rest })) return true
    }
    return false
  }
}
