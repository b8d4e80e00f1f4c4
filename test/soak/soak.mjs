/**
 * The soak: real processes of the built command against real servers, killed, stopped and paused at random, for minutes or
 * hours. `npm run soak -- --minutes 30` prints a summary and exits with 1 if anything was lost, wrong or left behind.
 *
 * - A seed determines what is done, but not when the system does it: a run cannot be repeated exactly.
 * - All files are in a folder of its own in the system's temporary folder. It is removed at the end, unless a check failed.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { checkCurves, checkLeftovers, checkStored, checkVault, readLines } from './checks.mjs'
import { Commands } from './commands.mjs'
import { Random } from './random.mjs'
import { Server } from './server.mjs'
import { riseOf } from './slope.mjs'
import { printSummary, printViolations } from './summary.mjs'
import { State } from './state.mjs'
import { Workload } from './workload.mjs'

const WORKERS = 4
const SAMPLE_MS = 2000
const DISK_MS = 15_000
/** Runs of `put --resume` and `get -o` of which one must succeed, once nothing disturbs them. */
const LAST_RUNS = 3
/** Points of a curve in the results. */
const CURVE_POINTS = 120

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    json: { type: 'string' },
  },
})
const [minutes, seed] = [Number(values.minutes), Number(values.seed)]
if (!(minutes > 0)) throw new RangeError(`--minutes must be a number above 0, not ${values.minutes}.`)
if (!Number.isSafeInteger(seed)) throw new RangeError(`--seed must be a whole number, not ${values.seed}.`)

// A key pair of the environment is used by the servers and by all clients, and is printed by none of them.
Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'AKIASOAK', AWS_SECRET_ACCESS_KEY: 'soak' })
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'
const dir = await mkdtemp(join(tmpdir(), 'glacier-pipe-soak-'))
const [catalog, outputs] = [join(dir, 'catalog.jsonl'), join(dir, 'outputs')]
await mkdir(outputs)
const commands = new Commands({ ...process.env, XDG_DATA_HOME: join(dir, 'data') })
process.once('exit', () => commands.killAll())
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))

const steady = new Server(commands, 'steady', join(dir, 'steady'))
const restarted = new Server(commands, 'restarted', join(dir, 'restarted'))
const servers = [steady, restarted]
for (const server of servers) await server.start()
const state = new State(outputs)
const workload = new Workload(state, commands, { servers, catalog })
console.log(`Soak of ${minutes} minutes, seed ${seed}, in ${dir}`)

const started = performance.now()
const seconds = () => (performance.now() - started) / 1000
const over = new AbortController()
const observing = Promise.all([
  repeat(SAMPLE_MS, () => Promise.all(servers.map((server) => server.sample(seconds())))),
  repeat(DISK_MS, () => Promise.all(servers.map((server) => server.measureDisk()))),
])
const disturbing = restarted.disturb(new Random(seed), over.signal)
await Promise.all(Array.from({ length: WORKERS }, (_, i) => work(new Random(seed + i + 1))))
over.abort()
commands.disturbs = false
await Promise.all([disturbing, observing])
await lastRuns()
const results = await check()
if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(results, undefined, 1)}\n`)
printSummary(results)
if (state.violations.length > 0) printViolations(state.violations, { seed, dir })
else await rm(dir, { recursive: true })
process.exitCode = state.violations.length > 0 ? 1 : 0

/** @param {Random} random */
async function work(random) {
  while (seconds() < 60 * minutes) await workload.step(random)
}

/** Resumes all that is not finished: nothing disturbs these runs, so they must succeed. */
async function lastRuns() {
  for (const stream of state.unfinished.splice(0)) {
    let isStored = false
    for (let run = 0; run < LAST_RUNS && !isStored; run++) isStored = await workload.put(stream)
  }
  const { records } = await readLines(catalog)
  const deleted = new Set(records.filter(({ type }) => type === 'deleted').map(({ archiveId }) => archiveId))
  for (const retrieval of state.unretrieved.splice(0)) {
    const run = await workload.retrieve(retrieval)
    if (run.code === 0) continue
    const { archiveId } = retrieval.stored
    if (deleted.has(archiveId)) await rm(`${retrieval.path}.partial`, { force: true })
    else state.violate(`get of ${archiveId} exited with ${run.code}, and nothing had disturbed it`, run)
  }
}

/** Makes all checks, and ends the servers. */
async function check() {
  const { records, torn } = await readLines(catalog)
  const stored = await checkStored(state, records)
  /** @type {number[]} */
  const archives = []
  for (const server of servers) archives.push(await checkVault(state, records, server))
  const rises = servers.map(({ samples }) => ({
    memory: riseOf(samples.map(({ seconds, rss }) => [seconds, rss])),
    descriptors: riseOf(samples.map((sample) => [sample.seconds, sample.descriptors])),
  }))
  const [ofSteady] = rises
  if (ofSteady) checkCurves(state, steady, ofSteady)
  for (const server of servers) {
    await server.stop('SIGTERM')
    for (const crash of server.crashes) state.violate(crash)
  }
  const trials = await checkLeftovers(state, catalog, outputs, servers)
  const { storedBytes, retrievedBytes } = state
  const counts = {
    streams: state.stored.size,
    ...stored,
    records: records.length,
    torn,
    trials,
    storedBytes,
    retrievedBytes,
  }
  const curves = servers.map(({ name, samples }, i) => ({
    name,
    archives: archives[i] ?? 0,
    ...rises[i],
    samples: thinned(samples),
  }))
  const violations = state.violations.map(({ text }) => text)
  return {
    minutes,
    seed,
    date: new Date().toISOString(),
    counts,
    outcomes: commands.counts,
    curves,
    violations,
  }
}

/**
 * Runs a function again and again, until the work is over.
 *
 * @param {number} ms - between two runs
 * @param {() => Promise<unknown>} act
 */
async function repeat(ms, act) {
  while (!over.signal.aborted) {
    await act()
    await sleep(ms, undefined, { signal: over.signal }).catch(() => undefined)
  }
}

/**
 * @template T
 * @param {readonly T[]} samples
 */
function thinned(samples) {
  const step = Math.max(1, Math.ceil(samples.length / CURVE_POINTS))
  return samples.filter((_, i) => i % step === 0)
}
