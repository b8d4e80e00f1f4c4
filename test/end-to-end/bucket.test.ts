/** Objects of a bucket from outside, by the built command. */
import { execFile, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { randomBytes } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import type { BucketCosts, LocalCredentials } from '../../lib/local/index.js'
import { MIB } from '../../lib/sizes.js'
import { commandEnvironment, ended, run, start } from '../helpers/command.js'
import { localBucketFor } from '../helpers/local-bucket.js'

const PART = 8 * MIB
const bytes = randomBytes(3 * PART + 1)
/** A folder of many small files, where the system has one. */
const docs = ['/usr/share/doc', join(import.meta.dirname, '../../docs')].find(existsSync) ?? '.'

/** Starts a put of the first two parts, and waits until they are stored. */
async function begun(dir: string): Promise<ChildProcessWithoutNullStreams> {
  const child = start(['put', 's3://backups/k', '--local-dir', dir, '--part-size', '8MiB'])
  child.stdin.on('error', () => undefined) // the command is killed before it has read everything
  child.stdin.write(bytes.subarray(0, 16 * MIB))
  for (let parts = 0; parts < 2;) {
    const names = await readdir(join(dir, 'buckets'), { recursive: true }).catch(() => [])
    parts = names.filter((name) => name.endsWith('.part')).length
  }
  return child
}

t.test('a put that is killed is resumed, and sends no part again that is stored', async (t) => {
  const dir = t.testdir()
  const child = await begun(dir)
  child.kill('SIGKILL')
  await once(child, 'exit')
  const args = ['put', 's3://backups/k', '--local-dir', dir, '--part-size', '8MiB', '--resume']
  const resumed = await run(args, bytes)
  t.match(resumed, { code: 0, stderr: /in 4 parts \(2 already there\)/ })
  t.equal(resumed.stdout.toString(), 's3://backups/k\n')
})

t.test('serve tells what its buckets would have cost, while it runs and at its end', async (t) => {
  const dir = t.testdir()
  const options = ['--s3-port', '0', '--create-vaults', '--control']
  const server = start(
    ['serve', '--dir', join(dir, 'vaults'), ...options, '--price', 'DEEP_ARCHIVE.uploadRequests=70'],
    { GLACIER_PIPE_CONTROL_SECRET: 'a-secret-of-this-test' },
  )
  t.teardown(() => server.kill('SIGKILL'))
  const over = ended(server)
  let told = ''
  server.stderr.on('data', (chunk: Buffer) => (told += chunk.toString()))
  const [line] = (await once(server.stdout, 'data')) as [Buffer]
  while (!told.includes('Its buckets')) await once(server.stderr, 'data')
  const [, s3Endpoint = ''] = /Its buckets are at (\S+)\.\n/.exec(told) ?? []
  const credentials = await readFile(join(dir, 'vaults/credentials.json'), 'utf8')
  const { accessKeyId, secretAccessKey } = JSON.parse(credentials) as LocalCredentials
  const keys = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey }
  const where = ['--endpoint', s3Endpoint, '--region', 'us-east-1', '--catalog', join(dir, 'catalog')]
  const put = start(['put', 's3://backups/k', ...where], keys)
  put.stdin.end('some bytes')
  t.match(await ended(put), { code: 0 })
  const get = start(['get', 's3://backups/k', '--tier', 'Bulk', ...where], keys)
  t.match(await ended(get), { code: 0, stdout: Buffer.from('some bytes') })

  const headers = { authorization: 'Bearer a-secret-of-this-test' }
  const response = await fetch(`${line.toString().trim()}/.control/buckets/costs`, { headers })
  const costs = (await response.json()) as BucketCosts
  const amountOf = (id: string): number | null | undefined =>
    costs.lines.find((one) => one.storageClass === 'DEEP_ARCHIVE' && one.id === id)?.amount
  t.equal(amountOf('uploadRequests'), 0.07)
  t.equal(amountOf('bulkRequests'), 0.000025)
  server.kill('SIGTERM')
  t.match(await over, {
    code: 143,
    stderr:
      /The costs of the buckets from .*: \$0\.07\d{4}\.\n[^]* {2}DEEP_ARCHIVE upload requests: 1, \$0\.070000\n/,
  })
})

t.test('an archive of tar comes back as it was stored, and is verified without being restored', async (t) => {
  const dir = t.testdir()
  const where = ['--local-dir', join(dir, 'local')]
  const tar = join(dir, 'docs.tar')
  await promisify(execFile)('tar', ['-c', '-f', tar, '-C', docs, '.'])
  const put = await run(['put', 's3://b/docs.tar', ...where], createReadStream(tar))
  t.match(put, { code: 0 }, put.stderr)
  t.match(await run(['verify', tar, 's3://b/docs.tar', ...where]), { code: 0 })
  const got = await run(['get', 's3://b/docs.tar', ...where])
  t.match(got, {
    code: 0,
    stderr: /Started the restore of s3:\/\/b\/docs\.tar, Standard: up to 12 hours\./,
  })
  t.ok(got.stdout.equals(await readFile(tar)))
})

t.test('a get that is killed is resumed, and fetches no part again that is there', async (t) => {
  const dir = t.testdir()
  const server = await localBucketFor(t, { dir: join(dir, 'server'), createBuckets: true })
  const { accessKeyId, secretAccessKey } = server.credentials
  const keys = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey }
  const common = ['--endpoint', server.endpoint, '--region', server.region]
  const catalog = ['--catalog', join(dir, 'catalog')]
  const storing = start(['put', 's3://backups/k', '--part-size', '8MiB', ...common, ...catalog], keys)
  storing.stdin.end(bytes)
  t.match(await ended(storing), { code: 0 })

  const out = join(dir, 'out')
  const get = ['get', 's3://backups/k', '-o', out, '--concurrency', '1', ...common, ...catalog]
  server.faults.add({ operation: 'GetObject', fault: 'stall', nth: 3 }) // it goes no further
  const killed = start(get, keys)
  // The note of a part is written after its bytes.
  const notes = (): Promise<string> => readFile(`${out}.partial.ranges`, 'utf8').catch(() => '')
  while (!(await notes()).includes('"hash"')) await new Promise(setImmediate)
  killed.kill('SIGKILL')
  await once(killed, 'exit')
  server.faults.clear()
  const resumed = await ended(start(get, keys))
  t.match(resumed, { code: 0, stderr: /in 4 parts \([12] already there\)/ })
  t.ok((await readFile(out)).equals(bytes))
})

t.test('without the SDK for S3, the remedy is one line, and the source is not read', async (t) => {
  const hooks = `export const resolve = (name, context, next) => {
    if (name !== '@aws-sdk/client-s3') return next(name, context)
    throw Object.assign(new Error('missing'), { code: 'ERR_MODULE_NOT_FOUND' })
  }`
  const register = `import { register } from 'node:module'; register(${JSON.stringify(dataUrl(hooks))})`
  for (const command of [[], ['--', 'sh', '-c', 'echo started >&2']]) {
    const child = spawn(
      process.execPath,
      [
        '--disable-warning=DEP0205', // Node.js 26 prints that `register` is deprecated; its successor needs 22.15
        ...['--import', dataUrl(register), join(import.meta.dirname, '../../dist/cli/bin.js')],
        ...['put', 's3://backups/k', '--local-dir', t.testdir(), '-q', ...command],
      ],
      { env: commandEnvironment() },
    )
    const { code, stderr } = await ended(child) // stdin stays open
    t.equal(code, 1)
    t.equal(stderr, 'glacier-pipe: Install @aws-sdk/client-s3: buckets need it, and it is not installed.\n')
  }
})

function dataUrl(module: string): string {
  return `data:text/javascript,${encodeURIComponent(module)}`
}
