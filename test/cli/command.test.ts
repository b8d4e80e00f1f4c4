import { once } from 'node:events'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { treeHashOf } from '../../lib/tree-hash/tree-hash.js'
import { MIB } from '../../lib/sizes.js'
import { commandHere, countStartsInCoverage, ended, partsIn, run, start } from '../helpers/command.js'
import { localVaultFor } from '../helpers/local-vault.js'
import { patternBytes, patternSource } from '../helpers/pattern-source.js'

countStartsInCoverage()

// The built command, as a process of its own.

t.test('put prints the archive ID and nothing else; get gives the bytes and nothing else', async (t) => {
  const dir = t.testdir()
  const size = 21 * MIB + 5
  const put = await run(
    ['put', 'docs', '--local-dir', dir, '--part-size', '4MiB'],
    patternSource(size, 50_000),
  )
  t.match(put, { code: 0, stderr: /stored 21\.0 MiB in 6 parts/ })
  t.match(put.stdout.toString(), /^[\w-]{138}\n$/)
  const id = put.stdout.toString().trim()
  const get = await run(['get', '--local-dir', dir, 'docs', '--', id])
  t.match(get, { code: 0, stderr: /Started the retrieval job [\w-]{92}/ })
  t.ok(get.stdout.equals(patternBytes(size)))

  const out = join(dir, 'out')
  t.match(await run(['get', '--local-dir', dir, 'docs', '-o', out, '--quiet', '--', id]), {
    code: 0,
    stderr: '',
  })
  t.ok((await readFile(out)).equals(patternBytes(size)))
  t.notOk((await readdir(dir)).some((name) => name.endsWith('.partial')))
})

t.test('what goes wrong is one clear line and the right exit code, and no stack trace', async (t) => {
  const dir = t.testdir()
  const local = ['--local-dir', join(dir, 'vaults')]
  const file = join(dir, 'file')
  await writeFile(file, 'x')
  const vault = await localVaultFor(t, { dir: join(dir, 'served') })
  const away = ['--endpoint', vault.endpoint, '--region', 'us-east-1']
  const cases: [string[], number, RegExp][] = [
    [
      ['put', 'docs', file, ...local, '--part-size', '3MiB'],
      2,
      /power of two .* not 3145728; use 2097152 \(2 MiB\)/,
    ],
    [['put', 'docs', file, ...local, '--part-size', '512KiB'], 2, /not 524288/],
    [['put', 'docs', file, ...local, '--part-size', '8GiB'], 2, /not 8589934592/],
    [['put', 'docs', file, ...local, '--part-size', 'big'], 2, /Write a size as 16MiB/],
    [
      ['put', 'docs', file, ...local, '--memory', '32MiB', '--part-size', '16MiB'],
      2,
      /--memory must be at least 67108864 bytes, four times the size of a part .* at most 8388608 bytes/,
    ],
    [
      ['put', 'docs', file, ...local, '--description', 'x'.repeat(1025)],
      2,
      /take 1057 characters as JSON in ASCII; the service stores at most 1024/,
    ],
    [['put', 'docs', '-', ...local], 1, /ended without a byte/],
    [['put', 'docs', join(dir, 'none'), ...local], 1, /no such file or directory/],
    [['put', 'docs', dir, ...local], 1, /is a directory/],
    [
      ['put', 'docs', file, '--endpoint', 'http://127.0.0.1:1', '--region', 'r'],
      1,
      /Credentials come from AWS_ACCESS_KEY_ID/,
    ],
    [
      ['get', 'docs', 'abc', ...local],
      2,
      /has no archive "abc" in docs, .* "glacier-pipe catalog rebuild docs" finds it/,
    ],
    [['get', 'docs', 'abc', ...local, ...away], 2, /--endpoint and --local select different vaults/],
    [['get', 'docs', ...local], 2, /Give either archives, --match PATTERN .*, or --job ID\./],
    [['vault', 'show', 'docs', ...local], 1, /Vault not found .* glacier-pipe vault create NAME/],
    [['nonsense'], 2, /unknown command 'nonsense'/],
    [['put', 'docs', '--local', '--nonsense'], 2, /unknown option '--nonsense'/],
    [['hash', join(dir, 'none')], 1, /no such file/],
  ]
  for (const [args, code, line] of cases) {
    const isBuilt = args.includes('r') || args[0] === 'nonsense' // one of each kind ends a process
    const found = await (isBuilt ? run(args) : commandHere(args))
    t.match(found, { code, stderr: line }, args.join(' '))
    t.equal(found.stdout.length, 0)
    t.notMatch(found.stderr, /\n\s+at /)
  }
  const keys = { AWS_ACCESS_KEY_ID: vault.credentials.accessKeyId, AWS_SECRET_ACCESS_KEY: 'wrong' }
  const denied = await ended(start(['put', 'docs', file, ...away], keys))
  t.match(denied, {
    code: 1,
    stderr: /signature we calculated does not match .* \(InvalidSignatureException\)/,
  })
  t.notMatch(denied.stderr, /wrong/)
  const refused = await ended(
    start(
      ['put', 'docs', file, '--endpoint', 'http://127.0.0.1:1', '--region', 'r', '--retry-for', '0'],
      keys,
    ),
  )
  t.match(refused, { code: 1, stderr: /ECONNREFUSED 127\.0\.0\.1:1/ })
  const debug = await ended(start(['put', 'docs', file, ...away, '--debug'], keys))
  t.match(debug.stderr, /CredentialsError: .*\n\s+at [^]*Caused by: /)
})

t.test(
  'a stop in the middle of an upload keeps it, says so, and ends with the code of the signal',
  async (t) => {
    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
      ['SIGHUP', 129],
    ] as const) {
      const dir = t.testdir()
      const child = start(['put', 'docs', '--local-dir', dir, '--part-size', '1MiB', '--progress', 'always'])
      child.stdin.write(Buffer.alloc(3 * MIB + 5))
      await partsIn(dir, 1)
      child.kill(signal)
      const found = await ended(child)
      t.match(found, {
        code,
        stderr:
          /Stopped\. The upload is kept: its ID is [\w-]{92}\.\nglacier-pipe: To resume, .*: … \| glacier-pipe put .*--local-dir=\S+ .*--upload-id=[\w-]{92} docs\n/,
      })
      t.equal(found.stdout.length, 0)
      t.equal((await readdir(join(dir, 'vaults', 'docs', 'uploads'))).length, 1)
    }
  },
)

t.test('a closed stdout is one line, not a stack trace; the archive ID is told on stderr', async (t) => {
  const dir = t.testdir()
  const put = start(['put', 'docs', '--local-dir', dir])
  put.stdout.destroy()
  put.stdin.end(Buffer.alloc(5 * MIB))
  const stored = await ended(put)
  t.match(stored, { code: 1, stderr: /The archive is stored\. Its ID is [\w-]{138}\./ })
  const id = /Its ID is ([\w-]{138})/.exec(stored.stderr)?.[1] ?? ''
  const get = start(['get', '--local-dir', dir, 'docs', '--', id])
  get.stdout.destroy()
  t.match(await ended(get), { code: 1, stderr: /stdout was closed before everything was written/ })
})

t.test('serve says on one line that it is ready, serves, and stops on a signal', async (t) => {
  const dir = t.testdir()
  const server = start(['serve', '--dir', dir, '--json', '--region', 'eu-west-1'])
  const [line] = (await once(server.stdout, 'data')) as [Buffer]
  const ready = JSON.parse(line.toString()) as Record<string, string>
  t.match(ready, {
    endpoint: /^http:\/\/127\.0\.0\.1:\d+$/,
    region: 'eu-west-1',
    accessKeyId: /^\w{20}$/,
    secretAccessKey: /^[\w+/]{40}$/,
    keysFrom: 'folder',
    accountId: '111122223333',
    dir,
  })
  const env = { AWS_ACCESS_KEY_ID: ready.accessKeyId, AWS_SECRET_ACCESS_KEY: ready.secretAccessKey }
  const where = ['--endpoint', ready.endpoint ?? '', '--region', 'eu-west-1']
  t.match(await ended(start(['vault', 'create', 'docs', ...where], env)), { code: 0 })
  const put = start(['put', 'docs', '-', ...where], env)
  put.stdin.end('hello world')
  t.match(await ended(put), { code: 0 })
  server.kill('SIGTERM')
  t.match(await ended(server), { code: 143, stderr: 'glacier-pipe: Stopped.\n' })
})

t.test('serve is controlled over HTTP by whoever has the secret it printed', async (t) => {
  const dir = t.testdir()
  const env = { AWS_ACCESS_KEY_ID: 'AKIASESSION', AWS_SECRET_ACCESS_KEY: 'x', AWS_SESSION_TOKEN: 'y' }
  const server = start(
    [
      'serve',
      '--dir',
      dir,
      '--json',
      '--control',
      '--create-vaults',
      '--job-delay',
      '4h',
      '--inventory-interval',
      '0',
    ],
    env,
  )
  const [line] = (await once(server.stdout, 'data')) as [Buffer]
  const ready = JSON.parse(line.toString()) as Record<string, string>
  t.match(ready, { accessKeyId: 'AKIASESSION', keysFrom: 'environment', controlSecret: /^[\w-]{32}$/ })
  const order = (path: string): Promise<Response> =>
    fetch(`${String(ready.endpoint)}/.control/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${String(ready.controlSecret)}` },
    })
  for (const name of ['', 'page.js', 'page.css']) {
    const file = await fetch(`${String(ready.endpoint)}/.control/${name}`)
    t.equal(file.status, 200, `the built command has the page's ${name || 'index.html'}`)
  }
  const where = ['--endpoint', String(ready.endpoint), '--region', 'us-east-1']
  const put = start(['put', 'docs', ...where], env)
  put.stdin.end('hello world')
  const stored = await ended(put)
  t.match(stored, { code: 0 })
  const get = start(['get', ...where, 'docs', '--', stored.stdout.toString().trim()], env)
  const got = ended(get)
  let jobs = 0
  while (jobs === 0) ({ jobs } = (await (await order('jobs/complete')).json()) as { jobs: number })
  get.kill('SIGTERM') // it would look again in a quarter of an hour
  t.match(await got, { code: 143 })
  t.match(await ended(start(['vault', 'show', 'docs', '--json', ...where], env)), {
    code: 0,
    stdout: /"archiveCount":1/,
  })
  server.kill('SIGTERM')
  t.match(await ended(server), { code: 143 })
})

t.test('serve takes the keys of the environment', async (t) => {
  const env = { AWS_ACCESS_KEY_ID: 'AKIAENVIRONMENT', AWS_SECRET_ACCESS_KEY: 'secret-of-the-environment' }
  const server = start(['serve', '--dir', t.testdir()], env)
  const [line] = (await once(server.stdout, 'data')) as [Buffer]
  t.match(line.toString(), /^http:\/\/127\.0\.0\.1:\d+\n$/)
  const where = ['--endpoint', line.toString().trim(), '--region', 'us-east-1']
  t.match(await ended(start(['vault', 'ls', ...where], env)), { code: 0 })
  server.kill('SIGINT')
  const found = await ended(server)
  t.match(found, { code: 130, stderr: /access key AKIAENVIRONMENT/ })
  t.notMatch(found.stderr, /secret-of-the-environment/)
})

t.test('hash prints what sha256sum would, of trees', async (t) => {
  const dir = t.testdir({ a: 'hello world' })
  const bytes = patternBytes(3 * MIB + 1)
  const found = await run(['hash', join(dir, 'a'), '-'], bytes)
  t.equal(
    found.stdout.toString(),
    `b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9  ${join(dir, 'a')}\n${treeHashOf(bytes)}  -\n`,
  )
})

t.test('the version is that of the package', async (t) => {
  const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  t.match(await run(['--version']), { code: 0, stdout: Buffer.from(`${version}\n`) })
  await mkdir(t.testdir(), { recursive: true })
})
