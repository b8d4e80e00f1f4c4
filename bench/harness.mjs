/**
 * What every row of the benchmark is made with: processes that are measured whole, servers of their own, contenders in
 * turn.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const MIB = 2 ** 20
export const GIB = 2 ** 30
/** Runs of each contender; figures are their medians. */
export const RUNS = Number(process.env.BENCH_RUNS ?? 5)
/** The built command. */
export const BIN = path('../dist/cli/bin.js')

const PROBE = new URL('probe.mjs', import.meta.url).href
/** Else the SDK prints a notice on Node 20. */
const QUIET = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' }

/** A file of this folder. */
export function path(name) {
  return new URL(name, import.meta.url).pathname
}

export function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
}

/**
 * Runs a Node script, or a command, to its end.
 *
 * @param command - the script and its arguments, or with `exec` a command and its
 * @param feed - bytes piped into it, by a process of its own
 * @returns seconds from its start to its end; CPU seconds of the process; its peak memory in bytes; the milliseconds
 *   its event loop was blocked at the longest; and what it printed
 */
export async function run(command, { env = {}, feed = 0, exec = false } = {}) {
  const dir = await mkdtemp(join(tmpdir(), 'bench-'))
  const report = join(dir, 'report.json')
  const args = exec ? command : [process.execPath, '--import', PROBE, ...command]
  const feeder =
    feed > 0 &&
    spawn('dd', ['if=/dev/zero', 'bs=1M', `count=${feed / MIB}`], { stdio: ['ignore', 'pipe', 'ignore'] })
  const started = performance.now()
  const child = spawn(args[0], args.slice(1), {
    env: { ...process.env, ...QUIET, ...env, BENCH_REPORT: report },
    stdio: [feeder ? feeder.stdout : 'ignore', 'pipe', 'inherit'],
  })
  feeder && feeder.stdout.destroy() // it is the child's now
  let output = ''
  child.stdout.on('data', (text) => (output += text))
  const [code] = await once(child, 'close')
  const seconds = (performance.now() - started) / 1000
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}`)
  const found = JSON.parse(await readFile(report, 'utf8').catch(() => '{}'))
  await rm(dir, { recursive: true })
  return { seconds, ...found, output }
}

/** Starts a server, which prints its address; it ends with `stop`, or with this process. */
export async function serve(...args) {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  process.once('exit', () => child.kill())
  const [line] = await once(child.stdout, 'data')
  const stop = async () => {
    child.kill()
    await once(child, 'exit')
  }
  return { address: line.toString().trim(), stop }
}

/**
 * Measures contenders in turn (A B C, A B C, …).
 *
 * @param contenders - by name, each a function that gives figures
 * @returns by name, the median of each figure
 */
export async function inTurn(contenders, runs = RUNS) {
  const found = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]))
  for (let i = 0; i < runs; i++)
    for (const [name, measure] of Object.entries(contenders)) found[name].push(await measure())
  return Object.fromEntries(Object.entries(found).map(([name, all]) => [name, mediansOf(all)]))
}

/** MiB a second. */
export function rateOf(bytes, seconds) {
  return bytes / MIB / seconds
}

function mediansOf(all) {
  const names = Object.keys(all[0]).filter((name) => typeof all[0][name] === 'number')
  return Object.fromEntries(names.map((name) => [name, median(all.map((it) => it[name]))]))
}
