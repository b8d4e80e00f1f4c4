/**
 * Packs the package, installs the tarball in an empty folder, and runs the same small program there in each environment
 * of `environments.mjs`. Prints a table of the results, and writes it to `docs/runtimes.md`.
 *
 * `npm run consumers` runs all of them; `npm run consumers -- bun esbuild` runs those whose names contain one of the words,
 * and writes nothing. The folder is removed at the end, unless `KEEP=1`. Exits with 1 if an environment fails.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ENVIRONMENTS, FILES, TOOLS } from './environments.mjs'
import { runCommand, runProgram, versionOf } from './run.mjs'

/**
 * A row of the table.
 *
 * @typedef {{ name: string, version: string, cells: string[], fails?: boolean }} Row
 */

const root = fileURLToPath(new URL('../..', import.meta.url))
const words = process.argv.slice(2).map((word) => word.toLowerCase())
const folder = process.env.CONSUMERS_FOLDER ?? mkdtempSync(join(tmpdir(), 'glacier-pipe-consumers-'))

try {
  install()
  writeProgram()
  const rows = []
  for (const environment of ENVIRONMENTS) {
    if (words.length > 0 && !words.some((word) => environment.name.toLowerCase().includes(word))) continue
    const row = await rowOf(environment)
    rows.push(row)
    console.log(line(row))
  }
  if (words.length === 0) writeTable(rows)
  if (rows.some(({ fails }) => fails)) process.exitCode = 1
} finally {
  if (!process.env.KEEP && !process.env.CONSUMERS_FOLDER) rmSync(folder, { recursive: true, force: true })
  else console.log(folder)
}

/** Installs the tarball and all tools. A tool that cannot be installed fails its own rows only. */
function install() {
  const npm = (/** @type {string} */ cwd, /** @type {string[]} */ ...args) =>
    execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  npm(root, 'run', 'build:package')
  const [{ filename }] = JSON.parse(
    npm(root, 'pack', '--ignore-scripts', '--json', '--pack-destination', folder),
  )
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({
      private: true,
      dependencies: { 'glacier-pipe': `file:${filename}` },
      optionalDependencies: TOOLS,
    }),
  )
  rmSync(join(folder, 'node_modules/glacier-pipe'), { recursive: true, force: true })
  rmSync(join(folder, 'package-lock.json'), { force: true })
  npm(folder, 'install', '--no-audit', '--no-fund', '--loglevel=error')
}

/** Writes the program in the variants that environments start. */
function writeProgram() {
  const program = readFileSync(new URL('./program.mjs', import.meta.url), 'utf8')
  const started = (/** @type {string} */ start) =>
    program.slice(0, program.indexOf('// The last line')) + start
  const required = (/** @type {string} */ source) =>
    source
      .replace(/^import \* as (\w+) from '(.*)'$/gm, "const $1 = require('$2')")
      .replace(/^import (\{.*\}) from '(.*)'$/gm, "const $1 = require('$2')")
  const test =
    "test('works', async () => { console.log(`RESULT ${JSON.stringify(await exercise())}`) }, 60_000)\n"
  const files = {
    ...FILES,
    'program.mjs': program,
    'program.mts': typed(program),
    'program.cjs': required(program),
    'jest-esm.test.mjs': started(test),
    'jest-cjs.test.cjs': required(started(test)),
    'vitest.spec.mjs': `import { test } from 'vitest'\n${started(test)}`,
  }
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
}

/**
 * The program as strict TypeScript.
 *
 * @param {string} program
 */
function typed(program) {
  return program
    .replace('(worker) =>', "(worker: import('node:worker_threads').Worker) =>")
    .replace('const warnings = []', 'const warnings: string[] = []')
    .replace('({ code, message })', '({ code, message }: Error & { code?: string })')
}

/**
 * Runs the program, and the command if it runs there, in one environment.
 *
 * @param {import('./environments.mjs').Environment} environment
 * @returns {Promise<Row>}
 */
async function rowOf(environment) {
  const version = versionOf(environment, folder)
  if (version === undefined) return { name: environment.name, version: 'not installed', cells: ['', '', ''] }
  const program = await runProgram(environment, folder)
  const command = environment.command && (await runCommand(environment.command, folder))
  if (program.error) console.error(`${environment.name}: ${program.error}`)
  if (command?.error) console.error(`${environment.name}, command: ${command.error}`)
  const fails = Boolean(program.error ?? command?.error)
  const cells = [
    program.error ? 'fails' : 'works',
    program.threads ?? '',
    command === undefined ? '–' : command.error ? 'fails' : 'works',
  ]
  return { name: environment.name, version, cells, fails }
}

/** @param {Row} row */
function line({ name, version, cells }) {
  return `| ${[name, version, ...cells].join(' | ')} |`
}

/** @param {Row[]} rows */
function writeTable(rows) {
  const file = join(root, 'docs/runtimes.md')
  const [before = '', rest = ''] = readFileSync(file, 'utf8').split('<!-- table -->\n')
  const [, after = ''] = rest.split('<!-- end of table -->')
  const head = [
    '| environment | version | library | threads hash | command |',
    '| --- | --- | --- | --- | --- |',
  ]
  const table = [...head, ...rows.map(line)].join('\n')
  writeFileSync(file, `${before}<!-- table -->\n\n${table}\n\n<!-- end of table -->${after}`)
  execFileSync('npx', ['prettier', '--write', file], { cwd: root })
}
