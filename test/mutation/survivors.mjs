/**
 * The mutants that no test finds, each with the reason: survivors.json.
 */
import { readFile } from 'node:fs/promises'
import { relative } from 'node:path'

/**
 * A group of mutants that survive for one reason.
 *
 * @typedef {object} Survivor
 * @property {string} file
 * @property {string} code - the mutated text, by which the mutants are found again whatever their line
 * @property {string} replacement
 * @property {number} [count] - how many mutants of the file have this text and replacement; default 1
 * @property {string} reason
 */

const PATH = new URL('survivors.json', import.meta.url)

/**
 * Prints the survivors that are not listed, as entries of the list, and those that are listed and no longer survive.
 *
 * @param {string} folder
 * @param {readonly import('@stryker-mutator/api/core').MutantResult[]} results
 * @param {(path: string) => Promise<string>} read
 * @returns {Promise<boolean>} true if the list is up to date
 */
export async function compareSurvivors(folder, results, read) {
  /** @type {Survivor[]} */
  const listed = JSON.parse(await readFile(PATH, 'utf8'))
  /** @type {Map<string, number>} */
  const left = new Map()
  for (const { file, code, replacement, count = 1 } of listed) {
    if (file.startsWith(`lib/${folder}/`)) left.set(JSON.stringify([file, code, replacement]), count)
  }
  let isUpToDate = true
  for (const result of results) {
    if (['Killed', 'Timeout', 'Ignored'].includes(result.status)) continue
    const file = relative('.', result.fileName)
    const code = textAt(await read(file), result.location)
    const replacement = result.replacement ?? ''
    const key = JSON.stringify([file, code, replacement])
    const count = left.get(key) ?? 0
    left.set(key, count - 1)
    if (count > 0) continue
    isUpToDate = false
    console.log(`${file}:${result.location.start.line} ${result.mutatorName}`)
    console.log(JSON.stringify({ file, code, replacement, reason: '' }, null, 2))
  }
  for (const [key, count] of left) {
    if (count <= 0) continue
    isUpToDate = false
    console.log(`survivors.json lists ${count} that no longer survive: ${key}`)
  }
  return isUpToDate
}

/**
 * @param {string} text
 * @param {import('@stryker-mutator/api/core').Location} location - with lines and columns that begin at 1
 */
function textAt(text, { start, end }) {
  const lines = text.split('\n').slice(start.line - 1, end.line)
  lines.push((lines.pop() ?? '').slice(0, end.column - 1))
  return [(lines[0] ?? '').slice(start.column - 1), ...lines.slice(1)].join('\n')
}
