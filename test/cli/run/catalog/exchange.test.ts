import { appendFile, copyFile, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import t, { type Test } from 'tap'
import { runHere, stage } from '../../../helpers/command.js'

// `catalog export`, `catalog import` and --catalog-mirror.

interface Ended {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs a command on the local vault of a folder. */
async function command(
  args: readonly string[],
  input: string | Readable = '',
  env: Record<string, string> = {},
): Promise<Ended> {
  const it = stage(typeof input === 'string' ? Buffer.from(input) : input, [], env)
  const code = await runHere(args, it)
  return { code, out: it.out(), err: it.err() }
}

async function vaultWith(
  test: Test,
  ...texts: readonly string[]
): Promise<{ dir: string; catalog: string; local: string[] }> {
  const dir = test.testdir()
  const local = ['--local-dir', join(dir, 'vaults')]
  for (const text of texts) test.match(await command(['put', 'docs', '-q', ...local], text), { code: 0 })
  return { dir, catalog: join(dir, 'vaults', 'catalog.jsonl'), local }
}

t.test('the mirror restores a lost catalog, and is in step with it again', async (t) => {
  const { dir, catalog, local } = await vaultWith(t, 'one')
  const mirror = join(dir, 'mirror')
  const mirrored = [...local, '--catalog-mirror', mirror]
  const put = await command(['put', 'docs', ...mirrored], 'two')
  t.equal(put.code, 0)
  const before = await readFile(catalog, 'utf8')
  t.equal(await readFile(mirror, 'utf8'), before)
  t.equal((await stat(mirror)).mode & 0o777, 0o600)

  t.match(await command(['catalog', 'import', dir, ...local]), {
    code: 1,
    err: /^glacier-pipe: [^\n]+: illegal operation on a directory \(EISDIR\)\n$/,
  })
  t.ok((await command(['catalog', 'import', dir, ...local])).err.includes(dir), 'with the path')
  await writeFile(catalog, '')
  t.match(await command(['catalog', 'import', mirror, ...local, '--dry-run']), {
    code: 0,
    err: /Records in the file: 4. To be added: 4. Already in the catalog: 0./,
  })
  t.equal(await readFile(catalog, 'utf8'), '')
  t.match(await command(['catalog', 'import', mirror, ...local]), { code: 0, err: /Added: 4/ })
  t.equal(await readFile(catalog, 'utf8'), before)
  t.match(await command(['rm', 'docs', '--yes', '-q', ...mirrored, '--', put.out.trim()]), {
    code: 0,
    err: '',
  })
  t.equal(await readFile(mirror, 'utf8'), await readFile(catalog, 'utf8'))
})

t.test(
  'a mirror that cannot be written is a warning, also with -q, and the catalog is no mirror',
  async (t) => {
    const { catalog, dir, local } = await vaultWith(t, 'one')
    const missing = join(dir, 'unmounted', 'mirror')
    t.match(await command(['put', 'docs', '-q', ...local, '--catalog-mirror', missing], 'two'), {
      code: 0,
      err: /^glacier-pipe: Warning: The mirror .* its folder \S+unmounted does not exist. Mount its disk, or create the folder.\n$/,
    })
    t.match(await command(['put', 'docs', '-q', ...local, '--catalog-mirror', catalog], 'three'), {
      code: 2,
      err: 'glacier-pipe: --catalog-mirror must be the path of another file than the catalog.\n',
    })
  },
)

t.test('an export is a new file of mode 0600, or the output', async (t) => {
  const { catalog, dir, local } = await vaultWith(t, 'one', 'two')
  const file = join(dir, 'export')
  t.match(await command(['catalog', 'export', file, ...local]), {
    code: 0,
    out: '',
    err: /4 records exported to \S+export\.\n/,
  })
  t.equal((await stat(file)).mode & 0o777, 0o600)
  const text = await readFile(file, 'utf8')
  t.match(text, /^\{"type":"export","format":1,"time":"\d{4}-[^"]+","program":"glacier-pipe \d[^"]*"\}\n/)
  const again = await command(['catalog', 'export', file, ...local])
  t.match(again, { code: 2, err: /export exists, and is not overwritten/ })
  t.equal(await readFile(file, 'utf8'), text)
  for (const args of [[], ['-']]) {
    const { out, err } = await command(['catalog', 'export', ...args, ...local])
    t.equal(out.split('\n').slice(1).join('\n'), text.split('\n').slice(1).join('\n'))
    t.equal(err, '')
  }
  await appendFile(catalog, 'torn\n')
  t.match(await command(['catalog', 'export', join(dir, 'e2'), ...local, '--json']), {
    out: `{"file":"${join(dir, 'e2')}","records":4,"damagedLines":1}\n`,
    err: /Warning: 1 line of the catalog is damaged, and left out/,
  })
  await appendFile(catalog, 'torn\n')
  t.match(await command(['catalog', 'export', join(dir, 'e3'), ...local, '-q']), {
    out: '',
    err: /2 lines of the catalog are damaged/,
  })
  t.match(await command(['catalog', 'export', join(dir, 'none', 'x'), ...local]), {
    code: 1,
    err: /x: no such file or directory \(ENOENT\)\n/,
  })
  const lost = join(dir, 'e4')
  t.match(await command(['catalog', 'export', lost, '--catalog', join(dir, 'none')]), {
    code: 1,
    err: /The catalog \S+none cannot be read: no such file or directory \(ENOENT\)\.\n/,
  })
  await t.rejects(stat(lost), { code: 'ENOENT' }, 'no incomplete file is left')
})

t.test('an import reads a file or stdin, and adds the records of another catalog', async (t) => {
  const { dir, catalog, local } = await vaultWith(t, 'one')
  const other = join(dir, 'other.jsonl')
  const into = ['--catalog', other]
  const text = (await command(['catalog', 'export', ...local])).out
  t.match(await command(['catalog', 'import', '-', ...into, '--json'], text), {
    code: 0,
    out: '{"records":2,"added":2,"deletions":0,"duplicates":0,"obsolete":0,"damagedLines":0,"conflicts":0,"dryRun":false}\n',
  })
  t.equal(await readFile(other, 'utf8'), await readFile(catalog, 'utf8'))
  t.match(await command(['catalog', 'import', catalog, ...into, '--dry-run', '--json']), {
    out: /"added":0,.*"dryRun":true/,
  })
  const id = /"archiveId":"([^"]+)"/.exec(text)?.[1] ?? ''
  for (const archiveId of [id, 'x']) {
    const record = {
      type: 'deleted',
      time: '2026-01-01T00:00:00Z',
      region: 'us-east-1',
      vaultName: 'docs',
      archiveId,
    }
    await appendFile(catalog, `${JSON.stringify(record)}\n`)
    t.match(await command(['catalog', 'import', catalog, ...into, '--skip-damaged']), {
      err: /Of these, 1 record states that an archive was deleted/,
    })
  }
  const both = join(dir, 'both.jsonl')
  await copyFile(catalog, both)
  await appendFile(both, 'torn\n')
  t.match(await command(['catalog', 'import', both, '--catalog', join(dir, 'new')]), {
    code: 1,
    err: /^glacier-pipe: Line 5 cannot be imported: it is not a JSON object. With --skip-damaged, .* Nothing was imported.\n$/,
  })
  await t.rejects(stat(join(dir, 'new')), { code: 'ENOENT' })
  t.match(await command(['catalog', 'import', both, '--catalog', join(dir, 'new'), '--skip-damaged']), {
    code: 0,
    err: /Added: 4.*\n.*2 records state that an archive was deleted.*\n.*Damaged lines that were left out: 1/,
  })
  t.match(await command(['catalog', 'import', both, '--catalog', join(dir, 'n2'), '-q', '--skip-damaged']), {
    code: 0,
    err: '',
  })
  t.match(await command(['catalog', 'import', join(dir, 'none'), ...into]), {
    code: 1,
    err: /none: no such file/,
  })
})

t.test('a conflict with the catalog is reported with both records', async (t) => {
  const { catalog, dir, local } = await vaultWith(t, 'one')
  const other = join(dir, 'other')
  await writeFile(
    other,
    (await readFile(catalog, 'utf8')).replace(/("type":"archive".*"treeHash":")[^"]+/, `$1${'f'.repeat(64)}`),
  )
  t.match(await command(['catalog', 'import', other, ...local, '-q']), {
    code: 0,
    err: /Warning: the catalog has different tree hashes for the archive .*catalog rebuild/,
  })
})

t.test('an import of stdin ends with the signal of the command', async (t) => {
  const it = stage(new Readable({ read: () => undefined }), [], {})
  const running = runHere(['catalog', 'import', '-', '--catalog', join(t.testdir(), 'c')], it)
  setImmediate(() => {
    it.interrupt.abort('SIGINT')
  })
  t.equal(await running, 130)
})
