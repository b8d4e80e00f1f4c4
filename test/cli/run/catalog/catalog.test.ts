import { appendFile, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { namePattern } from '../../../../lib/cli/run/name-pattern.js'
import { nameOf } from '../../../../lib/glacier/archive-name.js'
import { MIB } from '../../../../lib/sizes.js'
import { clientFor } from '../../../helpers/local-vault.js'
import { patternBytes } from '../../../helpers/pattern-source.js'

import { vaultWorldFor } from '../../../helpers/vault-world.js'

t.test('a catalog that was lost is rebuilt, and put beside the vault', async (t) => {
  const { run, put, catalog } = await vaultWorldFor(t)
  const bytes = patternBytes(3 * MIB)
  const set = (await put(bytes, '--max-archive-size', '2MiB')).split('\n')
  const small = await put('hello world', '--description', 'mt2 eyJmaWxlbmFtZSI6ImEudGFyIn0')
  t.match(await run(['catalog', 'diff', 'docs']), { code: 0, out: '' })
  await rm(catalog)
  const diff = await run(['catalog', 'diff', 'docs'])
  t.equal(diff.out.match(/^\+ .*\(not in the catalog\)$/gm)?.length, 3)
  t.match(await run(['catalog', 'rebuild', 'docs']), {
    code: 0,
    err: /Archives in the inventory: 3\. Added to the catalog: 3\./,
  })
  t.match(await run(['catalog', 'rebuild', 'docs', '--json']), {
    out: '{"vaultName":"docs","inventory":3,"added":0,"reconciled":0,"settled":0}\n',
  })
  t.match(await run(['catalog', 'rebuild', 'docs', '-q']), { code: 0, out: '' })
  t.match(await run(['ls', '--name', 'a.tar']), {
    out: new RegExp(`^a\\.tar  .*  ${small.slice(0, 8)}  docs\\n$`),
  })
  const out = join(catalog, '..', 'out')
  t.match(await run(['get', 'docs', '-o', out, '--', set[0] ?? '']), { code: 0, err: /first of 2 volumes/ })
  t.ok((await readFile(out)).equals(bytes), 'the set is known again')

  await appendFile(
    catalog,
    (await readFile(catalog, 'utf8'))
      .replaceAll(small, 's'.repeat(138))
      .replaceAll(/"time":"[^"]*"/g, '"time":"2020-01-01T00:00:00Z"'),
  )
  t.match(await run(['catalog', 'diff', 'docs']), {
    out: /^- .* {2}s{138} {2}a\.tar {2}\(not in the vault\)\n$/,
  })
  t.match(JSON.parse((await run(['catalog', 'diff', 'docs', '--json'])).out), {
    only: 'catalog',
    archiveId: 's'.repeat(138),
  })
})

t.test('a catalog is rebuilt of many archives, but not of those it knows to be deleted', async (t) => {
  const { run, put, vault, catalog } = await vaultWorldFor(t, { inventoryInterval: 86_400_000 })
  const first = await put('one')
  await vault.control.takeInventory('docs')
  const rows = Array.from({ length: 1100 }, (_, i) => ({
    archiveId: String(i).padStart(138, 'x'),
    description: null,
    creationDate: '2026-01-01T00:00:00.000Z',
    size: 1,
    treeHash: 'f'.repeat(64),
  }))
  const path = join(vault.dir, 'vaults', 'docs', 'inventory.jsonl')
  const text = await readFile(path, 'utf8')
  await writeFile(path, text + rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
  t.match(await run(['rm', '--yes', 'docs', '--', first, rows[0]?.archiveId ?? '']), {
    code: 0,
    err: /2 archives deleted/,
  })
  t.equal((await run(['inventory', 'docs'])).out.trim().split('\n').length, 1101)
  t.match(await run(['catalog', 'rebuild', 'docs']), {
    err: /inventory: 1101\. Added to the catalog: 1099\./,
  })
  t.equal((await readFile(catalog, 'utf8')).match(/"type":"archive"/g)?.length, 1 + 1099)
  const diff = JSON.parse(
    (await run(['catalog', 'diff', 'docs', '--json'])).out.split('\n')[0] ?? '',
  ) as object
  t.match(diff, { only: 'vault', why: 'deleted since the inventory' })
  const client = clientFor(t, vault)
  const csv = await client.startInventory({ vaultName: 'docs', format: 'CSV' })
  await put('two')
  t.match(
    await run(['catalog', 'diff', 'docs', `--job=${csv}`]),
    { out: /\(not in the vault\)/ },
    'CSV has no date to tell by',
  )
  const emptied = await run(['empty', '--yes', 'docs'])
  t.match(emptied, { code: 0, err: /1000 archives have been deleted so far\.\n.*1100 archives deleted/s })
})

t.test('what is stored or deleted after an inventory is told apart from what is lost', async (t) => {
  const { run, put } = await vaultWorldFor(t, { inventoryInterval: 86_400_000 })
  const first = await put('one')
  t.match(await run(['catalog', 'diff', 'docs']), {
    code: 1,
    err: /has not yet generated an initial inventory/,
  })
  const world = await vaultWorldFor(t, {
    inventoryInterval: 86_400_000,
    dir: `${t.testdirName}-other`,
  })
  t.teardown(() => rm(world.vault.dir, { recursive: true, force: true }))
  t.ok(first)
  const old = await world.put('one')
  await world.vault.control.takeInventory('docs')
  const fresh = await world.put('two')
  t.match(await world.run(['rm', 'docs', '--yes', '--', old]), { code: 0 })
  const { out } = await world.run(['catalog', 'diff', 'docs'])
  t.match(out, new RegExp(`^\\+ .* ${old} .*\\(deleted since the inventory\\)$`, 'm'))
  t.match(out, new RegExp(`^- .* ${fresh} .*\\(stored since the inventory\\)$`, 'm'))
})

t.test('the catalog is searched by name, date and size', async (t) => {
  const { run, catalog } = await vaultWorldFor(t)
  const archive = { type: 'archive', region: 'r', vaultName: 'v', treeHash: 'h', volume: 1 }
  const lines = [
    { ...archive, archiveId: 'a', size: 10, time: '2026-01-01T00:00:00Z', description: 'db-2026.tar' },
    {
      ...archive,
      archiveId: 'b',
      size: 2000,
      time: '2026-02-01T00:00:00Z',
      description: '{"Path":"home/größe.tar"}',
    },
    { ...archive, archiveId: 'c', size: 3_000_000, time: '2026-03-01T00:00:00Z' },
  ]
  await writeFile(catalog, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  const idsOf = async (...args: string[]): Promise<string> => {
    const { out } = await run(['ls', '--json', ...args])
    return out.replace(/^.*"archiveId":"(\w)".*\n/gm, '$1')
  }
  t.equal(await idsOf(), 'abc')
  t.equal(await idsOf('v'), 'abc')
  t.equal(await idsOf('w'), '')
  t.equal(await idsOf('--name', 'DB'), 'a')
  t.equal(await idsOf('--name', '*.tar'), 'ab')
  t.equal(await idsOf('--name', 'home/gr??e.*'), 'b')
  t.equal(await idsOf('--name', '2026(tar'), '')
  t.equal(await idsOf('--since', '2026-02-01'), 'bc')
  t.equal(await idsOf('--before', '2026-02-01'), 'a')
  t.equal(await idsOf('--since', '2026-01-15', '--before', '2026-02-15'), 'b')
  t.equal(await idsOf('--min-size', '2000', '--max-size', '1MiB'), 'b')
  t.equal(await idsOf('--before', '1970-01-01'), '')
  t.equal(await idsOf('--since', '2026-02-01T00:00:01Z'), 'c')
  for (const date of ['x', '1', '01/02/2026', '2026-2-3', '2026-02-30', '2026-13-01', '2026-01-31 12'])
    t.match(await run(['ls', '--since', date]), { code: 2 }, date)
  const many = Array.from({ length: 2000 }, (_, i) => ({ ...lines[0], archiveId: `id${i}` }))
  await writeFile(catalog, many.map((line) => `${JSON.stringify(line)}\n`).join(''))
  t.equal((await run(['ls'])).out.trim().split('\n').length, 2000)
})

t.test('names are matched whatever their case and form, and in little time', async (t) => {
  const matched = (pattern: string, name: string): boolean => namePattern(pattern)(name)
  for (const [pattern, name] of [
    ['caf\u00e9', 'Cafe\u0301.tar'],
    ['CAFE\u0301*', 'caf\u00e9.tar'],
    ['*', ''],
    ['*', 'line\nend'],
    ['a*b*c', 'a-b-b-c-c'],
    ['*.tar', '.tar.tar'],
    ['?\u{1f600}?', 'a\u{1f600}b'],
    ['[a', 'x[a'],
    ['**', 'a'],
  ] as const)
    t.ok(matched(pattern, name), pattern)
  for (const [pattern, name] of [
    ['a*b', 'a-b-c'],
    ['?', ''],
    ['a?c', 'ac'],
    ['b', 'a'],
    ['a*', 'ba'],
  ] as const)
    t.notOk(matched(pattern, name), pattern)
  t.notOk(matched(`${'*a'.repeat(30)}b`, 'a'.repeat(1000)))
})

t.test('names are read from what other tools write', async (t) => {
  const base64 = (text: string): string => Buffer.from(text).toString('base64')
  const mtAws = (json: string): string => Buffer.from(json).toString('base64url')
  for (const [description, name] of [
    [undefined, ''],
    ['', ''],
    ['plain text', 'plain text'],
    ['{"Path":"Gr\\u00f6\\u00dfe"}', 'Größe'],
    [`mt2 ${mtAws('{"filename":"größe.tar","mtime":"20260301T120000Z"}')}`, 'größe.tar'],
    [`mt1 ${mtAws(JSON.stringify({ filename: Buffer.from('größe').toString('latin1') }))}`, 'größe'],
    [`mt2 ${mtAws('{"mtime":"x"}')}`, `mt2 ${mtAws('{"mtime":"x"}')}`],
    ['mt2 not-json', 'mt2 not-json'],
    [`mt2 ${mtAws('5')}`, `mt2 ${mtAws('5')}`],
    [`<m><v>4</v><p>${base64('a/größe.tar')}</p><lm>20260301T120000Z</lm></m>`, 'a/größe.tar'],
    ['<m><v>4</v><q></q></m>', '<m><v>4</v><q></q></m>'],
  ] as const) {
    t.equal(nameOf(description), name, String(description))
  }
})
