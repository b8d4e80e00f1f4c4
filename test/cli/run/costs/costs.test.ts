import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { MIB } from '../../../../lib/sizes.js'
import { runHere, stage } from '../../../helpers/command.js'
import { configuredCredentials } from '../../../helpers/local-vault.js'
import { patternBytes } from '../../../helpers/pattern-source.js'
import { VirtualClock } from '../../../helpers/virtual-clock.js'
import { worldFor, type World } from '../../../helpers/world.js'

const credentials = await configuredCredentials(t)
const bytes = patternBytes(3 * MIB)

/** Runs a command that claims to have a terminal on stderr. */
async function atTerminal(
  { vault, catalog }: World,
  args: readonly string[],
): Promise<{ code: number; err: string }> {
  const [command = '', ...rest] = args
  const where = ['--endpoint', vault.endpoint, '--region', vault.region, '--catalog', catalog]
  const it = stage(Buffer.alloc(0), ['stderr'], {}, new VirtualClock())
  const code = await runHere([command, ...where, ...rest], it)
  return { code, err: it.err() }
}

/** Runs a command with an environment of its own and without a vault. */
async function alone(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ code: number; out: string; err: string }> {
  const it = stage(Buffer.alloc(0), [], env)
  const code = await runHere(args, it)
  return { code, out: it.out(), err: it.err() }
}

t.test('get --dry-run prints the jobs and their cost, and starts nothing', async (t) => {
  const world = await worldFor(t, credentials)
  const [a = '', b = ''] = await world.put(bytes, '--max-archive-size', '2MiB', '--name', 'db')
  const get = async (...args: string[]): Promise<string> => {
    const { code, out, err } = await world.run(['get', '--dry-run', 'docs', ...args])
    t.equal(code, 0, err)
    return out
  }
  t.equal(
    await get('--', a),
    `  2.00 MiB  ${a}\n  1.00 MiB  ${b}\n2 retrieval jobs, Standard, 3.00 MiB: US$0.0001, unless the jobs exist already. ` +
      'The prices are those of us-east-1 of 2026-11, without taxes and data transfer. Nothing is started.\n',
  )
  t.match(
    await get('--tier', 'Expedited', '--range', '1MiB-', '--', a),
    /bytes 1048576-2097151\n.*bytes 0-1048575\n2 .*, Expedited, 2\.00 MiB: US\$0\.0201/,
  )
  t.match(
    await get('--', 'u'.repeat(138)),
    /^of unknown size {2}u{138}\n1 retrieval job, Standard, of unknown size\. The cost is unknown\. The prices are/,
  )
  t.match(JSON.parse(await get('--json', '--tier', 'Bulk', '--', a)), {
    jobs: [
      { archiveId: a, size: 2 * MIB },
      { archiveId: b, size: MIB },
    ],
    tier: 'Bulk',
    cost: { currency: 'USD', isAtLeast: false },
  })
  t.equal(world.vault.traffic.of('InitiateJob').requests, 0)
  t.match(await world.run(['get', '--dry-run', 'docs', '--job', 'j'.repeat(92)]), {
    code: 2,
    err: /--dry-run cannot be used with --job/,
  })
  t.match(await world.run(['get', '--dry-run', 'docs', '--range', '1GiB-2GiB', '--', a]), {
    code: 2,
    err: /must end within/,
  })
})

t.test('a terminal is told what a retrieval costs before it starts', async (t) => {
  const world = await worldFor(t, credentials)
  const [a = ''] = await world.put(bytes)
  const file = join(world.vault.dir, 'out')
  const get = (...args: string[]): Promise<{ code: number; err: string }> =>
    atTerminal(world, ['get', 'docs', '-o', file, '--progress', 'never', ...args, '--', a])
  const notice =
    /1 retrieval job, Standard, 3\.00 MiB: less than US\$0\.0001, unless the jobs exist already\. The prices are/
  const noted = await get()
  t.match(noted, { code: 0, err: notice })
  t.ok(noted.err.indexOf('1 retrieval job') < noted.err.indexOf('Started the retrieval job'))
  await rm(file)
  t.notMatch((await get('-q')).err, /US\$/)
  await rm(file)
  const { err } = await world.run(['get', 'docs', '-o', file, '--', a])
  t.notMatch(err, /US\$/, 'stderr is not a terminal')
  const jobId = /retrieval job ([\w-]{92})/.exec(noted.err)?.[1] ?? ''
  await rm(file)
  const ofJob = await atTerminal(world, ['get', 'docs', '-o', file, '--progress', 'never', '--job', jobId])
  t.equal(ofJob.code, 0, ofJob.err)
  t.notMatch(ofJob.err, /US\$/, 'the job exists')
})

t.test('a retrieval from the vault on this machine costs nothing, and has no notice', async (t) => {
  const dir = t.testdir()
  const where = ['--local-dir', dir]
  t.equal(await runHere(['put', 'docs', '--name', 'a', ...where], stage(Buffer.from('x'))), 0)
  const it = stage(Buffer.alloc(0), ['stderr'])
  t.equal(await runHere(['get', 'docs', 'a', ...where, '-o', '-', '--progress', 'never'], it), 0)
  t.notMatch(it.err(), /US\$/)
  const dry = stage()
  t.equal(await runHere(['get', 'docs', 'a', ...where, '--dry-run'], dry), 0)
  t.match(
    dry.out(),
    /The archives are on this machine: this is what AWS would charge\. Nothing is started\.\n$/,
  )
})

t.test('put --dry-run states the cost of the upload and of the storage', async (t) => {
  const dir = t.testdir()
  const put = ['put', 'docs', '--dry-run', '--expected-size', '2TB']
  const there = await alone([...put, '--region', 'us-east-1'])
  t.match(
    there.out,
    /\ncost {9}US\$1\.49 for the upload, and US\$7\.45 a month for the storage\nprices {7}The prices are those of us-east-1/,
  )
  const elsewhere = await alone([...put, '--region', 'eu-west-1'])
  t.match(elsewhere.out, /\ncost {9}unknown for the upload, and US\$7\.45 a month for the storage\n/)
  const unknown = await alone([...put, '--region', 'mars-north-1'])
  t.match(
    unknown.out,
    /\ncost {9}unknown for the upload, and an unknown amount a month .*\nprices {7}The prices of mars-north-1 are unknown/,
  )
  t.match(
    (await alone(['put', 'docs', '--dry-run'])).out,
    /\ncost {9}unknown, since the size is not known; --expected-size states it\n$/,
  )
  const local = await alone([...put, '--local-dir', join(dir, 'v')])
  t.match(local.out, /US\$7\.45 a month.*\n.*those of us-east-1 .* The archives are on this machine/)
  t.match(
    (await alone([...put, '--local-dir', join(dir, 'v'), '--region', 'eu-west-2'])).out,
    /those of eu-west-2/,
  )
  const region = ['--region', 'eu-west-1']
  t.equal(
    await runHere(['put', 'docs', '--local-dir', join(dir, 'v'), ...region], stage(Buffer.from('x'))),
    0,
  )
  t.match(
    (await alone([...put, '--local-dir', join(dir, 'v')])).out,
    /those of eu-west-1/,
    'the region of its first start',
  )
  t.match(await alone([...put, '--local-dir', dir, '--endpoint', 'http://127.0.0.1:1']), {
    code: 2,
    err: /select different vaults/,
  })
  t.match(JSON.parse((await alone([...put, '--region', 'us-east-1', '--json'])).out), {
    cost: { region: 'us-east-1', upload: { total: 1.49045 }, storagePerMonth: { total: 7.450580963135 } },
  })
})

t.test('without a configured region, the prices are unknown', async (t) => {
  const names = ['AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_CONFIG_FILE'] as const
  const before = names.map((name) => process.env[name])
  for (const name of names) Reflect.deleteProperty(process.env, name)
  process.env.AWS_CONFIG_FILE = join(t.testdir({ config: '' }), 'config')
  t.teardown(() => {
    for (const [i, name] of names.entries()) {
      if (before[i] === undefined) Reflect.deleteProperty(process.env, name)
      else process.env[name] = before[i]
    }
  })
  t.match(await alone(['put', 'docs', '--dry-run', '--expected-size', '1GiB']), {
    code: 0,
    out: /an unknown amount a month for the storage\nprices {7}The prices are unknown, since no region is configured\.\n$/,
  })
})

t.test('--prices FILE replaces the table', async (t) => {
  const dir = t.testdir({ bad: '{', other: '{"currency":"EUR","regions":{}}' })
  const prices = {
    currency: 'USD',
    regions: { 'us-east-1': { date: '2031-01', source: 'a page', uploadRequests: 1 } },
  }
  await writeFile(join(dir, 'good'), JSON.stringify(prices))
  const put = (file: string): ReturnType<typeof alone> =>
    alone([
      'put',
      'docs',
      '--dry-run',
      '--expected-size',
      '1GiB',
      '--region',
      'us-east-1',
      '--prices',
      join(dir, file),
    ])
  const elsewhere = ['put', 'docs', '--dry-run', '--expected-size', '1GiB', '--region', 'mars-north-1']
  t.match(
    (await put('good')).out,
    /cost {9}US\$0\.0660 for the upload, and an unknown amount a month .*\nprices {7}The prices are those of us-east-1 of 2031-01 in \S+good \(source: a page\), without taxes/,
  )
  t.match(
    (await alone([...elsewhere, '--prices', join(dir, 'good')])).out,
    /prices {7}The prices of mars-north-1 are unknown\. \S+good does not state them\.\n$/,
  )
  t.match(await put('bad'), { code: 2, err: /--prices \S+bad: the file is not JSON\./ })
  t.match(await put('other'), { code: 2, err: /--prices \S+other: currency must be 'USD', not 'EUR'\./ })
  t.match(await put('none'), { code: 2, err: /--prices \S+none: no such file/i })
})

t.test('a file of the local vault that states no region is an error in words', async (t) => {
  const dir = t.testdir({ 'local-vault.json': '{"format":1}' })
  const put = ['put', 'docs', '--dry-run', '--expected-size', '2TB', '--local-dir', dir]
  for (const content of ['{', '"x"', '{"accountId":"111122223333","region":"../.."}']) {
    await writeFile(join(dir, 'home.json'), content)
    t.match(await alone(put), {
      code: 1,
      err: /home\.json does not contain an accountId .* and a region\. Restore/,
    })
  }
  await rm(join(dir, 'home.json'))
  t.match(await alone(put), { code: 0 })
})
