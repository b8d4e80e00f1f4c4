import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import t from 'tap'
import { MIB } from '../../../../lib/sizes.js'
import { runHere, stage } from '../../../helpers/command.js'
import { configuredCredentials, send } from '../../../helpers/local-vault.js'
import { patternBytes } from '../../../helpers/pattern-source.js'
import { policy } from '../../../helpers/policies.js'
import { VirtualClock } from '../../../helpers/virtual-clock.js'
import { worldFor, type Ran, type World } from '../../../helpers/world.js'

const DAY = 86_400_000
const credentials = await configuredCredentials(t)

/** A record of an archive of 5 MiB, of a number of days ago. */
function recordOf({ place }: World, days: number, more: object = {}): object {
  const time = new Date(Date.now() - days * DAY).toISOString()
  const archiveId = `archive-${days}-`.padEnd(138, 'x')
  return {
    type: 'archive',
    time,
    ...place,
    archiveId,
    size: 5 * MIB,
    treeHash: 'a',
    volume: 1,
    partSize: MIB,
    ...more,
  }
}

function idOf(record: object): string {
  return (record as { readonly archiveId: string }).archiveId
}

t.test('rm --dry-run prints what would be deleted, its size and its cost, without a request', async (t) => {
  const world = await worldFor(t, credentials)
  const [young, older, old] = [recordOf(world, 30), recordOf(world, 80), recordOf(world, 200)] as const
  await world.append(young, older, old)
  const before = world.vault.traffic.all()
  const day = (days: number): string => new Date(Date.now() + days * DAY).toISOString().slice(0, 10)
  const rm = (...ids: string[]): Promise<Ran> => world.run(['rm', '--dry-run', 'docs', '--', ...ids])
  t.match(await rm(idOf(young), idOf(older), idOf(old)), {
    code: 0,
    err: '',
    out: new RegExp(
      '^This archive will be deleted: archive-30-x+ {2}5\\.00 MiB\n.*\n.*\n3 archives, 15\\.0 MiB\\. Nothing is deleted\\.\n' +
        `2 of the 3 archives are charged for until ${day(60)}, 90 days after they were stored, even if they are deleted ` +
        'now: less than US\\$0\\.0001\\. The prices are those of us-east-1 of 2026-11, without taxes and data transfer\\.\n$',
    ),
  })
  t.match((await rm(idOf(young), idOf(old))).out, /1 of the 2 archives is charged for .*after it was stored/)
  t.match((await rm(idOf(young), idOf(older))).out, /The 2 archives are charged for/)
  t.match((await rm(idOf(young))).out, /1 archive, 5\.00 MiB\. .*\nThe archive is charged for/)
  t.match((await rm(idOf(old))).out, /\nEarly deletion: US\$0\.00\.\n$/)
  t.match((await rm('u'.repeat(138))).out, /1 archive, at least 0 B\. .*\nEarly deletion: unknown\.\n$/)
  t.match((await rm('u'.repeat(138), idOf(young))).out, /The catalog does not know all of the archives/)
  const prices = join(world.vault.dir, 'prices.json')
  await writeFile(prices, '{"currency":"USD","regions":{}}')
  t.match(
    (await world.run(['rm', '--dry-run', '--prices', prices, 'docs', '--', idOf(young)])).out,
    /even if it is deleted now\. The amount is unknown\. The prices of us-east-1 are unknown\. \S+ does not state/,
  )
  const json = await world.run(['rm', '--dry-run', '--json', 'docs', '--', idOf(young), 'u'.repeat(138)])
  t.match(JSON.parse(json.out), {
    archives: [{ archiveId: idOf(young), size: 5 * MIB }, { archiveId: 'u'.repeat(138) }],
    size: 5 * MIB,
    earlyDeletion: {
      currency: 'USD',
      isAtLeast: true,
      lines: [
        { item: 'early deletion' },
        { amount: 0 },
        { item: /that the catalog does not know$/, amount: null },
      ],
    },
  })
  t.strictSame(world.vault.traffic.all(), before, 'nothing was sent')
  t.equal((await world.records()).length, 3, 'nothing was recorded')
})

t.test('empty states what a vault has, and requires its name at a terminal', async (t) => {
  const world = await worldFor(t, credentials)
  await world.put(patternBytes(2 * MIB))
  await world.put('two')
  await world.vault.control.takeInventory('docs')
  await world.append(recordOf(world, 1))
  const { endpoint, region } = world.vault
  const where = ['--endpoint', endpoint, '--region', region, '--catalog', world.catalog]
  const answered = async (answer: string): Promise<{ code: number; err: string }> => {
    const it = stage(Buffer.alloc(0), ['stdin', 'stderr'], {}, new VirtualClock())
    const stdin = Object.assign(new PassThrough(), { isTTY: true })
    stdin.write(answer === '\x03' || answer === '\x04' ? answer : `${answer}\n`)
    const code = await runHere(['empty', '-q', 'docs', ...where], { ...it, io: { ...it.io, stdin } })
    return { code, err: it.err() }
  }
  for (const answer of ['y', 'yes', '', 'doc', 'DOCS'])
    t.match(await answered(answer), { code: 1, err: /Nothing was deleted/ }, answer)
  t.match(
    await answered('\x03'),
    { code: 130, err: /name of the vault: .*\nglacier-pipe: Stopped\. Nothing was deleted\.\n$/ },
    'Ctrl-C is a character in raw mode',
  )
  t.match(
    await answered('\x04'),
    { code: 1, err: /vault: .*\nglacier-pipe: Nothing was deleted\.\n$/ },
    'Ctrl-D',
  )
  const it = stage(Buffer.alloc(0), ['stdin', 'stderr'], {}, new VirtualClock())
  const stdin = Object.assign(new PassThrough(), { isTTY: true })
  stdin.once('resume', () => {
    it.interrupt.abort('SIGTERM')
  })
  t.equal(await runHere(['empty', '-q', 'docs', ...where], { ...it, io: { ...it.io, stdin } }), 143)
  t.match(it.err(), /Stopped\. Nothing was deleted\.\n$/)
  t.equal(world.vault.traffic.of('DeleteArchive').carriedOut, 0)
  const done = await answered('docs')
  t.match(done, {
    code: 0,
    err: new RegExp(
      'The catalog has 3 archives of the vault docs, 7\\.00 MiB in total\\.\n.*The inventory of \\d{4}-\\S+Z has 2 archives, ' +
        '2\\.00 MiB in total\\.\n.*Early deletion, before an archive is 90 days old: less than US\\$0\\.0001\\. The prices are those of ' +
        '[^]*To delete every archive in docs permanently, type the name of the vault: ',
    ),
  })
  t.equal(world.vault.traffic.of('DeleteArchive').carriedOut, 3)
})

t.test('empty --dry-run counts what only the service knows, and deletes nothing', async (t) => {
  const world = await worldFor(t, credentials, { inventoryInterval: 86_400_000 })
  const dry = (...args: string[]): Promise<Ran> => world.run(['empty', '--dry-run', ...args, 'docs'])
  t.match(await dry(), { code: 1, err: /Vault not found/ }, 'there is no such vault')
  const [id = ''] = await world.put('one')
  t.match(await dry(), {
    code: 0,
    err: '',
    out: /^The catalog has 1 archive .*, 3 B in total\.\nEarly deletion/,
  })
  await world.vault.control.takeInventory('docs')
  await world.keep(() => false)
  t.match(
    (await dry()).out,
    /has 0 archives.*\n.*has 1 archive, 3 B in total\.\nEarly .*: unknown\. The prices are/,
  )
  t.match(JSON.parse((await dry('--json')).out), {
    vaultName: 'docs',
    archives: 0,
    size: 0,
    inventory: { archives: 1, sizeWithOverhead: 32_771 },
    earlyDeletion: { total: 0, isAtLeast: true },
  })
  await world.append({
    type: 'mismatched',
    ...world.place,
    time: new Date().toISOString(),
    archiveId: id,
    size: 7,
    sentTreeHash: 'a',
  })
  t.match(
    (await dry()).out,
    /^The catalog has 1 archive .*, 7 B in total/,
    'an archive with a wrong hash is deleted too',
  )
  t.equal(world.vault.traffic.of('DeleteArchive').carriedOut, 0)
})

t.test('empty does without the state of the vault if the account may not read it', async (t) => {
  const world = await worldFor(t, credentials)
  await world.put('one')
  const vaultArn = `arn:aws:glacier:${world.vault.region}:${world.vault.accountId}:vaults/docs`
  const statement = {
    Effect: 'Deny',
    Principal: '*',
    Action: 'glacier:DescribeVault',
    Resource: vaultArn,
  }
  const body = JSON.stringify({ Policy: policy(statement) })
  const set = await send(world.vault, { method: 'PUT', path: '/-/vaults/docs/access-policy', body })
  t.equal(set.status, 204)
  const { code, out } = await world.run(['empty', '--dry-run', 'docs'])
  t.match({ code, out }, { code: 0, out: /^The catalog has 1 archive .*\nEarly deletion/ })
  const json = await world.run(['empty', '--dry-run', '--json', 'docs'])
  t.notOk('inventory' in (JSON.parse(json.out) as object))
})
