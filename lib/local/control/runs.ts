/** Runs of numbers without a gap: the parts of an upload that have been received. */

/**
 * Sorted numbers as runs without a gap.
 *
 * @returns the first and the last number of each run
 */
export function runsOf(numbers: readonly number[]): [first: number, last: number][] {
  const runs: [first: number, last: number][] = []
  for (const number of numbers) {
    const run = runs.at(-1)
    if (run?.[1] === number - 1) run[1] = number
    else runs.push([number, number])
  }
  return runs
}
