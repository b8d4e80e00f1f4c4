import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { formatTime } from '../../../../lib/cli/output/format.js'
import { streamDescription, streamName } from '../../../../lib/cli/run/put/stream-name.js'
import { MIB } from '../../../../lib/sizes.js'
import { runHere, stage, type Ended } from '../../../helpers/command.js'
import { patternBytes } from '../../../helpers/pattern-source.js'
import { VirtualClock } from '../../../helpers/virtual-clock.js'

// One folder for all: names are those that earlier tests have stored.

const dir = t.testdir()
const file = (name: string): string => join(dir, name)
const catalog = file('vault/catalog.jsonl')

async function run(args: readonly string[], input?: Uint8Array): Promise<Ended> {
  const it = stage(input, [], {}, new VirtualClock()) // no pauses between requests for a job
  const code = await runHere([...args, '--local-dir', file('vault')], it)
  return { code, stdout: it.outBytes(), stderr: it.err() }
}

/** Stores some bytes; the archive ID, or the IDs of all volumes with `--json`. */
async function put(bytes: string | Uint8Array, ...options: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(['put', 'docs', ...options], Buffer.from(bytes))
  t.equal(code, 0, stderr)
  return stdout.toString().trim()
}

type CatalogLine = Readonly<Record<'type' | 'archiveId' | 'description' | 'name', string>>

async function archiveLines(): Promise<CatalogLine[]> {
  const lines = (await readFile(catalog, 'utf8')).trim().split('\n')
  return lines.map((line) => JSON.parse(line) as CatalogLine).filter(({ type }) => type === 'archive')
}

t.test('the name is stored in the description, and selects the newest archive of that name', async (t) => {
  await writeFile(file('db "1".dump'), 'from a file')
  const first = await put('', file('db "1".dump'), '--description', 'nightly  backup')
  const second = await put('again', '--name', 'db "1".dump')
  t.match(await archiveLines(), [
    {
      archiveId: first,
      name: 'nightly  backup',
      description: '{"Path":"db \\"1\\".dump","Description":"nightly \\u0020backup"}',
    },
    { archiveId: second, name: 'db "1".dump', description: '{"Path":"db \\"1\\".dump"}' },
  ])
  const got = await run(['get', 'docs', 'db "1".dump'])
  t.equal(got.stdout.toString(), 'again')
  t.match(got.stderr, `glacier-pipe: db "1".dump of `)
  t.match(got.stderr, `, 5 B (${second.slice(0, 8)}…)`)
  t.equal((await run(['get', 'docs', `id:${first.slice(0, 6)}`, '-q'])).stdout.toString(), 'from a file')
  const quiet = await run(['get', 'docs', 'latest', '-q'])
  t.strictSame({ out: quiet.stdout.toString(), err: quiet.stderr }, { out: 'again', err: '' })
  t.equal(
    (await run(['get', 'docs', '-q', 'name:db "1".dump', `id:${first}`])).stdout.toString(),
    'againfrom a file',
  )
  t.match(await run(['verify', file('db "1".dump'), 'docs', `id:${first.slice(0, 9)}`]), { code: 0 })
  t.match(await run(['verify', file('db "1".dump'), 'docs', 'latest']), { code: 4 })
  t.match(await run(['verify', file('db "1".dump'), 'docs', `id:${first}`, '--region', 'elsewhere']), {
    code: 0,
  })
})

t.test('a text without an archive is refused, with names that are similar', async (t) => {
  t.match(await run(['get', 'docs', 'db "2".dump']), {
    code: 2,
    stderr: /has no archive "db "2"\.dump" in docs.* similar: "db "1"\.dump"\. .*catalog rebuild docs/,
  })
  t.match(await run(['get', 'docs', 'db "1".dump@2020-01-01']), {
    code: 2,
    stderr: /The oldest is db "1"\.dump of /,
  })
  for (const date of ['yesterday', 'foo', '2026-13-01', ''])
    t.match(await run(['get', 'docs', `dump@${date}`]), {
      code: 2,
      stderr: new RegExp(
        `neither by name nor by ID\\. If "${date}" is a date, write it as dump@2026-03-01\\.`,
      ),
    })
  t.notMatch((await run(['get', 'docs', 'zzzz@2026-03-01'])).stderr, /is a date/)
  t.match(await run(['get', 'docs', 'zzzz']), { code: 2, stderr: /neither by name nor by ID\. If another/ })
  t.match(await run(['verify', file('x'), 'docs', 'name:latest']), { code: 2, stderr: /no archive "latest"/ })
})

t.test('rm refuses what several archives match, and lists them', async (t) => {
  for (const text of ['db "1".dump', 'latest', 'db "1".dump@2099-01-01']) {
    const { code, stderr } = await run(['rm', '--yes', 'docs', text])
    t.equal(code, 2, text)
    t.match(stderr, /db "1"\.dump of .*5 B[^]*db "1"\.dump of .*11 B[^]*stands for 2 archives in docs/)
  }
  const [first] = await archiveLines()
  const short = first?.archiveId.slice(0, 8) ?? ''
  t.match(await run(['rm', '--yes', 'docs', `id:${short}`]), {
    code: 0,
    stderr: /This archive will be deleted/,
  })
  const deleted = await run(['get', 'docs', `id:${first?.archiveId}`])
  t.match(deleted, { stderr: /Warning: the catalog records that the archive .* was deleted at / })
  t.match(await run(['rm', '--yes', 'docs', 'name:db "1".dump']), { code: 0, stderr: /1 archive deleted/ })
  t.match(await run(['get', 'docs', 'latest']), { code: 2 })
})

t.test('an archive with the name latest is meant by that word, which a note says', async (t) => {
  const named = await put('of that name', '--name', 'latest')
  const newest = await put('newest', '--name', 'other')
  const got = await run(['get', 'docs', 'latest'])
  t.equal(got.stdout.toString(), 'of that name')
  t.match(
    got.stderr,
    /^glacier-pipe: The archive with the name "latest" is meant, not the newest: latest of /,
  )
  t.match(await run(['rm', '--yes', 'docs', `id:${named}`, `id:${newest}`]), { code: 0 })
})

t.test('a name stands for all volumes of a set; an incomplete one is not used silently', async (t) => {
  const bytes = patternBytes(3 * MIB)
  const volumes = ['--part-size', '1MiB', '--max-archive-size', '1MiB', '--name', 'set', '-q']
  const set = await put(bytes, ...volumes)
  const one = await put('one', '--name', 'one')
  t.ok((await run(['get', 'docs', 'set', '-q'])).stdout.equals(bytes))
  const both = await run(['get', 'docs', 'one', 'set', '-q'])
  t.ok(both.stdout.equals(Buffer.concat([Buffer.from('one'), bytes])))
  const [, second = { archiveId: '' }] = (await archiveLines()).slice(-4)
  const volume = await run(['get', 'docs', `id:${second.archiveId.slice(0, 8)}`, '--no-volumes'])
  t.match(volume.stderr, `${second.archiveId} is a volume of set of `)
  await put(bytes, ...volumes)
  const { archiveId: last = '' } = (await archiveLines()).at(-1) ?? {}
  const lines = (await readFile(catalog, 'utf8')).split('\n')
  await writeFile(catalog, lines.filter((line) => !line.includes(`"archiveId":"${last}"`)).join('\n'))
  const older = await run(['get', 'docs', 'set'])
  t.ok(older.stdout.equals(bytes))
  t.match(older.stderr, /Warning: not used, although it is newer: set of .*2 volumes, incomplete/)
  t.match(older.stderr, `(${set.slice(0, 8)}…), 3 volumes`)
  t.match(await run(['get', 'docs', 'latest', '-q']), { stderr: /^glacier-pipe: Warning: not used[^\n]*\n$/ })
  const kept = (await archiveLines()).filter(({ archiveId }) => archiveId !== second.archiveId)
  await writeFile(catalog, kept.map((it) => `${JSON.stringify(it)}\n`).join(''))
  t.match(await run(['get', 'docs', 'one', 'set', '-q']), { code: 1, stderr: /volume/ }, 'none is complete')
  t.match(await run(['rm', '--yes', 'docs', `id:${one.slice(0, 8)}`]), { code: 0 })
})

t.test('many candidates are cut to twenty', async (t) => {
  const [line = ''] = (await readFile(catalog, 'utf8'))
    .split('\n')
    .filter((it) => it.startsWith('{"type":"archive"'))
  const record = JSON.parse(line) as object
  const many = Array.from({ length: 25 }, (_, i) => ({
    ...record,
    archiveId: `many${i}`.padEnd(138, 'x'),
    name: 'many',
    description: undefined,
    time: new Date(Date.UTC(2026, 0, 1 + i)).toISOString(),
  }))
  await writeFile(catalog, many.map((it) => `${JSON.stringify(it)}\n`).join(''))
  const { code, stderr } = await run(['rm', '--yes', 'docs', 'many'])
  t.equal(code, 2)
  t.equal(stderr.split('\n').length, 23)
  t.match(
    stderr,
    new RegExp(`^glacier-pipe:   many of ${formatTime('2026-01-25T00:00:00.000Z')}`),
    'the newest first',
  )
  t.match(stderr, /… and 5 more\n/)
})

t.test('a stream without a name has its description alone, and an empty one is none', async (t) => {
  t.equal(streamDescription(undefined, {}), undefined)
  t.equal(streamDescription('-', { description: 'Größe' }), '{"Path":"Gr\\u00f6\\u00dfe"}')
  t.equal(streamDescription(undefined, { description: 'plain' }), 'plain')
  t.equal(streamDescription('/a/-b.tar', { description: '' }), '{"Path":"-b.tar"}')
  t.equal(
    streamDescription('/a/b.tar', { description: '{"Path":"c"}' }),
    '{"Path":"c"}',
    'it has a name already',
  )
  t.equal(
    streamDescription('b', { name: 'n', description: 'mt2 eyJmaWxlbmFtZSI6ImEifQ' })?.slice(0, 12),
    '{"Path":"n",',
  )
  t.equal(streamName('/a/b.tar', { description: '' }), 'b.tar')
  t.equal(streamName('/a/b.tar', { description: 'c' }), 'c', 'as earlier versions recorded it')
  t.equal(streamName(undefined, { description: '' }), undefined)
  t.match(await run(['put', 'docs', '--name', '']), { code: 2, stderr: /The text is empty/ })
  const long = ['put', 'docs', '--name', 'n'.repeat(600), '--description', 'd'.repeat(600)]
  for (const more of [[], ['--dry-run']])
    t.match(await run([...long, ...more], Buffer.from('x')), {
      code: 2,
      stderr: /take 1\d\d\d characters as JSON/,
    })
})

t.test('an archive with a wrong hash is given by the beginning of its ID', async (t) => {
  const place = JSON.parse((await readFile(catalog, 'utf8')).split('\n')[0] ?? '') as Record<string, string>
  const wrong = { ...place, type: 'mismatched', sentTreeHash: 'x', description: undefined }
  const lines = ['wrong-a', 'wrong-b'].map((id) =>
    JSON.stringify({ ...wrong, archiveId: id.padEnd(138, 'x') }),
  )
  await appendFile(catalog, `${lines.join('\n')}\n`)
  t.match(await run(['rm', '--yes', 'docs', 'wrong-']), {
    code: 2,
    stderr: /wrong-bx… {2}an archive that was stored with a wrong tree hash/,
  })
  t.match(await run(['rm', '--dry-run', 'docs', 'wrong-a']), { stderr: 'wrong-a'.padEnd(138, 'x') })
})

t.test('after catalog rebuild, the names are those in the descriptions', async (t) => {
  await put('rebuilt', '--name', 'Größe', '--description', 'a "text"')
  await writeFile(catalog, '')
  t.match(await run(['catalog', 'rebuild', 'docs', '-q']), { code: 0 })
  t.equal((await run(['get', 'docs', '-q', 'Größe'])).stdout.toString(), 'rebuilt')
  t.match((await run(['inventory', 'docs', '-q'])).stdout.toString(), / {2}Größe\n/)
})

t.test('verify compares with the catalog also if the region of the vault is not known', async (t) => {
  await put('some bytes', '--name', 'far')
  await writeFile(file('far'), 'some bytes')
  const names = ['AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_CONFIG_FILE'] as const
  const before = names.map((name) => process.env[name])
  t.teardown(() => {
    for (const [i, name] of names.entries()) {
      if (before[i] === undefined) Reflect.deleteProperty(process.env, name)
      else process.env[name] = before[i]
    }
  })
  for (const name of names) Reflect.deleteProperty(process.env, name)
  process.env.AWS_CONFIG_FILE = file('none')
  const it = stage()
  t.equal(await runHere(['verify', file('far'), 'docs', 'far', '--catalog', catalog], it), 0, it.err())
})
