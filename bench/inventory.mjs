/**
 * An inventory of a million archives through `glacier-pipe inventory`, and `glacier-pipe ls` of a catalog of as many:
 * rows per second and peak memory of the process, medians of RUNS runs.
 *
 * Run `npm run bench:inventory`. The local vault, a process of its own, first writes the inventory to disk.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'

const ROWS = 1_000_000
const RUNS = 5
const BIN = fileURLToPath(new URL('../dist/cli/bin.js', import.meta.url))
const DATE = '2026-01-01T00:00:00.000Z'

const dir = await mkdtemp(join(tmpdir(), 'bench-'))
const vault = join(dir, 'vaults', 'bench')
for (const kind of ['uploads', 'jobs', 'ended', 'archives']) mkdirSync(join(vault, kind), { recursive: true })
const inventory = { date: DATE, archiveCount: ROWS, size: ROWS }
writeFileSync(join(dir, 'local-vault.json'), '{"format":1}')
writeFileSync(join(vault, 'vault.json'), JSON.stringify({ name: 'bench', creationDate: DATE, inventory }))

/**
 * Writes a JSON line for each archive.
 *
 * @param {string} path
 * @param {(i: number) => object} lineOf
 */
async function write(path, lineOf) {
  const blocks = function* () {
    for (let first = 0; first < ROWS; first += 1000) {
      yield Array.from({ length: 1000 }, (_, i) => `${JSON.stringify(lineOf(first + i))}\n`).join('')
    }
  }
  await pipeline(Readable.from(blocks()), createWriteStream(path))
}

/** @param {number} i */
function archiveOf(i) {
  const archiveId = String(i).padStart(138, 'x')
  return { archiveId, description: `srv/backup-${i}.tar.zst`, size: i, treeHash: 'f'.repeat(64) }
}

/**
 * Runs the command to its end.
 *
 * @param {string[]} args
 * @param {Record<string, string>} env
 * @returns seconds, peak memory in MiB, and lines printed
 */
async function run(args, env) {
  const started = performance.now()
  const child = spawn(process.execPath, [BIN, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const exit = once(child, 'exit')
  let peak = 0
  let lines = 0
  const polling = globalThis.setInterval(async () => {
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '')
    peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024)
  }, 50)
  for await (const chunk of child.stdout)
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines++
  await exit
  globalThis.clearInterval(polling)
  return { seconds: (performance.now() - started) / 1000, peak, lines }
}

/** @param {number[]} values */
function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN
}

/**
 * Runs the command RUNS times and prints the medians.
 *
 * @param {string} name
 * @param {string[]} args
 * @param {Record<string, string>} env
 */
async function measure(name, args, env) {
  const runs = []
  for (let i = 0; i < RUNS; i++) runs.push(await run(args, env))
  if (runs.some(({ lines }) => lines !== ROWS))
    throw new Error(`${name}: expected ${ROWS} lines, found ${runs.map(({ lines }) => lines).join(', ')}`)
  const seconds = median(runs.map((run) => run.seconds))
  const peak = median(runs.map((run) => run.peak))
  console.log(
    `${name}: ${seconds.toFixed(2)} s, ${Math.round(ROWS / seconds).toLocaleString('en')} rows/s, peak ${peak.toFixed(0)} MiB`,
  )
}

await write(join(vault, 'inventory.jsonl'), (i) => ({ ...archiveOf(i), creationDate: DATE }))
const common = { type: 'archive', time: DATE, region: 'us-east-1', vaultName: 'bench', volume: 1 }
await write(join(dir, 'catalog.jsonl'), (i) => ({ ...common, ...archiveOf(i), partSize: 2 ** 24, parts: 1 }))

const server = spawn(process.execPath, [BIN, 'serve', '--dir', dir, '--json'], {
  stdio: ['ignore', 'pipe', 'ignore'],
})
const ended = once(server, 'exit').then(([code]) => {
  throw new Error(`serve ended with exit code ${code}.`)
})
ended.catch(() => undefined) // it ends later, when it is killed
const [ready] = await Promise.race([once(server.stdout, 'data'), ended])
const keys = JSON.parse(ready.toString())
const env = { AWS_ACCESS_KEY_ID: keys.accessKeyId, AWS_SECRET_ACCESS_KEY: keys.secretAccessKey }
const where = ['--endpoint', keys.endpoint, '--region', 'us-east-1', '--quiet']
console.log(`${ROWS.toLocaleString('en')} archives, median of ${RUNS} runs, Node ${process.version}`)
await run(['inventory', 'bench', ...where], env) // the server writes the inventory once
await measure('inventory --json', ['inventory', 'bench', '--json', ...where], env)
await measure('inventory       ', ['inventory', 'bench', ...where], env)
await measure('ls              ', ['ls', '--catalog', join(dir, 'catalog.jsonl')], env)
await measure('ls --json       ', ['ls', '--json', '--catalog', join(dir, 'catalog.jsonl')], env)
server.kill()
await rm(dir, { recursive: true })
