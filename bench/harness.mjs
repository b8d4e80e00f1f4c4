/**
 * The base of every row of the benchmark: processes that are measured from start to end, servers in processes of their own,
 * and contenders that run in turn.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * Figures of one run, or the medians of several.
 *
 * @typedef {object} Figures
 * @property {number} seconds - from the start of the process to its end
 * @property {number} cpu - CPU seconds of the process; NaN if the process does not report it
 * @property {number} peak - its peak memory in bytes; NaN if the process does not report it
 * @property {number | undefined} [stall] - the longest block of its event loop in milliseconds, if `BENCH_STALLS` is set
 */

/**
 * A goal of a row: its name, its target in words, the value that was measured, and whether a value reaches the target.
 *
 * @typedef {[name: string, target: string, value: number, isReached: (value: number) => boolean]} Goal
 */

/**
 * @typedef {object} Table
 * @property {string[]} head
 * @property {string[][]} rows
 */

/**
 * @typedef {object} Chart
 * @property {string} unit
 * @property {{ label: string, value: number, ours: boolean }[]} bars
 */

/**
 * The results of a row.
 *
 * @typedef {object} Results
 * @property {Table} table
 * @property {Chart} [chart]
 * @property {Goal[]} goals
 */

/** @typedef {Record<string, string | number>} Environment */

export const MIB = 2 ** 20
export const GIB = 2 ** 30
/** Runs of each contender; figures are their medians. */
export const RUNS = Number(process.env.BENCH_RUNS ?? 5)
/** The built command. */
export const BIN = path('../dist/cli/bin.js')

const PROBE = new URL('probe.mjs', import.meta.url).href
/** Without it the SDK prints a notice on Node 20. */
const QUIET = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' }

/**
 * The path of a file, from its path relative to this folder.
 *
 * @param {string} name
 */
export function path(name) {
  return fileURLToPath(new URL(name, import.meta.url))
}

/**
 * The median of at least one value.
 *
 * @param {number[]} values
 */
export function median(values) {
  const middle = values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
  if (middle === undefined) throw new Error('A median needs at least one value.')
  return middle
}

/**
 * Runs a Node.js script, or a command, to its end.
 *
 * @param {readonly [string, ...(string | number)[]]} command - the script, or with `exec` the command, and its arguments
 * @param {object} [options]
 * @param {Environment} [options.env] - variables to add to the environment
 * @param {number} [options.feed] - bytes that another process pipes into it; a multiple of 1 MiB, default none
 * @param {boolean} [options.exec] - whether it is a command; default false
 * @returns {Promise<Figures & { output: string }>} its figures and its standard output
 */
export async function run(command, { env = {}, feed = 0, exec = false } = {}) {
  const dir = await mkdtemp(join(tmpdir(), 'bench-'))
  const report = join(dir, 'report.json')
  const [file, ...args] = exec ? command : [process.execPath, '--import', PROBE, ...command]
  const feeder =
    feed > 0
      ? spawn('dd', ['if=/dev/zero', 'bs=1M', `count=${feed / MIB}`], { stdio: ['ignore', 'pipe', 'ignore'] })
      : undefined
  const started = performance.now()
  const child = spawn(file, args.map(String), {
    env: { ...process.env, ...QUIET, ...textsOf(env), BENCH_REPORT: report },
    stdio: [feeder?.stdout ?? 'ignore', 'pipe', 'inherit'],
  })
  feeder?.stdout.destroy() // the child has its own copy of the descriptor
  let output = ''
  child.stdout?.on('data', (text) => (output += text))
  const [code] = await once(child, 'close')
  const seconds = (performance.now() - started) / 1000
  if (code !== 0) throw new Error(`${[file, ...args].join(' ')} ended with exit code ${code}.`)
  const measured = JSON.parse(await readFile(report, 'utf8').catch(() => '{}'))
  await rm(dir, { recursive: true })
  return { seconds, cpu: NaN, peak: NaN, ...measured, output }
}

/**
 * Starts a server, which prints its address in its first line. It ends with `stop`, or with this process.
 *
 * @param {string[]} args - its script and arguments
 */
export async function serve(...args) {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  process.once('exit', () => child.kill())
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${args.join(' ')} ended with exit code ${code}.`)
  })
  ended.catch(() => undefined) // it ends later, when it is stopped
  const [line] = await Promise.race([once(child.stdout, 'data'), ended])
  const stop = async () => {
    child.kill()
    await once(child, 'exit')
  }
  return { address: String(line).trim(), stop }
}

/**
 * Measures contenders in turn (A B C, A B C, …).
 *
 * @template {string} Name
 * @template {object} Measured
 * @param {Record<Name, () => Promise<Measured>>} contenders
 * @returns {Promise<Record<Name, Measured>>} by name, the median of each figure; texts are left out
 */
export async function inTurn(contenders, runs = RUNS) {
  const names = /** @type {Name[]} */ (Object.keys(contenders))
  const rounds = await inRounds(contenders, runs)
  const medians = Object.fromEntries(
    names.map((name) => [name, mediansOf(rounds.map((round) => round[name]))]),
  )
  return /** @type {Record<Name, Measured>} */ (medians)
}

/**
 * Measures contenders in turn (A B C, A B C, …), and keeps the rounds apart: what disturbs one round cancels out in its ratios.
 *
 * @template {string} Name
 * @template {object} Measured
 * @param {Record<Name, () => Promise<Measured>>} contenders
 * @returns {Promise<Record<Name, Measured>[]>} for each round, the figures by name
 */
export async function inRounds(contenders, runs = RUNS) {
  const names = /** @type {Name[]} */ (Object.keys(contenders))
  const rounds = []
  for (let i = 0; i < runs; i++) {
    /** @type {Partial<Record<Name, Measured>>} */
    const round = {}
    for (const name of names) round[name] = await contenders[name]()
    rounds.push(/** @type {Record<Name, Measured>} */ (round))
  }
  return rounds
}

/**
 * MiB per second.
 *
 * @param {number} bytes
 * @param {number} seconds
 */
export function rateOf(bytes, seconds) {
  return bytes / MIB / seconds
}

/** @param {object[]} all */
function mediansOf(all) {
  const names = Object.entries(all[0] ?? {}).flatMap(([name, value]) =>
    typeof value === 'number' ? [name] : [],
  )
  return Object.fromEntries(
    names.map((name) => [name, median(all.map((figures) => Reflect.get(figures, name)))]),
  )
}

/** @param {Environment} env */
function textsOf(env) {
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, String(value)]))
}
