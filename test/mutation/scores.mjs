/**
 * The scores of the folders, as docs/reliability.md shows them: scores.json.
 */
import { readFile, writeFile } from 'node:fs/promises'

/** The part of the mutants that tests are to find. */
export const GOAL_PERCENT = 90

const PATH = new URL('scores.json', import.meta.url)

/**
 * The mutants of a folder, by what became of them.
 *
 * @typedef {object} Counts
 * @property {number} mutants - all of them
 * @property {number} killed - a test failed
 * @property {number} timedOut - a test did not end, which finds the mutant as well
 * @property {number} survived - all tests passed
 * @property {number} score - killed or timed out, in percent of all, rounded down to a tenth
 */

/**
 * @param {readonly import('@stryker-mutator/api/core').MutantResult[]} results
 * @returns {Counts}
 */
export function countOf(results) {
  const counted = results.filter(({ status }) => status !== 'Ignored')
  const killed = counted.filter(({ status }) => status === 'Killed').length
  const timedOut = counted.filter(({ status }) => status === 'Timeout').length
  const mutants = counted.length
  const score = Math.floor((1000 * (killed + timedOut)) / mutants) / 10
  return { mutants, killed, timedOut, survived: mutants - killed - timedOut, score }
}

/**
 * @param {string} folder
 * @param {Counts} counts
 */
export async function writeScore(folder, counts) {
  const scores = JSON.parse(await readFile(PATH, 'utf8').catch(() => '{}'))
  scores[folder] = counts
  await writeFile(PATH, `${JSON.stringify(scores, null, 2)}\n`)
}
