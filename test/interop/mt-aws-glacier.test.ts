import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { treeHashOf } from '../../lib/tree-hash/tree-hash.js'
import { MIB } from '../../lib/sizes.js'
import { serve } from '../helpers/command.js'
import { patternBytes } from '../helpers/pattern-source.js'

// mt-aws-glacier, unmodified, against `glacier-pipe serve`. MTGLACIER names its script, where it is not in the PATH.
// It needs LWP, JSON::XS and URI: Debian's libwww-perl, libjson-xs-perl and liburi-perl.

const execute = promisify(execFile)
const mtglacier = process.env.MTGLACIER ?? 'mtglacier'
const isInstalled = await execute(mtglacier, ['--version']).then(
  () => true,
  () => false,
)
const skip = !isInstalled && 'mt-aws-glacier is not installed: MTGLACIER names its script'

/** Runs one command of mt-aws-glacier and returns what it printed. */
type Run = (command: string, ...args: string[]) => Promise<string>

async function mtFor(test: Test, dir: string): Promise<{ run: Run; env: NodeJS.ProcessEnv; config: string }> {
  const { endpoint, region, credentials } = await serve(test, join(dir, 'vaults'), '0', [
    '--inventory-interval',
    '0',
  ])
  const config = join(dir, 'glacier.cfg')
  const { accessKeyId, secretAccessKey } = credentials
  const lines = [`key=${accessKeyId}`, `secret=${secretAccessKey}`, `region=${region}`, 'protocol=http', '']
  await writeFile(config, lines.join('\n'))
  const env = { ...process.env, MTGLACIER_FAKE_HOST: new URL(endpoint).host, LC_ALL: 'C.UTF-8' }
  const run: Run = async (command, ...args) => {
    const { stdout } = await execute(mtglacier, [command, '--config', config, ...args], { env })
    return stdout
  }
  return { run, env, config }
}

t.test('mt-aws-glacier stores a folder and a stream, and gets both back', { skip }, async (t) => {
  const large = patternBytes(5 * MIB + 1234)
  const streamed = patternBytes(3 * MIB + 1)
  const dir = t.testdir({ source: { 'größe.bin': large, small: 'a', deep: { note: 'hello world' } } })
  const [source, back, journal] = ['source', 'back', 'journal'].map((name) => join(dir, name)) as [
    string,
    string,
    string,
  ]
  const { run, env, config } = await mtFor(t, dir)
  const vault = ['--vault', 'mt']
  t.match(await run('create-vault', 'mt'), 'Created vault mt')

  const synced = await run('sync', '--dir', source, ...vault, '--journal', journal, '--partsize', '1')
  t.match(synced, treeHashOf(large))
  const args = ['upload-file', '--config', config, ...vault, '--journal', journal]
  const stdin = [
    '--stdin',
    '--set-rel-filename',
    'streamed',
    '--check-max-file-size',
    '100',
    '--partsize',
    '2',
  ]
  const upload = spawn(mtglacier, [...args, ...stdin], { env, stdio: ['pipe', 'ignore', 'inherit'] })
  upload.stdin.end(streamed)
  t.strictSame(await once(upload, 'exit'), [0, null])
  t.match(await readFile(journal, 'utf8'), treeHashOf(streamed), 'its hash is the one that the vault stated')
  t.match(await run('list-vaults'), /Vault mt .*\nArchives: 4, Size: \d+/)

  await run('retrieve-inventory', ...vault)
  const found = join(dir, 'found-journal')
  await run('download-inventory', ...vault, '--new-journal', found)
  const names = (text: string): string[] => text.match(/[^\t\n]+$/gm)?.sort() ?? []
  const journaled = names(await readFile(journal, 'utf8'))
  t.strictSame(names(await readFile(found, 'utf8')), journaled, 'the inventory has what was journaled')

  await mkdir(back)
  const where = ['--dir', back, ...vault, '--journal', journal]
  await run('restore', ...where, '--max-number-of-files', '10')
  await run('restore-completed', ...where, '--segment-size', '1')
  const expected = join(dir, 'expected')
  await cp(source, expected, { recursive: true })
  await writeFile(join(expected, 'streamed'), streamed)
  const files = (await readdir(expected, { recursive: true, withFileTypes: true })).filter((it) =>
    it.isFile(),
  )
  t.equal(files.length, 4)
  for (const { parentPath, name } of files) {
    const path = join(parentPath, name)
    const got = await readFile(path.replace(expected, back))
    t.ok(got.equals(await readFile(path)), `${name} is the same`)
  }
  t.match(await run('check-local-hash', '--dir', back, '--journal', journal), /^4 OK$/m)

  await run('purge-vault', ...vault, '--journal', journal)
  t.match(await run('delete-vault', 'mt'), 'Deleted vault mt')
  t.notMatch(await run('list-vaults'), 'Vault mt')
})
