import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import t, { type Test } from 'tap'
import type { ArchiveRecord } from '../../../../lib/catalog/record.js'
import { MIB } from '../../../../lib/sizes.js'
import { runHere, stage } from '../../../helpers/command.js'
import { configuredCredentials } from '../../../helpers/local-vault.js'
import { patternBytes } from '../../../helpers/pattern-source.js'
import { VirtualClock } from '../../../helpers/virtual-clock.js'
import { worldFor, type World } from '../../../helpers/world.js'

const DAY = 86_400_000
const NOW = Date.now()
const credentials = await configuredCredentials(t)
/** Three volumes of 2 MiB at most. */
const bytes = patternBytes(5 * MIB + 7)

/** A world, and a function that makes all archives of the catalog older. */
async function pruneWorld(test: Test): Promise<World & { age: (days: number) => Promise<void> }> {
  const world = await worldFor(test, credentials)
  const age = async (days: number): Promise<void> => {
    const records = (await world.records()).map((record) => {
      return { ...record, time: new Date(Date.parse(record.time) - days * DAY).toISOString() }
    })
    await writeFile(world.catalog, records.map((record) => `${JSON.stringify(record)}\n`).join(''))
  }
  return { ...world, age }
}

/** A record of an archive that does not exist at the service, of a number of days ago. */
function recordOf(
  { place }: World,
  name: string | undefined,
  days: number,
  more: Partial<ArchiveRecord> = {},
): object {
  const archiveId = `${name ?? 'unnamed'}-${days}-`.padEnd(138, 'x')
  const time = new Date(NOW - days * DAY).toISOString()
  return {
    type: 'archive',
    time,
    ...place,
    archiveId,
    size: 5 * MIB,
    treeHash: 'a',
    name,
    volume: 1,
    partSize: MIB,
    ...more,
  }
}

t.test('prune needs a rule, and a confirmation', async (t) => {
  const { run } = await pruneWorld(t)
  t.match(await run(['prune', 'docs', '--yes']), {
    code: 2,
    err: /at least one of --keep-last, .* everything would be/,
  })
  t.match(await run(['prune', 'docs', '--keep-last', '1']), { code: 2, err: /no terminal .* Give --yes/ })
  for (const wrong of ['0', '-1', '1.5', 'all', ''])
    t.match(await run(['prune', 'docs', `--keep-last=${wrong}`]), { code: 2, err: /from 1 up, or unlimited/ })
  for (const wrong of ['6m', '1', '0d', '', '1d2y', '5min'])
    t.match(await run(['prune', 'docs', `--keep-within=${wrong}`]), {
      code: 2,
      err: /as 1y6mo, 2w, 30d or 12h/,
    })
  t.match(await run(['prune', 'docs', '--keep-last', '1', '--yes']), {
    code: 0,
    err: /To keep: nothing.*\n.*To delete: nothing/,
  })
})

t.test('prune deletes by name what no rule keeps, and states why it keeps the rest', async (t) => {
  const world = await pruneWorld(t)
  const { run, put, age, append } = world
  const [b1 = ''] = await put('one', '--name', 'b')
  await age(50)
  const [b2 = ''] = await put('two', '--name', 'b')
  await age(50)
  const [a1 = ''] = await put('three', '--name', 'a')
  await age(100)
  await append(recordOf(world, 'b', 1))
  const dry = await run(['prune', 'docs', '--keep-last', '1', '--keep-yearly', 'unlimited', '--dry-run'])
  t.match(dry, { code: 0, err: '' })
  t.match(
    dry.out.replace(/\d{4}-\d\d-\d\d \d\d:\d\d/g, 'TIME'),
    new RegExp(
      `^a:\n {2}keep {4}TIME {9}5 B {2}${a1.slice(0, 8)} {2}\\(last, yearly\\)\nb:\n` +
        ` {2}keep {4}TIME {4}5\\.00 MiB {2}b-1-xxxx {2}\\(last, yearly\\)\n`,
    ),
  )
  const plan = await run(['prune', 'docs', '--keep-last', '1', '--dry-run'])
  t.match(plan.out, new RegExp(` {2}delete {2}.* ${b2.slice(0, 8)}\n {2}delete {2}.* ${b1.slice(0, 8)}\n`))
  t.match(
    plan.out,
    /To keep: 2 archives, 5\.00 MiB\.\nTo delete: 2 archives, 6 B\.\nThis saves less than US\$0\.0001 a month\. Early/,
  )
  t.match(plan.out, /Early deletion: US\$0\.00\. The prices are those of us-east-1 of 2026-11, without taxes/)
  t.equal((await world.records()).filter(({ type }) => type === 'deleted').length, 0, 'nothing is deleted')
  const done = await run(['prune', 'docs', '--keep-last', '1', '--yes'])
  t.match(done, { code: 0, out: '', err: /To delete: 2 archives, 6 B[^]*2 archives deleted\.\n$/ })
  const deleted = (await world.records()).flatMap((it) => (it.type === 'deleted' ? it.archiveId : []))
  t.strictSame(deleted.sort(), [b1, b2].sort())
  const again = await run(['prune', 'docs', '--keep-last', '1', '--yes', '--json', '-q'])
  t.match(again, { code: 0, err: '' })
  t.match(
    again.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object),
    [
      { action: 'keep', reasons: ['last'], name: 'a', archiveId: a1, size: 5, volumes: 1 },
      { action: 'keep', reasons: ['last'], name: 'b', volumes: 1, freeSince: /^\d{4}-/ },
    ],
  )
})

t.test('an archive younger than 90 days is kept, unless --now is given', async (t) => {
  const world = await pruneWorld(t)
  await world.append(
    recordOf(world, 'a', 100),
    recordOf(world, 'a', 80),
    recordOf(world, 'a', 60),
    recordOf(world, 'a', 1),
  )
  const rule = ['prune', 'docs', '--keep-last', '1', '--dry-run']
  const { out } = await world.run(rule)
  const day = (days: number): string => new Date(NOW + days * DAY).toISOString().slice(0, 10)
  t.match(
    out,
    new RegExp(
      `keep .* \\(charged for until ${day(30)}\\)\n {2}keep .* \\(charged for until ${day(10)}\\)\n {2}delete`,
    ),
  )
  t.match(
    out,
    new RegExp(`Of these, 2 are kept only because .*, until ${day(10)} to ${day(30)}\\. --now deletes them`),
  )
  t.match(out, /To delete: 1 archive, 5\.00 MiB/)
  const now = await world.run([...rule, '--now', '--prices', join(world.vault.dir, 'prices.json')])
  t.match(now, { code: 2, err: /--prices \S+prices\.json: no such file or directory \(ENOENT\)\.$/m })
  const prices = {
    currency: 'USD',
    regions: { 'us-east-1': { date: '2030', source: 'here', storage: 1000 } },
  }
  await writeFile(join(world.vault.dir, 'prices.json'), JSON.stringify(prices))
  const dear = await world.run([...rule, '--now', '--prices', join(world.vault.dir, 'prices.json')])
  t.match(dear.out, /To delete: 3 archives, 15\.0 MiB/)
  // Three archives of 5 MiB and 32 KiB for a month; two of them for 10 and 30 days more.
  t.match(
    dear.out,
    /This saves US\$14\.74 a month\. Early deletion: US\$6\.55\. The prices are those of us-east-1 of 2030/,
  )
  const without = { ...prices, regions: { 'us-east-1': { date: '2030', source: 'here' } } }
  await writeFile(join(world.vault.dir, 'prices.json'), JSON.stringify(without))
  const unknown = await world.run([...rule, '--now', '--prices', join(world.vault.dir, 'prices.json')])
  t.match(unknown.out, /The amount that this saves a month is unknown\. Early deletion: unknown\. The prices/)
  const kept = await world.run(['prune', 'docs', '--keep-last', '3', '--keep-within', '1d', '--dry-run'])
  t.notMatch(kept.out, /Of these/, 'the policy keeps the young ones')
})

t.test('a set is young if one of its volumes is, counts once, and is deleted whole', async (t) => {
  const world = await pruneWorld(t)
  const { run, put, age } = world
  const [a = '', b = '', c = ''] = await put(bytes, '--max-archive-size', '2MiB', '--name', 'db')
  await age(200)
  await put('newer', '--name', 'db')
  const young = (await world.records()).map((record) => {
    return record.type === 'archive' && record.archiveId === c
      ? { ...record, time: new Date(NOW).toISOString() }
      : record
  })
  const aged = await world.records()
  const save = (records: readonly object[]): Promise<void> =>
    writeFile(world.catalog, records.map((record) => `${JSON.stringify(record)}\n`).join(''))
  await save(young)
  t.match(
    (await run(['prune', 'docs', '--keep-last', '1', '--dry-run'])).out,
    /keep .*\(3 volumes/,
    'a volume is young',
  )
  await save(aged)
  t.match(await run(['prune', 'docs', '--keep-last', '1', '--yes']), {
    code: 0,
    err: /delete .*\(3 volumes\)[^]*3 archives deleted/,
  })
  const deleted = (await world.records()).flatMap((it) => (it.type === 'deleted' ? it : []))
  t.match(deleted, [{ archiveId: c, firstVolume: a }, { archiveId: b, firstVolume: a }, { archiveId: a }])
  t.notOk('firstVolume' in (deleted[2] ?? {}), 'the set is deleted with its first volume')
})

t.test(
  'a prune that fails within a set deletes the other archives, and the next one deletes the rest',
  async (t) => {
    const world = await pruneWorld(t)
    const { run, put, age, vault } = world
    const [a = '', b = ''] = await put(bytes, '--max-archive-size', '2MiB', '--name', 'db')
    await put('other', '--name', 'x')
    await age(200)
    await put('newer', '--name', 'db')
    await put('newer', '--name', 'x')
    vault.faults.add({ fault: 'expired-upload', operation: 'DeleteArchive', nth: 2 })
    const rule = ['prune', 'docs', '--keep-last', '1']
    // One set after the other, so that the second request is for the second volume of the set.
    const failed = await run([...rule, '--yes', '--name', 'd*'])
    t.match(failed, {
      code: 1,
      err: new RegExp(`The archive ${a} is not deleted: .*[^]*1 archive could not be deleted\\. The same`),
    })
    vault.faults.clear()
    t.match((await run(['ls'])).out, /incomplete: another volume should follow/)
    const dry = await run([...rule, '--dry-run'])
    t.match(dry.out, /sets whose deletion has begun:\n {2}delete the rest of {2}.*\(2 volumes\)\n/)
    t.match(await run([...rule, '--dry-run', '--json']), {
      out: new RegExp(`^{"action":"complete","reasons":\\[\\],"name":"db","archiveId":"${a}"`),
    })
    t.match(await run([...rule, '--yes']), { code: 0, err: /3 archives deleted/ })
    t.ok(b)
    const [unnamed = ''] = await put(bytes, '--max-archive-size', '2MiB')
    vault.faults.add({ fault: 'expired-upload', operation: 'DeleteArchive', nth: 2 })
    t.equal((await run(['rm', 'docs', '--yes', '--', unnamed])).code, 1)
    vault.faults.clear()
    t.match((await run([...rule, '--dry-run', '--name', 'db'])).out, /To delete: nothing/)
    t.match(await run([...rule, '--yes']), { err: /2 archives deleted/ }, 'also of a set without a name')
    t.notMatch((await run(['prune', 'docs', '--keep-last', '1', '--dry-run'])).out, /begun|delete /)
  },
)

t.test('a failure that concerns all archives stops prune', async (t) => {
  const world = await pruneWorld(t)
  await world.append(recordOf(world, 'a', 200), recordOf(world, 'a', 1))
  const { code, err } = await world.run(['prune', 'docs', '--keep-last', '1', '--yes'])
  t.match({ code, err }, { code: 1, err: /Vault not found/ })
  t.notMatch(err, /could not be deleted/)
  world.vault.faults.add({ fault: 'expired-token', operation: 'DeleteArchive' })
  await world.put('x')
  const expired = await world.run(['prune', 'docs', '--keep-last', '1', '--yes', '--retry-for', '0'])
  t.equal(expired.code, 1)
  t.notMatch(expired.err, /could not be deleted/)
})

t.test('what cannot be restored or identified is never deleted, and does not count', async (t) => {
  const world = await pruneWorld(t)
  const { run, append } = world
  const id = (letter: string): string => letter.repeat(138)
  await append(
    recordOf(world, undefined, 300),
    recordOf(world, '', 301),
    recordOf(world, 'a', 200),
    recordOf(world, 'a', 150, { archiveId: id('i'), more: true }),
    recordOf(world, 'a', 140, { archiveId: id('u'), volume: 1 }),
    recordOf(world, 'a', 140, { archiveId: id('v'), volume: 2, firstVolume: id('u'), partSize: undefined }),
    recordOf(world, 'a', 130, { archiveId: id('c') }),
    recordOf(world, 'a', 130, { archiveId: id('c'), treeHash: 'b' }),
    { ...recordOf(world, 'a', 120, { archiveId: id('e') }), endpoint: 'https://other.example' },
    { ...recordOf(world, 'a', 110, { archiveId: id('o') }), vaultName: 'others' },
    recordOf(world, 'a', 105, { archiveId: id('k'), accountId: '999999999999' }),
    {
      type: 'sending',
      time: new Date(NOW).toISOString(),
      ...world.place,
      intentId: 'p',
      name: 'a',
      size: 1,
      treeHash: 'a',
      volume: 1,
    },
  )
  await world.put('so that the vault exists, and its account is known')
  const { out } = await run(['prune', 'docs', '--keep-last', '1', '--dry-run'])
  t.match(
    out,
    /^a:\n {2}keep .* a-200-xx {2}\(last, \S+\)\nTo keep|^a:\n {2}keep .* a-200-xx {2}\(last\)\nTo keep/,
    'it is the only one that counts',
  )
  t.match(
    out,
    /Never deleted, and not counted as kept: 3 without a name; 2 incomplete or without a known end; 1 about which/,
  )
  t.match(
    (await run(['prune', 'docs', '--keep-last', '1', '--name', 'zzz', '--dry-run'])).out,
    /^To keep: nothing/,
  )
})

t.test('an archive whose time cannot be read is never deleted, and does not shift the others', async (t) => {
  const world = await pruneWorld(t)
  const undated = ['', 'x', 'Infinity', '2026-13-99', '+275760-09-13T00:00:00.000Z'].map((time, i) =>
    recordOf(world, 'n', 400 + i, { time }),
  )
  const [newest, older, oldest] = [
    recordOf(world, 'n', 100),
    recordOf(world, 'n', 200),
    recordOf(world, 'n', 300),
  ]
  await world.append(oldest, ...undated.slice(0, 2), older, ...undated.slice(2), newest)
  for (const flags of [['--dry-run'], ['--dry-run', '--json'], ['--dry-run', '--now']]) {
    const { code, out, err } = await world.run(['prune', 'docs', '--keep-last', '1', ...flags])
    t.match({ code, err }, { code: 0, err: '' })
    if (flags.includes('--json')) {
      const plan = out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { action: string; time: string })
      t.strictSame(
        plan.map(({ action, time }) => [action, time]),
        [newest, older, oldest].map((record, i) => [
          i === 0 ? 'keep' : 'delete',
          (record as ArchiveRecord).time,
        ]),
      )
    } else t.match(out, /Never deleted, and not counted as kept: 5 without a readable time\./)
  }
  t.match((await world.run(['get', 'docs', 'latest', '--dry-run'])).out, (newest as ArchiveRecord).archiveId)
})

t.test('without a known account, the accounts of the catalog must agree', async (t) => {
  const world = await pruneWorld(t)
  await world.append(recordOf(world, 'a', 200, { accountId: '111111111111' }), recordOf(world, 'a', 150))
  const rule = ['prune', 'docs', '--keep-last', '1', '--dry-run']
  t.match((await world.run(rule)).out, /To delete: 1 archive/, 'a vault that does not respond has no account')
  await world.append(recordOf(world, 'a', 130, { accountId: '222222222222' }))
  t.match(await world.run(rule), { code: 2, err: /several accounts.* Give --account-id/ })
  t.match(await world.run([...rule, '--account-id', '222222222222']), {
    out: /To keep: 1 archive.*\nTo delete: 1 archive/,
  })
})

t.test('at a terminal prune asks, and a no deletes nothing', async (t) => {
  const world = await pruneWorld(t)
  await world.put('old', '--name', 'a')
  await world.age(200)
  await world.put('new', '--name', 'a')
  const { endpoint, region } = world.vault
  const where = ['--endpoint', endpoint, '--region', region, '--catalog', world.catalog]
  const answered = async (answer: string): Promise<{ code: number; err: string }> => {
    const it = stage(Buffer.alloc(0), ['stdin', 'stderr'], {}, new VirtualClock())
    const stdin = Object.assign(new PassThrough(), { isTTY: true })
    stdin.write(`${answer}\n`)
    const code = await runHere(['prune', '-q', 'docs', '--keep-last', '1', ...where], {
      ...it,
      io: { ...it.io, stdin },
    })
    return { code, err: it.err() }
  }
  t.match(await answered('n'), {
    code: 1,
    err: /To keep: 1 archive[^]*Delete 1 archive from docs permanently\? \[y\/N\] [^]*Nothing was deleted/,
  })
  t.match(await answered('y'), { code: 0 })
  t.match((await world.run(['prune', 'docs', '--keep-last', '1', '--dry-run'])).out, /To delete: nothing/)
})

t.test('prune deletes nothing if the catalog was changed while the question was open', async (t) => {
  const world = await pruneWorld(t)
  await world.put('old', '--name', 'a')
  await world.age(200)
  const [kept = ''] = await world.put('new', '--name', 'a')
  const { endpoint, region } = world.vault
  const where = ['--endpoint', endpoint, '--region', region, '--catalog', world.catalog]
  const it = stage(Buffer.alloc(0), ['stdin', 'stderr'], {}, new VirtualClock())
  const stdin = Object.assign(new PassThrough(), { isTTY: true })
  const ended = runHere(['prune', '-q', 'docs', '--keep-last', '1', ...where], {
    ...it,
    io: { ...it.io, stdin },
  })
  while (!it.err().includes('[y/N]')) await setTimeout(5)
  t.match(await world.run(['rm', 'docs', '--yes', '--', kept]), { code: 0 })
  stdin.write('y\n')
  t.equal(await ended, 2)
  t.match(it.err(), /The catalog was changed since the question.* Nothing was deleted/)
  t.equal(world.vault.traffic.of('DeleteArchive').carriedOut, 1)
})

t.test('records that put an archive into the set of another one delete neither', async (t) => {
  const world = await pruneWorld(t)
  const id = (letter: string): string => letter.repeat(138)
  const keys = recordOf(world, 'keys', 300, { archiveId: id('k') })
  await world.append(
    recordOf(world, 'db', 200, { archiveId: id('o') }),
    keys,
    { ...keys, volume: 2, firstVolume: id('o') },
    recordOf(world, 'db', 150, { archiveId: id('n') }),
  )
  t.match(
    (await world.run(['prune', 'docs', '--keep-last', '1', '--dry-run'])).out,
    /To delete: nothing[^]* 2 about which/,
  )
})

t.test('a deletion that claims to be of a stream without other volumes does not delete it', async (t) => {
  const world = await pruneWorld(t)
  const id = (letter: string): string => letter.repeat(138)
  const deleted = { type: 'deleted', time: new Date(NOW).toISOString(), ...world.place, archiveId: id('v') }
  await world.append(
    recordOf(world, 'db', 200, { archiveId: id('o') }),
    recordOf(world, 'db', 150, { archiveId: id('n') }),
    { ...deleted, firstVolume: id('n') },
  )
  t.match(
    (await world.run(['prune', 'docs', '--keep-last', '1', '--dry-run'])).out,
    /To delete: nothing[^]* 1 about which/,
  )
})

t.test('an account that was given as - is that of the credentials', async (t) => {
  const world = await pruneWorld(t)
  await world.append(recordOf(world, 'a', 200, { accountId: '-' }), recordOf(world, 'a', 150))
  await world.put('so that the vault exists, and its account is known')
  t.match((await world.run(['prune', 'docs', '--keep-last', '1', '--dry-run'])).out, /To delete: 1 archive/)
})
