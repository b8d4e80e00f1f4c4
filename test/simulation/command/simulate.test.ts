import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'
import type { FaultKind } from '../world/faults.js'
import { kindsOn } from '../world/faults.js'
import { carryOut, ThreadLostError, type Order, type SeedThread } from '../pool/seed-thread.js'
import { noTotals, type FailedSeed, type Totals } from '../pool/totals.js'
import { runScenario } from '../run/example-scenario.js'
import { missingKinds, textOfFailure } from './report.js'
import { readSeries } from './series-record.js'
import { simulate } from './simulate.js'

interface Called {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

async function call(...args: string[]): Promise<Called> {
  const written = { stdout: '', stderr: '' }
  const sink = (name: keyof typeof written) => ({
    write: (text: string) => {
      written[name] += text
    },
  })
  const io = {
    ...{ stdout: sink('stdout'), stderr: sink('stderr'), now: () => 1000, root: '.' },
    startThread: () => new SameThread(),
    loadScenario: () => Promise.resolve(runScenario),
  }
  return { status: await simulate(args, io), ...written }
}

/** Carries out the orders to a thread in this one, and is lost at one seed. */
class SameThread implements SeedThread {
  async carryOut(order: Order): Promise<unknown> {
    if (order.what === 'run' && order.from <= LOST_SEED && LOST_SEED < order.from + order.count)
      throw new ThreadLostError('no memory is left')
    return carryOut(order, runScenario)
  }

  async end(): Promise<void> {
    return undefined
  }
}
const LOST_SEED = 1_000_100

/** A seed of the example whose planted fault shows. */
async function failingSeed(): Promise<number> {
  const { stdout } = await call(
    '--seeds',
    '500',
    '--from',
    '0',
    '--threads',
    '1',
    '--failures',
    '1',
    '--json',
  )
  return (JSON.parse(stdout) as { failed: { seed: number }[] }).failed[0]?.seed ?? -1
}

/** The first seeds of two pairs of the example that pass. */
async function passingPairs(): Promise<readonly number[]> {
  const pairs: number[] = []
  for (let from = 0; pairs.length < 2; from += 2) {
    const { status } = await call('--seeds', '2', '--from', String(from), '--threads', '1', '--json')
    if (status === 0) pairs.push(from)
  }
  return pairs
}

t.test('a planted fault is found, made small and printed with a list that repeats it', async (t) => {
  const seed = await failingSeed()
  t.ok(seed >= 0)
  const { status, stdout } = await call('--seeds', '1', '--from', String(seed), '--threads', '1')
  t.equal(status, 1)
  t.match(stdout, `npm run simulate -- --replay ${seed}`)
  t.match(stdout, /2 of its \d+ unusual choices are left/)
  const file = join(
    t.testdir({ 'list.json': stdout.slice(stdout.indexOf('{'), stdout.lastIndexOf('}') + 1) }),
    'list.json',
  )
  const repeated = await call('--list', file)
  t.equal(repeated.status, 1)
  t.match(repeated.stdout, /FAILED: scenario/)
})

t.test('a file that is no list is a usage error', async (t) => {
  const dir = t.testdir({ 'package.json': '{"name":"x"}', 'broken.json': '{' })
  for (const name of ['none.json', 'package.json', 'broken.json']) {
    const { status, stderr } = await call('--list', join(dir, name))
    t.equal(status, 2)
    t.match(stderr, `${name} is no list of choices: `)
  }
})

t.test('a list that no longer applies fails', async (t) => {
  const list = { broke: 'x', seed: 1, network: 'port', kinds: [], choices: ['third/delay-s #1 = 2'] }
  const file = join(t.testdir({ 'list.json': JSON.stringify(list) }), 'list.json')
  const { status, stdout } = await call('--list', file)
  t.equal(status, 1)
  t.match(stdout, 'This choice no longer applies: third/delay-s #1 = 2')
  t.match(stdout, 'All invariants hold.')
})

t.test('a seed that stops its thread is found among the others of its chunk', async (t) => {
  const from = LOST_SEED - 100
  const { status, stdout } = await call(
    ...['--seeds', '200', '--from', String(from), '--threads', '1', '--failures', '200', '--json'],
  )
  t.equal(status, 1)
  const { seeds, failed } = JSON.parse(stdout) as { seeds: number; failed: readonly FailedSeed[] }
  t.equal(seeds, 200)
  t.strictSame(
    failed.filter(({ failure }) => failure.invariant === 'returns').map(({ seed }) => seed),
    [LOST_SEED],
  )
})

t.test('another process repeats a seed exactly', async (t) => {
  const seed = await failingSeed()
  const args = ['--replay', String(seed), '--trace']
  const here = await call(...args)
  const program = `
    import { simulate } from ${JSON.stringify(import.meta.resolve('./simulate.js'))}
    import { loadScenario } from ${JSON.stringify(import.meta.resolve('../run/load-scenario.js'))}
    const url = ${JSON.stringify(import.meta.resolve('../run/example-scenario.js'))}
    const { stdout, stderr } = process
    const io = { stdout, stderr, now: Date.now, root: '.', loadScenario: () => loadScenario(url) }
    process.exitCode = await simulate(${JSON.stringify(args)}, io)
  `
  const nodeArgs = [...process.execArgv, '--input-type=module', '--eval', program]
  const cwd = fileURLToPath(new URL('../../..', import.meta.url))
  const there = await promisify(execFile)(process.execPath, nodeArgs, { cwd }).catch(
    (error: unknown) => error as { code: number; stdout: string },
  )
  t.equal(here.status, 1)
  t.match(here.stdout, /FAILED: scenario/)
  t.equal(there.stdout, here.stdout)
})

t.test('a seed that passes ends with 0', async (t) => {
  const { status, stdout } = await call('--replay', '0')
  t.equal(status, 0, 'seed 0 passes')
  t.match(stdout, 'All invariants hold.')
  const { stdout: sums } = await call('--seeds', '1', '--from', '0')
  t.match(sums, '1 seeds from 0: 1 passed, 0 failed')
  t.match(sums, /1 counted/)
})

t.test('--store and --sdk choose the network', async (t) => {
  const rows = [
    ['', 'port', ''],
    [' --sdk', 'sdk', ' below the SDK'],
    [' --store s3', 'bucket', ' of a bucket'],
    [' --store s3 --sdk', 'bucket-sdk', ' of a bucket below the SDK'],
  ] as const
  const [from] = await passingPairs()
  for (const [options, network, place] of rows) {
    const run = ['--seeds', '1', '--from', String(from), ...options.split(' ').slice(1)]
    t.match((await call(...run)).stdout, `1 seeds${place} from ${from}: `)
    t.match(JSON.parse((await call(...run, '--json')).stdout), { network })
    const failed = { seed: 7, failure: { invariant: 'settles', message: '' } }
    t.match(textOfFailure(failed, network, undefined), `npm run simulate -- --replay 7${options}\n`)
  }
})

t.test('the sums of seeds that pass are added to a record, and each seed counts once', async (t) => {
  const record = join(t.testdir(), 'simulation.json')
  const run = (from: string): Promise<Called> =>
    call('--seeds', '2', '--from', from, '--threads', '1', '--record', record)
  const failing = await failingSeed()
  t.equal((await run(String(failing))).status, 1)
  t.notOk(existsSync(record), 'a seed that fails is not recorded')
  const [earlier, later] = await passingPairs()
  t.equal((await run(String(later))).status, 0)
  t.equal((await run(String(earlier))).status, 0)
  const { port, sdk } = await readSeries(record)
  t.match(port, { seeds: 4, milestones: { counted: 4 } })
  t.strictSame(port?.ranges, [
    { from: earlier, seeds: 2, date: '1970-01-01' },
    { from: later, seeds: 2, date: '1970-01-01' },
  ])
  t.equal(sdk, undefined)
  const again = await run(String(later))
  t.equal(again.status, 2)
  t.match(again.stderr, `The seeds from ${later} to ${Number(later) + 1} are recorded already.`)
  const unlimited = await call('--minutes', '1', '--from', '0', '--record', record)
  t.equal(unlimited.status, 2, 'seeds without an end would reach the recorded ones')
})

t.test('a record that cannot be read is an error', async (t) => {
  await t.rejects(readSeries(t.testdir()), { code: 'EISDIR' })
})

t.test('a kind of fault that never took effect in many seeds is named', (t) => {
  const totals = (seeds: number, kinds: readonly FaultKind[]): Totals => ({
    ...noTotals(),
    seeds,
    faults: new Map(kinds.map((kind) => [kind, 1])),
  })
  const kinds = kindsOn('port')
  t.strictSame(missingKinds(totals(9999, []), 'port'), [])
  t.strictSame(missingKinds(totals(10_000, []), 'port'), kinds)
  t.strictSame(missingKinds(totals(10_000, kinds.slice(1)), 'port'), kinds.slice(0, 1))
  t.end()
})

t.test('wrong use ends with 2', async (t) => {
  for (const args of [
    ['--seeds', '0'],
    ['--from', '-1'],
    ['--store', 'disk'],
    ['--minutes', '1.5'],
    ['--unknown'],
    ['--sabotage', 'no'],
  ]) {
    const { status, stdout, stderr } = await call(...args)
    t.strictSame([status, stdout], [2, ''], args.join(' '))
    t.match(stderr, 'Usage: npm run simulate')
  }
  t.strictSame((await call('--help')).status, 0)
})
