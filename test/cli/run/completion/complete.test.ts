import { spawnSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { DATA, runHere, stage } from '../../../helpers/command.js'

/** The completion of a line: its words behind the name of the program, the last one at the cursor. */
async function complete(words: readonly string[], env: Record<string, string> = {}): Promise<string[]> {
  const it = stage(undefined, [], { XDG_DATA_HOME: DATA, ...env })
  t.equal(await runHere(['__complete', '--', ...words], it), 0)
  return it.out().split('\n').slice(0, -1)
}

/** The candidates without their descriptions. */
async function wordsAt(words: readonly string[], env: Record<string, string> = {}): Promise<string[]> {
  const [kind, ...lines] = await complete(words, env)
  t.equal(kind, 'words')
  return lines.map((line) => line.replace(/\t.*/, ''))
}

t.test('commands, options, choices and files are completed', async (t) => {
  t.ok(
    (await complete([''])).includes(
      'verify\tcheck that a file is the same as an archive, without retrieving the archive',
    ),
  )
  t.strictSame(await wordsAt(['vault', 's']), ['show'])
  t.strictSame(await wordsAt(['put', 'docs', '--part']), ['--part-size'])
  t.strictSame(await wordsAt(['get', 'docs', '--tier', 'B']), ['Bulk'])
  t.strictSame(await wordsAt(['get', 'docs', '--tier=']), [
    '--tier=Expedited',
    '--tier=Standard',
    '--tier=Bulk',
  ])
  t.strictSame(await wordsAt(['get', 'docs', '--range', '']), [], 'nothing is known about the value')
  t.strictSame(await wordsAt(['get', 'docs', '--none=']), [])
  t.strictSame(await complete(['get', 'docs', '-o', '']), ['files'])
  t.strictSame(await complete(['put', 'docs', '']), ['files'])
  t.strictSame(await wordsAt(['put', 'docs', '-', '']), [], 'stdin is the file')
  t.strictSame(await complete(['put', '--memory=1GiB', '-q', '--json', 'docs', '']), ['files'])
  t.strictSame(await complete(['put', 'docs', '--', '-']), ['files'])
  t.strictSame(await complete(['ls', '--local-dir=']), ['directories'])
  t.strictSame(await wordsAt(['completion', '']), ['bash', 'zsh', 'fish'])
  t.strictSame(await wordsAt(['help', 'vault', 's']), ['show'])
  t.strictSame(await wordsAt(['help', 'put', '']), [])
  t.strictSame(await wordsAt(['help', 'none', '']), [])
  t.strictSame(await wordsAt(['vault', 'ls', '']), [], 'it has no operands')
  t.strictSame(await wordsAt([]), await wordsAt(['']))
})

t.test('vaults and archives come from the catalog that the command would use', async (t) => {
  const dir = t.testdir()
  const put = async (vault: string, ...more: string[]): Promise<string> => {
    const it = stage(Buffer.from('x'))
    t.equal(await runHere(['put', vault, '--local-dir', dir, '-q', ...more], it), 0)
    return it.out().trim()
  }
  const first = await put('docs', '--name', 'a b')
  await put('docs', '--name', 'latest')
  await put('docs', '--name', '-rf')
  await put('docs', '--name', 'a b')
  await put('docs', '--name', 'c\n\u001b[31m')
  const unnamed = await put('docs')
  await put('other')
  const local = ['--local-dir', dir]
  t.strictSame(await wordsAt(['get', ...local, '']), ['docs', 'other'])
  t.strictSame(await wordsAt(['vault', 'rm', ...local, 'o']), ['other'])
  t.strictSame(await wordsAt(['vault', 'create', ...local, '']), [])
  const id = unnamed.startsWith('-') ? `id:${unnamed}` : unnamed
  t.strictSame(
    await wordsAt(['get', 'docs', ...local, '']),
    [id, 'a b', 'name:-rf', 'name:latest'],
    'the newest first',
  )
  t.strictSame(await wordsAt(['get', ...local, 'docs', 'x', 'a']), ['a b'], 'an operand that may be repeated')
  t.strictSame(await wordsAt(['rm', 'docs', ...local, 'name:a']), ['name:a b'])
  t.ok((await wordsAt(['rm', 'docs', ...local, 'id:'])).includes(`id:${first}`))
  t.strictSame(
    await wordsAt(['rm', ...local, 'docs', '--', first.slice(0, 20)]),
    first.startsWith('-') ? [] : [first],
  )
  t.match(await complete(['rm', 'docs', ...local, 'a']), [/^words$/, /^a b\t1 B, 20\d\d-\d\d-\d\d$/])
  t.strictSame(await wordsAt(['verify', 'file', 'other', ...local, 'name']), [])
  t.strictSame(await wordsAt(['get', ''], { GLACIER_PIPE_LOCAL_DIR: dir }), ['docs', 'other'])
  t.strictSame(
    await wordsAt(['get', '--catalog', join(dir, 'none'), '']),
    [],
    'a catalog that is missing is empty',
  )
  t.strictSame(await wordsAt(['get', '--timeout', 'x', ...local, '']), [], 'an invalid command line has none')
})

t.test('of many archives, a thousand are candidates', async (t) => {
  const dir = t.testdir()
  const it = stage(Buffer.from('x'))
  t.equal(await runHere(['put', 'docs', '--local-dir', dir, '--name', 'n', '-q'], it), 0)
  const catalog = join(dir, 'catalog.jsonl')
  const line = (await readFile(catalog, 'utf8')).split('\n').find((text) => text.includes('"archive"')) ?? ''
  const { name, description, ...record } = JSON.parse(line) as Record<string, unknown>
  t.match({ name, description }, { name: 'n', description: String })
  const lines = Array.from({ length: 1200 }, (_, i) =>
    JSON.stringify({
      ...record,
      archiveId: `${String(i)}-${String(record.archiveId)}`,
      name: `n${String(i)}`,
    }),
  )
  await writeFile(join(dir, 'many.jsonl'), `${lines.join('\n')}\n`)
  const many = ['--catalog', join(dir, 'many.jsonl')]
  t.equal((await wordsAt(['get', 'docs', ...many, ''])).length, 1000)
  await writeFile(join(dir, 'dash.jsonl'), `${JSON.stringify({ ...record, archiveId: '-x' })}\n`)
  t.strictSame(await wordsAt(['get', 'docs', '--catalog', join(dir, 'dash.jsonl'), '']), ['id:-x'])
})

for (const shell of ['zsh', 'fish'] as const) {
  const isInstalled = spawnSync(shell, ['-c', 'true']).status === 0
  t.test(
    `the script for ${shell} is valid`,
    { skip: !isInstalled && `${shell} is not installed` },
    async (t) => {
      const file = join(t.testdir(), 'script')
      const it = stage()
      t.equal(await runHere(['completion', shell], it), 0)
      await writeFile(file, it.out())
      t.match(spawnSync(shell, ['-n', file]), { status: 0 })
    },
  )
}

t.test('each script has the commands and options of the program', async (t) => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const it = stage()
    t.equal(await runHere(['completion', shell], it), 0)
    t.match(it.out(), /\bverify\b[^]*\bput\b[^]*\bpart-size\b/)
    t.notMatch(it.out(), /@[A-Z]+@|extract/) // `extract` is a word that get suggests itself for
  }
  t.match(await runHere(['completion', 'tcsh'], stage()), 2)
})
