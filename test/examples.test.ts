import { execFile, execFileSync } from 'node:child_process'
import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { extract } from 'tar-stream'
import { backUpReports } from '../examples/compose.js'
import { restoreFolder, storeFolder } from '../examples/node-tar.js'
import { storeObject } from '../examples/s3-object.js'
import { pipe, upload } from '../examples/stream-chunker.js'
import { storeFiles } from '../examples/tar-stream.js'
import { storeUntil } from '../examples/time-limit.js'
import { compressed, storeCompressed } from '../examples/zstd.js'
import { isInstalled } from './helpers/commands.js'
import { objectStoreFor } from './helpers/object-store.js'
import { programsOfExamples } from './helpers/example-programs.js'
// As the examples do: the errors of the built library are instances of its own classes.
import { glacierClient, retrieveArchive, type SdkVaultClient } from 'glacier-pipe'
import type { LocalVault } from '../lib/local/index.js'
import { MIB } from '../lib/sizes.js'
import { commandEnvironment } from './helpers/command.js'
import { localVaultFor } from './helpers/local-vault.js'
import { patternBytes, patternSource } from './helpers/pattern-source.js'

/** Runs an example for the shell, with the built command on its path. */
async function shell(
  test: Test,
  name: string,
  args: string[],
  variables: NodeJS.ProcessEnv = {},
): Promise<{ stdout: Buffer; stderr: string }> {
  const bin = join(test.testdirName, 'bin')
  await mkdir(bin, { recursive: true })
  const command = fileURLToPath(new URL('../dist/cli/bin.js', import.meta.url))
  await writeFile(join(bin, 'glacier-pipe'), `#!/bin/sh\nexec "${process.execPath}" "${command}" "$@"\n`)
  await chmod(join(bin, 'glacier-pipe'), 0o755)
  const script = fileURLToPath(new URL(`../examples/${name}`, import.meta.url))
  const PATH = `${bin}${delimiter}${process.env.PATH ?? ''}`
  const env = { ...commandEnvironment(), PATH, ...variables }
  return new Promise((resolve, reject) => {
    execFile(
      name === 'encrypted-backup.sh' ? 'bash' : 'sh',
      [script, ...args],
      { env, encoding: 'buffer', maxBuffer: 64 * MIB },
      (error, stdout, stderr) => {
        if (error) reject(new Error(stderr.toString(), { cause: error }))
        else resolve({ stdout, stderr: stderr.toString() })
      },
    )
  })
}

function clientFor(test: Test, { endpoint, region, credentials }: LocalVault): SdkVaultClient {
  const client = glacierClient({ endpoint, region, credentials, maxAttempts: 1 })
  test.teardown(() => {
    client.destroy()
  })
  return client
}

/** A folder with files, an empty one among them. */
function folderFor(test: Test): string {
  return test.testdir({ data: { one: 'a', empty: '', two: { three: patternBytes(3 * MIB) } }, restored: {} })
}

async function contentOf(folder: string): Promise<string[]> {
  return Promise.all(['one', 'empty', 'two/three'].map((name) => readFile(join(folder, name), 'latin1')))
}

async function bytesOf(
  client: SdkVaultClient,
  { archiveId }: { readonly archiveId: string },
): Promise<Buffer> {
  return buffer(retrieveArchive({ client, vaultName: 'docs', archiveId }))
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

t.test('the output of a command, compressed and encrypted in the pipe, comes back as it was', async (t) => {
  const bytes = patternBytes(3 * MIB)
  const dir = t.testdir({ password: 'correct horse battery staple\n', 'a file': bytes })
  const env = { GLACIER_PIPE_LOCAL_DIR: join(dir, 'vaults') }
  const args = [join(dir, 'password'), 'docs', 'a name', 'cat', join(dir, 'a file')]
  const { stdout } = await shell(t, 'encrypted-backup.sh', args, env)
  t.ok(stdout.equals(bytes))
  const failing = [...args.slice(0, 3), 'sh', '-c', 'echo half; exit 5']
  await t.rejects(shell(t, 'encrypted-backup.sh', failing, env), { cause: { code: 3 } })
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

t.test('node-tar stores a folder and restores it', async (t) => {
  const dir = folderFor(t)
  const client = clientFor(t, await localVaultFor(t, { createVaults: true, dir: join(dir, 'vaults') }))
  const archive = await storeFolder(client, 'docs', join(dir, 'data'))
  t.match(archive.description, '{"Path":"data.tgz"}')
  await restoreFolder(client, 'docs', archive.archiveId, join(dir, 'restored'))
  t.strictSame(await contentOf(join(dir, 'restored')), await contentOf(join(dir, 'data')))
  // A file that cannot be read fails the upload.
  await t.rejects(storeFolder(client, 'docs', join(dir, 'data'), ['one', 'missing']), { code: 'ENOENT' })
})

t.test('tar-stream stores the files of a folder', async (t) => {
  const dir = folderFor(t)
  const client = clientFor(t, await localVaultFor(t, { createVaults: true, dir: join(dir, 'vaults') }))
  const archive = await storeFiles(client, 'docs', join(dir, 'data'))
  t.match(archive.description, '{"Path":"data.tar"}')
  const found = new Map<string, string>()
  const unpack = extract()
  Readable.from([await bytesOf(client, archive)]).pipe(unpack)
  for await (const entry of unpack) found.set(entry.header.name, (await buffer(entry)).toString('latin1'))
  t.strictSame([...found.keys()].sort(), ['empty', 'one', 'two/three'])
  t.strictSame(
    ['one', 'empty', 'two/three'].map((name) => found.get(name)),
    await contentOf(join(dir, 'data')),
  )
  await symlink('missing', join(dir, 'data', 'dangling'))
  await t.rejects(storeFiles(client, 'docs', join(dir, 'data')), { code: 'ENOENT' })
})

t.test(
  'zstd compresses a file on the way',
  { skip: !isInstalled('zstd') && 'zstd is not installed' },
  async (t) => {
    const bytes = patternBytes(3 * MIB)
    const dir = t.testdir({ file: bytes })
    const client = clientFor(t, await localVaultFor(t, { createVaults: true, dir: join(dir, 'vaults') }))
    const archive = await storeCompressed(client, 'docs', join(dir, 'file'))
    const output = execFileSync('zstd', ['-d'], { input: await bytesOf(client, archive), maxBuffer: 4 * MIB })
    t.ok(output.equals(bytes))
    await t.rejects(buffer(compressed(join(dir, 'missing'))))
    await t.rejects(storeCompressed(client, 'docs', join(dir, 'missing')))
  },
)

t.test('an object of S3 is stored, and half an object is not', async (t) => {
  const vault = await localVaultFor(t, { createVaults: true })
  const client = clientFor(t, vault)
  const bytes = patternBytes(5 * MIB)
  const { s3, cutNext } = await objectStoreFor(t, new Map([['/photos/2026/one.jpg', bytes]]))
  const options = { client, vaultName: 'docs', partSize: MIB, onFailure: 'abort' } as const
  const archive = await storeObject(s3, 'photos', '2026/one.jpg', options)
  t.match(archive, { size: bytes.length, description: '{"Path":"2026/one.jpg"}' })
  t.ok((await bytesOf(client, archive)).equals(bytes))

  cutNext()
  await t.rejects(storeObject(s3, 'photos', '2026/one.jpg', options))
  await t.rejects(storeObject(s3, 'photos', 'missing', options), { name: 'NoSuchKey' })
  await t.rejects(storeObject(s3, 'photos', '2026/one.jpg', { ...options, signal: AbortSignal.abort() }))
  await vault.control.takeInventory('docs')
  t.equal((await client.describeVault({ vaultName: 'docs' })).archiveCount, 1)
  t.strictSame((await client.listUploads({ vaultName: 'docs' })).items, [])
})

t.test('an upload ends with its time, and is resumed', async (t) => {
  const client = clientFor(t, await localVaultFor(t, { createVaults: true }))
  await client.createVault({ vaultName: 'docs' })
  const options = { client, vaultName: 'docs', partSize: MIB }
  const endless = new Readable({ read: () => undefined })
  t.strictSame(await storeUntil(AbortSignal.timeout(1), endless, options), { uploadId: undefined })

  const time = new AbortController()
  const bytes = patternBytes(6 * MIB)
  async function* halfAndNoMore(): AsyncGenerator<Buffer> {
    yield bytes.subarray(0, 3 * MIB)
    while ((await client.listUploads({ vaultName: 'docs' })).items.length === 0);
    time.abort()
    await new Promise(() => undefined)
  }
  const { uploadId } = await storeUntil(time.signal, halfAndNoMore(), options)
  const { archiveId = '' } = await storeUntil(new AbortController().signal, bytes, options, uploadId)
  t.ok((await bytesOf(client, { archiveId })).equals(bytes))
  await t.rejects(storeUntil(new AbortController().signal, [Buffer.alloc(0)], options), {
    code: 'ERR_EMPTY_ARCHIVE',
  })
})

t.test('each program runs from its command line', async (t) => {
  const dir = join(t.testdir({ file: patternBytes(MIB), data: { one: 'a' } }))
  const vault = await localVaultFor(t, { createVaults: true, dir: join(dir, 'vaults') })
  const { endpoint } = await objectStoreFor(t, new Map([['/photos/one.jpg', patternBytes(MIB)]]))
  const file = join(dir, 'file')
  const programs = {
    's3-object.ts': ['photos', 'one.jpg', 'docs'],
    'node-tar.ts': [join(dir, 'data'), 'docs'],
    'tar-stream.ts': [join(dir, 'data'), 'docs'],
    'time-limit.ts': ['10', file, 'docs'],
    ...(isInstalled('zstd') && { 'zstd.ts': [file, 'docs'] }),
    'web/progress-page.ts': [file, 'docs'],
    'web/fastify-upload.ts': ['docs'],
    'web/express-upload.ts': ['docs'],
    'local-vault-in-a-test.ts': [],
  }
  const { code, outputs } = await programsOfExamples(programs, {
    AWS_ENDPOINT_URL_GLACIER: vault.endpoint,
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_REGION: vault.region,
    AWS_ACCESS_KEY_ID: vault.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: vault.credentials.secretAccessKey,
    PORT: '0',
  })
  t.equal(code, 0)
  for (const [name, output] of outputs) {
    if (name.includes('upload')) t.match(output, /127\.0\.0\.1/, name)
    else if (name !== 'local-vault-in-a-test.ts') t.match(output, /^[\w-]{138}$|'[\w-]{138}'/m, name)
  }
  t.equal(outputs.size, Object.keys(programs).length)
})
