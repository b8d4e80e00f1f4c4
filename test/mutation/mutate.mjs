/**
 * Mutation testing of a folder of lib/: `npm run mutate -- FOLDER [--fresh] [FILE…]`.
 *
 * A run that was stopped continues where it was: results are kept in .mutation/FOLDER.jsonl. Writes the score of the folder to
 * scores.json, and prints the survivors that survivors.json gives no reason for. Exit code 1: the score is below the goal, or
 * survivors.json is not up to date.
 */
import { readFile, rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Stryker } from '@stryker-mutator/core'
import { FOLDERS } from './folders.mjs'
import { GOAL_PERCENT, countOf, writeScore } from './scores.mjs'
import { compareSurvivors } from './survivors.mjs'

const root = fileURLToPath(new URL('../../', import.meta.url))
process.chdir(root)

const { isFresh, folder, files } = parse(process.argv.slice(2))
if (isFresh) await rm(`.mutation/${folder}.jsonl`, { force: true })

const sandbox = `.mutation/sandbox-${folder}`
await rm(sandbox, { recursive: true, force: true }) // of a run that was killed

const results = await new Stryker({
  mutate: files.length > 0 ? files : [`lib/${folder}/**/*.ts`],
  // Texts are for people; what depends on them is tested where they are printed.
  mutator: { excludedMutations: ['StringLiteral'] },
  plugins: [fileURLToPath(new URL('runner.mjs', import.meta.url))],
  testRunner: 'by-process',
  coverageAnalysis: 'perTest',
  buildCommand: `node ${fileURLToPath(new URL('transpile.mjs', import.meta.url))}`,
  // A TypeScript program without types: types of mutants are wrong on purpose.
  disableTypeChecks: false,
  concurrency: 1,
  // The runner has limits of its own, which end what a test started as well.
  timeoutMS: 600_000,
  tempDirName: sandbox,
  ignorePatterns: ['**', '!lib/**', '!test/**', '!package.json', '!tsconfig.json'],
  reporters: ['progress-append-only'],
  allowConsoleColors: false,
  // For the runner.
  ...{ folder, root },
}).runMutationTest()

const counts = countOf(results)
console.log(`${folder}: ${JSON.stringify(counts)}`)
if (files.length === 0) await writeScore(folder, counts)
const isListed = await compareSurvivors(folder, results, (path) => readFile(path, 'utf8'))
process.exitCode = files.length === 0 && (counts.score < GOAL_PERCENT || !isListed) ? 1 : 0

/** @param {string[]} args */
function parse(args) {
  const [name = '', ...paths] = args.filter((arg) => !arg.startsWith('-'))
  if (!FOLDERS.includes(name) || args.some((arg) => arg.startsWith('-') && arg !== '--fresh')) {
    console.error(`Usage: npm run mutate -- FOLDER [--fresh] [FILE…]\nFolders of lib: ${FOLDERS.join(', ')}.`)
    process.exit(2)
  }
  return { isFresh: args.includes('--fresh'), folder: name, files: paths }
}
