import { execFile } from 'node:child_process'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { extract } from 'tar-stream'
import { backUpReports } from '../examples/compose.js'
import { roundTrip } from '../examples/local-vault-in-a-test.js'
import { pipe, upload } from '../examples/stream-chunker.js'
import { retrieveArchive } from '../lib/index.js'
import { MIB } from '../lib/sizes.js'
import { commandEnvironment } from './helpers/command.js'
import { clientFor, localVaultFor } from './helpers/local-vault.js'
import { patternBytes, patternSource } from './helpers/pattern-source.js'

/** Runs an example for the shell, with the built command on its path. */
async function shell(
  test: Test,
  name: string,
  args: string[],
  input: Buffer | string = '',
): Promise<{ stdout: Buffer; stderr: string }> {
  const bin = join(test.testdirName, 'bin')
  await mkdir(bin, { recursive: true })
  const command = fileURLToPath(new URL('../dist/cli/bin.js', import.meta.url))
  await writeFile(join(bin, 'glacier-pipe'), `#!/bin/sh\nexec "${process.execPath}" "${command}" "$@"\n`)
  await chmod(join(bin, 'glacier-pipe'), 0o755)
  const script = fileURLToPath(new URL(`../examples/${name}`, import.meta.url))
  const env = { ...commandEnvironment(), PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` }
  return new Promise((resolve, reject) => {
    const child = execFile(
      'sh',
      [script, ...args],
      { env, encoding: 'buffer', maxBuffer: 64 * MIB },
      (error, stdout, stderr) => {
        if (error) reject(new Error(stderr.toString(), { cause: error }))
        else resolve({ stdout, stderr: stderr.toString() })
      },
    )
    child.stdin?.end(input)
  })
}

t.test('tar from the shell lists on the way back what was stored', async (t) => {
  const dir = t.testdir({ data: { one: 'a', two: { three: 'b' } } })
  const { stdout, stderr } = await shell(t, 'tar.sh', [
    join(dir, 'data'),
    'docs',
    '--local-dir',
    join(dir, 'vaults'),
  ])
  t.strictSame(stdout.toString().trim().split('\n').sort(), ['./', './one', './two/', './two/three'])
  t.match(stderr, /stored as [\w-]{138}/)
})

t.test('the restore drill loses the catalog, and gets the bytes back all the same', async (t) => {
  const dir = t.testdir({ 'backup.tar': patternBytes(3 * MIB) })
  const { stdout } = await shell(t, 'restore-drill.sh', [
    join(dir, 'backup.tar'),
    'docs',
    '--local-dir',
    join(dir, 'vaults'),
  ])
  t.match(stdout.toString(), /backup\.tar: OK\nrestored: drill of \d{4}-\S+Z\n$/)
})

t.test('a backup compressed and encrypted in the pipe comes back as it was', async (t) => {
  const dir = t.testdir({ password: 'correct horse battery staple\n' })
  const bytes = patternBytes(3 * MIB)
  const args = [join(dir, 'password'), 'docs', '--local-dir', join(dir, 'vaults')]
  const { stdout } = await shell(t, 'encrypted-backup.sh', args, bytes)
  t.ok(stdout.equals(bytes))
})

t.test('a pipeline of tar-stream and zlib ends in an archive of just that', async (t) => {
  const vault = await localVaultFor(t, { createVaults: true })
  const client = clientFor(t, vault)
  const reports = new Map([
    ['a.txt', 'first'],
    ['b.txt', 'second'],
  ])
  const archive = await backUpReports(client, reports)
  const { archiveId = '' } = archive ?? {}
  const packed = gunzipSync(await buffer(retrieveArchive({ client, vaultName: 'reports', archiveId })))
  const found = new Map<string, string>()
  const unpack = extract()
  Readable.from([packed]).pipe(unpack)
  for await (const entry of unpack) found.set(entry.header.name, (await buffer(entry)).toString())
  t.strictSame(found, reports)
  t.match(archive, { description: 'reports.tar.gz', parts: 1 })
})

t.test('stream-chunker does what rechunk does', async (t) => {
  const client = clientFor(t, await localVaultFor(t, { createVaults: true }))
  const size = 3 * MIB + 5
  for (const example of [pipe, upload]) {
    const archive = await example(client, patternSource(size, 10_000))
    t.match(archive, { size, parts: 4 })
    const { archiveId = '' } = archive ?? {}
    t.ok((await buffer(retrieveArchive({ client, vaultName: 'docs', archiveId }))).equals(patternBytes(size)))
  }
})

t.test('the local vault serves a test in its own process', async (t) => {
  t.equal(await roundTrip('hello'), 'hello')
})
