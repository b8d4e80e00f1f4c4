import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { open, readdir, readFile, rename, symlink, writeFile } from 'node:fs/promises'
import { homedir, userInfo } from 'node:os'
import { join } from 'node:path'
import { Writable, type Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { ReportedError, UsageError } from '../../lib/cli/command-errors.js'
import type { Io } from '../../lib/cli/io.js'
import { main } from '../../lib/cli/main.js'
import { parseDuration } from '../../lib/cli/options/duration.js'
import { parseCount, parsePort } from '../../lib/cli/options/numbers.js'
import { asUsageError } from '../../lib/cli/options/option-names.js'
import { parseSize } from '../../lib/cli/options/size.js'
import { collectUndocumented } from '../../lib/cli/options/undocumented.js'
import { exitCodeOf, explanationsOf } from '../../lib/cli/output/exit-code.js'
import { formatDuration, formatSize } from '../../lib/cli/output/format.js'
import { printable } from '../../lib/cli/output/print.js'
import { Progress } from '../../lib/cli/output/progress.js'
import { defaultLocalDir } from '../../lib/cli/run/data-folder.js'
import { SizeMismatchError, TreeHashMismatchError, UploadFailedError } from '../../lib/errors.js'
import type { LocalCredentials, Undocumented } from '../../lib/local/index.js'
import { treeHashOf } from '../../lib/tree-hash/tree-hash.js'
import { BIN, DATA, runHere, stage } from '../helpers/command.js'
import { clock, hashHeaders, localVaultFor, send } from '../helpers/local-vault.js'
import { patternBytes } from '../helpers/pattern-source.js'
import { settled } from '../helpers/gate.js'
import { VirtualClock } from '../helpers/virtual-clock.js'

// The command in this process, where its streams and its clock are ours.

const MIB = 1_048_576
const ESCAPE = '\u001b'

t.test('put --json says all there is to know of the archive', async (t) => {
  const dir = t.testdir()
  const bytes = patternBytes(2 * MIB + 1)
  const it = stage(bytes)
  t.equal(
    await runHere(
      ['put', 'docs', '--local-dir', dir, '--part-size', '1MiB', '--json', '--description', 'Größe'],
      it,
    ),
    0,
  )
  const archive = JSON.parse(it.out()) as Record<string, unknown>
  t.match(it.out(), /^[^\n]*\n$/)
  t.strictSame(archive, {
    archiveId: archive.archiveId,
    vault: 'docs',
    size: bytes.length,
    treeHash: treeHashOf(bytes),
    partSize: MIB,
    parts: 3,
    description: '{"Path":"Gr\\u00f6\\u00dfe"}',
    location: `/111122223333/vaults/docs/archives/${String(archive.archiveId)}`,
    volume: 1,
  })
})

t.test('a file is stored as what is piped in is, and its size is known', async (t) => {
  const dir = t.testdir({ small: 'hello world' })
  const it = stage()
  t.equal(await runHere(['put', 'docs', join(dir, 'small'), '--local-dir', join(dir, 'v')], it), 0)
  t.match(it.err(), /^glacier-pipe: stored 11 B in 1 part, /)
  const id = it.out().trim()
  const out = stage()
  t.equal(
    await runHere(['get', 'docs', '--local-dir', join(dir, 'v'), '-o', '-', '--tier', 'Bulk', '--', id], out),
    0,
  )
  t.equal(out.out(), 'hello world')
  const accessPolicy = '{"Statement":{"Effect":"Deny","Action":"s3:*"}}'
  const settings = { tags: {}, notifications: null, accessPolicy, lock: null }
  await writeFile(join(dir, 'v/vaults/docs/settings.json'), JSON.stringify(settings))
  const warned = stage()
  t.equal(await runHere(['vault', 'show', 'docs', '--local-dir', join(dir, 'v')], warned), 0)
  t.match(warned.err(), /WARNING: A policy that is set on the vault .* no action of the service/)
})

t.test('vaults are made, listed, shown and deleted', async (t) => {
  const time = clock()
  const vault = await localVaultFor(t, { now: time.now })
  const { accessKeyId, secretAccessKey } = vault.credentials
  const file = join(vault.dir, 'aws-credentials')
  await writeFile(
    file,
    `[nightly]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
  )
  const before = process.env.AWS_SHARED_CREDENTIALS_FILE
  process.env.AWS_SHARED_CREDENTIALS_FILE = file
  t.teardown(() => {
    if (before === undefined) delete process.env.AWS_SHARED_CREDENTIALS_FILE
    else process.env.AWS_SHARED_CREDENTIALS_FILE = before
  })
  const where = [
    '--endpoint',
    vault.endpoint,
    '--region',
    'us-east-1',
    '--profile',
    'nightly',
    '--account-id',
    '111122223333',
  ]
  const call = async (...args: string[]): Promise<{ code: number; out: string; err: string }> => {
    const it = stage()
    const code = await runHere(['vault', ...args, ...where], it)
    return { code, out: it.out(), err: it.err() }
  }
  t.strictSame(await call('create', 'b'), { code: 0, out: '', err: 'glacier-pipe: The vault b exists.\n' })
  t.strictSame(await call('create', 'a', '--quiet'), { code: 0, out: '', err: '' })
  t.strictSame(await call('ls'), { code: 0, out: 'a\nb\n', err: '' })
  t.match(
    (await call('ls', '--json')).out,
    /^\{"vaultName":"a","arn":"arn:aws:glacier:us-east-1:111122223333:vaults\/a",.*\}\n\{"vaultName":"b".*\}\n$/,
  )
  t.match(await call('show', 'a'), {
    out: /^name {8}a\narn {9}arn:.*\ncreated {5}.*Z\ninventory {3}none yet/,
  })
  t.match(JSON.parse((await call('show', 'a', '--json')).out), { vaultName: 'a' })

  const body = 'x'
  const path = '/-/vaults/a/archives'
  const hash = treeHashOf(Buffer.from(body))
  const headers = { 'content-length': '1', 'x-amz-content-sha256': hash, 'x-amz-sha256-tree-hash': hash }
  await send(vault, { method: 'POST', path, headers, body })
  time.time += 86_400_000
  const it = stage()
  t.equal(await runHere(['vault', 'show', 'a', ...where], it), 0, it.err())
  t.match(it.out(), /inventory {3}.*Z: 1 archive, 32\.0 KiB/)

  t.match(await call('rm', 'a'), { code: 1, err: /Vault not empty or recently written to/ })
  t.strictSame(await call('rm', 'b'), { code: 0, out: '', err: 'glacier-pipe: The vault b is deleted.\n' })
  t.strictSame(await call('rm', 'b', '-q'), { code: 0, out: '', err: '' })
})

t.test(
  'a real terminal is known for one',
  { skip: !existsSync('/dev/ptmx') && 'there are no terminals' },
  async (t) => {
    const terminal = await open('/dev/ptmx', 'r+')
    const put = spawn(process.execPath, [BIN, 'put', 'docs', '--local-dir', t.testdir()], {
      stdio: [terminal.fd, 'ignore', 'pipe'],
    })
    const [ending, message] = await Promise.all([once(put, 'close'), text(put.stderr as Readable)])
    await terminal.close()
    t.strictSame(ending, [2, null])
    t.match(message, /stdin is a terminal/)
  },
)

t.test('nothing is read from, nor written to, a terminal by accident', async (t) => {
  const dir = t.testdir()
  const put = stage(Buffer.from('x'), ['stdin'])
  t.equal(await runHere(['put', 'docs', '--local-dir', dir], put), 2)
  t.match(put.err(), /stdin is a terminal/)
  t.equal(await runHere(['put', 'docs', '-', '--local-dir', dir], stage(Buffer.from('x'), ['stdin'])), 0)
  const get = stage(Buffer.alloc(0), ['stdout'])
  t.equal(await runHere(['get', 'docs', 'x', '--local-dir', dir], get), 2)
  t.match(get.err(), /stdout is a terminal/)
})

t.test('an empty path is a usage error that names its option', async (t) => {
  const commands: [where: RegExp, ...args: string[]][] = [
    [/'-o, --output <file>'/, 'get', 'docs', '-o', '', '--', 'x'],
    [/'-o, --output <file>'/, 'get', 'docs', '--output=', '--', 'x'],
    [/'--catalog <file>'/, 'ls', '--catalog', ''],
    [/'--local-dir <dir>'/, 'vault', 'ls', '--local-dir', ''],
    [/'--dir <dir>'/, 'serve', '--dir', ''],
    [/for argument 'file'/, 'put', 'docs', ''],
    [/for argument 'file'/, 'verify', '', 'docs', 'x'],
  ]
  for (const [where, ...args] of commands) {
    const it = stage()
    t.equal(await runHere(args, it), 2, args.join(' '))
    t.match(it.err(), where)
    t.match(it.err(), /The path is empty\./)
  }
})

t.test('an endpoint is an http address', async (t) => {
  for (const endpoint of ['x', 'ftp://x', '']) {
    const it = stage(Buffer.from('x'))
    t.equal(await runHere(['put', 'docs', '--endpoint', endpoint], it), 2)
    t.match(it.err(), /--endpoint must be an http or https address/)
  }
  const more: [endpoint: string, err: RegExp][] = [
    ['http://user:secret@127.0.0.1', /--endpoint must have no user name or password/],
    ['http://:secret@127.0.0.1', /--endpoint must have no user name or password/],
    ['http://secret@127.0.0.1', /--endpoint must have no user name or password/],
    ['ftp://user:secret@127.0.0.1', /--endpoint must be an http or https address/],
    ['http://user:secret@[', /--endpoint must be an http or https address/],
    ['http://127.0.0.1/?secret', /--endpoint must be an address without a query/],
    ['http://127.0.0.1/#secret', /--endpoint must be an address without a query/],
  ]
  for (const [endpoint, err] of more) {
    const it = stage(Buffer.from('x'))
    t.equal(await runHere(['put', 'docs', '--endpoint', endpoint], it), 2, endpoint)
    t.match(it.err(), err)
    t.notMatch(it.err(), 'secret')
  }
})

t.test('a damaged archive is exit code 4, and no file appears', async (t) => {
  const dir = t.testdir()
  const it = stage(patternBytes(3 * MIB))
  t.equal(await runHere(['put', 'docs', '--local-dir', dir, '--part-size', '1MiB'], it), 0)
  const id = it.out().trim()
  const file = join(dir, 'vaults', 'docs', 'archives', id, '00001.part')
  const bytes = await readFile(file)
  bytes[7] = (bytes[7] ?? 0) ^ 1
  await writeFile(file, bytes)
  const get = stage(Buffer.alloc(0), [], {}, new VirtualClock())
  t.equal(await runHere(['get', '--local-dir', dir, 'docs', '-o', join(dir, 'out'), '--', id], get), 4)
  t.match(
    get.err(),
    /The tree hash of bytes 0-3145727 of the output of job .* does not match. Wanted: \w{64}. Found: \w{64}./,
  )
  await t.rejects(readFile(join(dir, 'out')), { code: 'ENOENT' })
  const toStdout = stage(Buffer.alloc(0), [], {}, new VirtualClock())
  t.equal(await runHere(['get', '--local-dir', dir, 'docs', '--', id], toStdout), 4)
  t.equal(toStdout.out(), '', 'not one unverified byte')
})

t.test('an interrupted hash ends with the code of the signal', async (t) => {
  const it = stage(Buffer.from('x'))
  it.interrupt.abort('SIGINT')
  t.equal(await runHere(['hash'], it), 130)
  t.equal(it.err(), 'glacier-pipe: Stopped.\n')
  const json = stage(Buffer.from('hello world'))
  t.equal(await runHere(['hash', '--json'], json), 0)
  t.match(JSON.parse(json.out()), { file: '-', size: 11, treeHash: /^b94d27b9934d/ })
})

t.test('serve runs until it is told to stop', async (t) => {
  for (const args of [[], ['--quiet'], ['--json']]) {
    const it = stage()
    const served = runHere(['serve', '--dir', t.testdir(), '--port', '0', ...args], it)
    while (it.out() === '') await settled(1)
    it.interrupt.abort('SIGTERM')
    t.equal(await served, 143)
    t.equal(it.err().includes('access key'), args.length === 0)
  }
  const remote = stage()
  t.equal(await runHere(['serve', '--dir', t.testdir(), '--host', '0.0.0.0'], remote), 2)
  t.match(remote.err(), /not a loopback address: .* give --allow-remote\./)
  const loud = stage()
  const serving = runHere(
    ['serve', '--dir', t.testdir(), '--host', '0.0.0.0', '--allow-remote', '--quiet', '--control'],
    loud,
  )
  while (loud.err() === '') await settled(1)
  loud.interrupt.abort('SIGTERM')
  t.equal(await serving, 143)
  t.match(loud.err(), /WARNING: other machines can connect to http:\/\/0\.0\.0\.0:\d+\. Anyone with the keys/)
  const controlled = stage()
  const withControl = runHere(['serve', '--dir', t.testdir(), '--control'], controlled)
  while (!controlled.err().includes('secret')) await settled(1)
  controlled.interrupt.abort('SIGTERM')
  t.equal(await withControl, 143)
  t.match(controlled.err(), /Run with --json to print the secret key and the secret of the controls on stdout/)
  t.match(controlled.err(), /The page of the local vault is at http:\/\/127\.0\.0\.1:\d+\/\.control\/\n/)
  const debugged = stage()
  debugged.interrupt.abort('SIGTERM')
  t.equal(await runHere(['serve', '--dir', t.testdir(), '--debug'], debugged), 143)
  t.match(debugged.err(), /AbortError: [^]*Caused by: SIGTERM\n$/)
  const early = stage()
  early.interrupt.abort('SIGINT')
  t.equal(await runHere(['serve', '--dir', t.testdir()], early), 130)
  const busy = await localVaultFor(t)
  const it = stage()
  t.equal(await runHere(['serve', '--dir', t.testdir(), '--port', new URL(busy.endpoint).port], it), 1)
  t.match(it.err(), /EADDRINUSE/)
})

t.test('serve prints no secret that it was given, be it right or wrong', async (t) => {
  const secrets = {
    AWS_SECRET_ACCESS_KEY: 'real-secret-key',
    AWS_SESSION_TOKEN: 'real-session-token',
    GLACIER_PIPE_CONTROL_SECRET: 'real-control-secret',
    GLACIER_PIPE_TLS_PASSPHRASE: 'real-passphrase',
  }
  const env = { XDG_DATA_HOME: DATA, AWS_ACCESS_KEY_ID: 'AKIAREAL', ...secrets }
  const serveWith = async (
    more: Io['env'],
    ...args: string[]
  ): Promise<{ code: number; text: string; out: string }> => {
    const it = stage(Buffer.alloc(0), [], { ...env, ...more })
    const running = runHere(['serve', '--dir', t.testdir(), '--control', ...args], it)
    const isOver = running.then(() => true)
    while (it.out() === '' && !(await Promise.race([isOver, settled(1)]))) await settled(1)
    it.interrupt.abort('SIGTERM')
    const code = await running
    const text = it.out() + it.err()
    for (const secret of Object.values(secrets))
      t.notOk(text.includes(secret), `${secret}: ${args.join(' ')}`)
    return { code, text, out: it.out() }
  }
  const json = await serveWith({}, '--json', '--debug')
  t.equal(json.code, 143)
  t.strictSame(Object.keys(JSON.parse(json.out) as object), [
    'endpoint',
    'region',
    'accountId',
    'accessKeyId',
    'keysFrom',
    'dir',
  ])
  t.match(JSON.parse(json.out), { accessKeyId: 'AKIAREAL', keysFrom: 'environment' })
  const told = await serveWith({}, '--debug')
  t.match(told.text, /access key AKIAREAL\.\n.*The keys are from the environment\.\n/)
  t.notMatch(told.text, /--json/)
  const half = await serveWith({ GLACIER_PIPE_CONTROL_SECRET: '' }, '--accept-any-credentials')
  t.match(
    half.text,
    /any other keys are accepted too[^]*Run with --json to print the secret of the controls on stdout/,
  )
  await serveWith({}, '--help')
  await serveWith({}, '--quiet')
  for (const [message, more, ...args] of [
    [/: The key pair of the environment: accessKeyId must be /, { AWS_ACCESS_KEY_ID: 'a/b' }],
    [/: GLACIER_PIPE_CONTROL_SECRET must be /, { GLACIER_PIPE_CONTROL_SECRET: 'real-control-secret\n' }],
    [/: --region must be /, {}, '--region', 'a/b'],
    [/: --region must be /, {}, '--region', 'eu-west-1', '--region', ''],
    [/: --account-id must be /, {}, '--account-id', '-'],
    [/: --account-id must be /, {}, '--account-id', '../..'],
    [/--accept-any-credentials/, {}, '--accept-any-credentials', '--allow-remote'],
    [/: --sns-endpoint must be /, {}, '--sns-endpoint', 'real-secret-key'],
  ] as [RegExp, Io['env'], ...string[]][]) {
    const refused = await serveWith(more, ...args)
    t.equal(refused.code, 2, args.join(' '))
    t.match(refused.text, message)
    await serveWith(more, '--debug', ...args)
  }
  const several = await serveWith({}, '--region', 'us-east-1', '--region', 'eu-west-1')
  t.match(several.text, /, regions us-east-1, eu-west-1, account 111122223333,/)
  const made = await serveWith({ AWS_SECRET_ACCESS_KEY: '' }, '--json', '--account-id', '999999999999')
  t.match(JSON.parse(made.out), {
    accountId: '999999999999',
    keysFrom: 'folder',
    secretAccessKey: /^[\w+/]{40}$/,
  })
})

t.test('serve warns of policies where it is lenient, and prints the costs at its end', async (t) => {
  const policy = { Statement: { Effect: 'Deny', Action: '*', Condition: { Bool: { 'aws:\u001b': 'true' } } } }
  const served = async (
    args: readonly string[],
    meddle?: (dir: string) => Promise<void>,
  ): Promise<string> => {
    const dir = t.testdir()
    const it = stage()
    const serving = runHere(['serve', '--dir', dir, ...args], it)
    while (it.out() === '') await settled(1)
    const out = it.out().trim()
    const endpoint = args.includes('--json') ? (JSON.parse(out) as { endpoint: string }).endpoint : out
    const credentials = JSON.parse(await readFile(join(dir, 'credentials.json'), 'utf8')) as LocalCredentials
    const vault = { endpoint, region: 'us-east-1', credentials }
    await send(vault, { method: 'PUT', path: '/-/vaults/docs' })
    const body = JSON.stringify({ Policy: JSON.stringify(policy) })
    const set = await send(vault, { method: 'PUT', path: '/-/vaults/docs/access-policy', body })
    t.equal(set.status, args.includes('lenient') ? 204 : 400)
    const bytes = patternBytes(MIB)
    const headers = hashHeaders(bytes)
    const stored = await send(vault, {
      method: 'POST',
      path: '/-/vaults/docs/archives',
      body: bytes,
      headers,
    })
    const job = { Type: 'archive-retrieval', ArchiveId: stored.headers['x-amz-archive-id'] }
    await send(vault, { method: 'POST', path: '/-/vaults/docs/jobs', body: JSON.stringify(job) })
    await meddle?.(dir)
    it.interrupt.abort('SIGTERM')
    t.equal(await serving, 143)
    return it.err()
  }
  const loud = await served(['--policies', 'lenient', '--price', 'uploadRequests=30', '--price', 'storage=0'])
  t.match(
    loud,
    /^glacier-pipe: WARNING: A policy that is set on the vault .* "aws:\\u001b" has no value here/m,
  )
  t.match(loud, /^glacier-pipe: The costs from \S+Z to \S+Z, at the configured prices: \$0\.030060\.$/m)
  t.match(loud, /^glacier-pipe: {3}Standard retrieval: 0\.000976563 GB, \$0\.000010$/m)
  t.match(loud, /^glacier-pipe: {3}Upload requests: 1, \$0\.030000$/m)
  t.notMatch(loud, /Bulk/, 'what was not used is not told')
  for (const flag of ['--quiet', '--json']) t.notMatch(await served([flag]), /costs/)
  const damaged = await served([], async (dir) => {
    const archives = join(dir, 'vaults/docs/archives')
    const [archiveId = ''] = await readdir(archives)
    await writeFile(join(archives, archiveId, 'archive.json'), '{')
  })
  t.match(damaged, /WARNING: the local vault .* is damaged: its archive\.json is not valid[^]*The costs from/)
  const broken = await served([], async (dir) => {
    await rename(join(dir, 'vaults'), join(dir, 'moved'))
    await symlink('vaults', join(dir, 'vaults'))
  })
  t.match(broken, /The costs cannot be computed: ELOOP/)
  for (const price of ['storage', 'storage=', 'storage=1e3', 'storage=-1', 'toString=1', '=1']) {
    const it = stage()
    t.equal(await runHere(['serve', '--price', price], it), 2, price)
    t.match(it.err(), /Write a price in US dollars as storage=0\.0045/)
  }
})

t.test('serve takes choices where the documents of the service leave it open', async (t) => {
  const chosen = (...choices: string[]): Undocumented =>
    choices.reduce<Undocumented>((before, choice) => collectUndocumented(choice, before), {})
  t.strictSame(
    chosen(
      ...['repeatable-for=0', 'repeat-checked=yes', 'repeat-hash=no', 'first-counts=0'],
      ...['retrieval-policy=1GiB', 'malformed-range=refuse'],
    ),
    {
      repeatableFor: 0,
      repeatChecked: true,
      repeatHash: false,
      firstCounts: 0,
      retrievalPolicy: 1_073_741_824,
      malformedRange: 'refuse',
    },
  )
  t.strictSame(
    chosen('repeatable-for=1h', 'first-counts=null', 'retrieval-policy=FreeTier', 'malformed-range=ignore'),
    { repeatableFor: 3_600_000, firstCounts: null, retrievalPolicy: 'FreeTier', malformedRange: 'ignore' },
  )
  t.strictSame(chosen('retrieval-policy=None'), { retrievalPolicy: 'None' })
  for (const [choice, message] of [
    ['', /Write a choice as repeatable-for=1h, .*repeat-hash=yes or no/],
    ['other=1', /Write a choice as/],
    ['constructor=1', /Write a choice as/],
    ['repeat-hash', /Write a choice as/],
    ['repeat-hash=true', /Write a choice as/],
    ['repeat-checked=', /Write a choice as/],
    ['first-counts=1', /Write a choice as/],
    ['malformed-range=x', /Write a choice as/],
    ['repeatable-for=x', /Write a duration/],
    ['retrieval-policy=free', /Write a size/],
    ['repeatable-for=2d', /: --undocumented: repeatableFor must be milliseconds from 0 to a day/],
    ['retrieval-policy=0', /: --undocumented: retrievalPolicy must be None, FreeTier, or/],
  ] as const) {
    const refused = stage()
    t.equal(await runHere(['serve', '--dir', t.testdir(), '--undocumented', choice], refused), 2, choice)
    t.match(refused.err(), message)
  }
  const it = stage()
  const args = ['--json', '--undocumented', 'first-counts=0', '--undocumented', 'repeatable-for=0']
  const served = runHere(['serve', '--dir', t.testdir(), ...args], it)
  while (it.out() === '') await settled(1)
  const { endpoint, region, ...credentials } = JSON.parse(it.out()) as {
    endpoint: string
    region: string
    accessKeyId: string
    secretAccessKey: string
  }
  const where = { endpoint, region, credentials }
  await send(where, { method: 'PUT', path: '/-/vaults/docs' })
  t.match((await send(where, { method: 'GET', path: '/-/vaults/docs' })).json, { NumberOfArchives: 0 })
  it.interrupt.abort('SIGTERM')
  t.equal(await served, 143)
})

t.test('help is on stdout and is no error; without a command it is one', async (t) => {
  const help = stage()
  t.equal(await runHere(['--help'], help), 0)
  t.match(help.out(), /Exit codes: 0 success; 1 failure; 2 usage error; 3 failure that can be resumed/)
  const get = stage()
  t.equal(await runHere(['get', '--help'], get), 0)
  t.match(get.out(), /IDs may begin with a dash\. Put them behind --/)
  const bare = stage()
  t.equal(await runHere([], bare), 2)
  t.match(bare.err(), /Usage: glacier-pipe/)
})

t.test('stdout that fails fails the command', async (t) => {
  const it = stage(Buffer.from('x'))
  const stdout = new Writable({
    write(_chunk, _encoding, callback) {
      callback(Object.assign(new Error('full'), { code: 'ENOSPC' }))
    },
  })
  stdout.on('error', () => undefined)
  t.equal(await runHere(['put', 'docs', '--local-dir', t.testdir()], { ...it, io: { ...it.io, stdout } }), 1)
  t.match(it.err(), /The archive is stored. Its ID is [\w-]{138}.\nglacier-pipe: full\n$/)
})

t.test('errors have their exit codes and their lines', async (t) => {
  const calm = new AbortController().signal
  t.equal(exitCodeOf(new UploadFailedError(new Error('x'), 'u', true), calm), 3)
  t.equal(exitCodeOf(new UploadFailedError(new Error('x'), 'u', false), calm), 1)
  t.equal(exitCodeOf(new TreeHashMismatchError('range', 'x', 'a', 'b'), calm), 4)
  t.equal(exitCodeOf(new SizeMismatchError('x', 1, 2), calm), 4)
  t.equal(exitCodeOf(new UsageError('x'), calm), 2)
  t.equal(exitCodeOf('thrown', calm), 1)
  for (const [reason, code] of [
    ['SIGHUP', 129],
    ['SIGINT', 130],
    ['SIGTERM', 143],
    [undefined, 130],
  ] as const)
    t.equal(exitCodeOf(new Error('x'), AbortSignal.abort(reason)), code)
  t.strictSame(explanationsOf(new ReportedError('x')), [])
  t.strictSame(explanationsOf('thrown'), ['thrown'])
  t.strictSame(explanationsOf(new UploadFailedError(new Error('why.'), 'u', true)), [
    'why. The upload is kept: its ID is u.',
  ])
  t.throws(() => asUsageError(() => JSON.parse('{') as unknown), { name: 'SyntaxError' })
  t.throws(() => asUsageError(() => 'x'.repeat(-1)), { name: 'UsageError' })
})

t.test('sizes are read and written as people do', async (t) => {
  const sizes: [string, number][] = [
    ['16777216', 16 * MIB],
    ['5B', 5],
    ['16MiB', 16 * MIB],
    ['16M', 16 * MIB],
    ['16mib', 16 * MIB],
    [' 1.5 KiB ', 1536],
    ['2TB', 2e12],
    ['1GB', 1e9],
    ['0', 0],
  ]
  for (const [text, size] of sizes) t.equal(parseSize(text), size, text)
  for (const text of ['', 'x', '-1', '1XB', '1.3B', '0.0001K', '99999999P', '1e6', 'MiB']) {
    t.throws(() => parseSize(text), { code: 'commander.invalidArgument' }, text)
  }
  t.strictSame(
    ['0', '0s', '90s', '0.5s', '5m', '6h', '1d'].map(parseDuration),
    [0, 0, 90_000, 500, 300_000, 21_600_000, 86_400_000],
  )
  for (const text of ['', '5', 'x', '-1s', '1w', '1e3s'])
    t.throws(() => parseDuration(text), { code: 'commander.invalidArgument' }, text)
  t.equal(parseCount('12'), 12)
  for (const text of ['0', '-1', 'x', '1.5', ''])
    t.throws(() => parseCount(text), { code: 'commander.invalidArgument' })
  t.equal(parsePort('0'), 0)
  for (const text of ['65536', '-1', 'x'])
    t.throws(() => parsePort(text), { code: 'commander.invalidArgument' })
  t.strictSame([0, 1023, 1024, 10 * MIB, 1.5 * 2 ** 40, 2 ** 60].map(formatSize), [
    '0 B',
    '1023 B',
    '1.00 KiB',
    '10.0 MiB',
    '1.50 TiB',
    '1024.0 PiB',
  ])
  t.strictSame([0, 1499, 61_000, 3_600_000, 90_061_000].map(formatDuration), [
    '0:00',
    '0:01',
    '1:01',
    '1:00:00',
    '25:01:01',
  ])
})

t.test('help that cannot be printed is an error, unless its reader has seen enough', async (t) => {
  for (const [code, exitCode, said] of [
    ['ENOSPC', 1, 'glacier-pipe: no room\n'],
    ['EPIPE', 0, ''],
  ] as const) {
    const it = stage()
    const stdout = new Writable({
      write(_chunk, _encoding, callback) {
        callback(Object.assign(new Error('no room'), { code }))
      },
    })
    stdout.on('error', () => undefined)
    t.equal(await main(['--help'], { ...it.io, stdout }), exitCode, code)
    t.equal(it.err(), said)
  }
})

t.test(
  'progress is drawn when there is some, on a terminal over itself, in a log line by line',
  async (t) => {
    const time = clock(0)
    const terminal = stage(Buffer.alloc(0), ['stderr'])
    const drawn = new Progress(terminal.io, { progress: 'auto' }, 'stored', time.now)
    drawn.total = 4 * MIB
    time.time = 100
    drawn.add(MIB)
    t.equal(terminal.err(), '', 'not too often')
    time.time = 1000
    drawn.add(MIB)
    t.equal(
      terminal.err(),
      '\rstored 50 % of 4.00 MiB: 2.00 MiB in 2 parts, 2.00 MiB/s, 0:01, 0:01 left\u001b[K',
    )
    time.time = 2000
    drawn.total = undefined
    drawn.add(MIB)
    t.match(terminal.err(), new RegExp(`\\rstored 3\\.00 MiB in 3 parts, 1\\.50 MiB/s, 0:02${ESCAPE}\\[K$`))
    drawn.done()
    t.match(
      terminal.err(),
      new RegExp(`\\r${ESCAPE}\\[Kglacier-pipe: stored 3\\.00 MiB in 3 parts, 1\\.50 MiB/s, 0:02\\n$`),
    )

    for (const [columns, shown] of [
      [24, 'stored 1.00 MiB in 1 pa'],
      [0, 'stored 1.00 MiB in 1 part, 1.00 MiB/s, 0:01'],
    ] as const) {
      const narrow = stage(Buffer.alloc(0), ['stderr'])
      Object.assign(narrow.io.stderr, { columns })
      time.time = 0
      const line = new Progress(narrow.io, { progress: 'auto' }, 'stored', time.now)
      time.time = 1000
      line.add(MIB)
      t.equal(narrow.err(), `\r${shown}\u001b[K`, 'a line that wraps could not be drawn over')
    }

    const log = stage()
    time.time = 0
    const logged = new Progress(log.io, { progress: 'auto' }, 'stored', time.now)
    for (time.time = 1000; time.time <= 121_000; time.time += 1000) logged.add(MIB)
    t.equal(log.err().split('\n').length - 1, 2, 'a line a minute')
    t.match(log.err(), /^glacier-pipe: stored 60\.0 MiB in 60 parts, 1\.00 MiB\/s, 1:00\n/)

    for (const options of [{ quiet: true, progress: 'always' }, { progress: 'never' }] as const) {
      const silent = stage(Buffer.alloc(0), ['stderr'])
      time.time = 0
      const progress = new Progress(silent.io, options, 'stored', time.now)
      time.time = 1e6
      progress.add(MIB)
      progress.done()
      t.equal(silent.err(), '')
    }
    const quick = stage()
    new Progress(quick.io, { progress: 'always' }, 'stored').done()
    t.equal(quick.err(), 'glacier-pipe: stored 0 B in 0 parts, 0 B/s, 0:00\n')
  },
)

t.test('no text steers the terminal', async (t) => {
  t.equal(printable('a\u001b[31mb\n\u0007\u009bc\u007fä'), 'a\\u001b[31mb\\u000a\\u0007\\u009bc\\u007fä')
  const it = stage()
  t.equal(await runHere(['get', 'evil\u001b[31m', 'x', '--local-dir', t.testdir()], it), 2)
  t.notOk(it.err().includes(ESCAPE))
})

t.test('the local vault has its folder where the platform keeps the data of programs', async (t) => {
  const home = homedir()
  t.equal(defaultLocalDir({}, 'linux'), join(home, '.local/share/glacier-pipe/local'))
  t.equal(defaultLocalDir({ XDG_DATA_HOME: '/data' }, 'linux'), '/data/glacier-pipe/local')
  t.equal(defaultLocalDir({}, 'darwin'), join(home, 'Library/Application Support/glacier-pipe/local'))
  t.equal(defaultLocalDir({}, 'win32'), join(home, 'AppData/Local/glacier-pipe/local'))
  t.equal(defaultLocalDir({ LOCALAPPDATA: '/l' }, 'win32'), join('/l', 'glacier-pipe/local'))
  for (const none of ['', 'relative', './x']) {
    t.equal(defaultLocalDir({ XDG_DATA_HOME: none }, 'linux'), join(home, '.local/share/glacier-pipe/local'))
    t.equal(defaultLocalDir({ LOCALAPPDATA: none }, 'win32'), join(home, 'AppData/Local/glacier-pipe/local'))
  }
  const dir = t.testdir()
  const it = stage(Buffer.from('x'), [], { XDG_DATA_HOME: dir })
  t.equal(await runHere(['put', 'docs', '--local'], it), 0)
  t.ok((await readFile(join(dir, 'glacier-pipe', 'local', 'credentials.json'))).length > 0)
})

t.test(
  'an empty or relative HOME counts as unset, and without any home there is a clear error',
  async (t) => {
    const { HOME } = process.env
    t.teardown(() => {
      if (HOME === undefined) delete process.env.HOME
      else process.env.HOME = HOME
    })
    for (const home of ['', 'relative']) {
      process.env.HOME = home
      t.equal(
        defaultLocalDir({}, 'linux'),
        join(userInfo().homedir, '.local/share/glacier-pipe/local'),
        `HOME=${home}`,
      )
    }
    const os = await import('node:os')
    const { defaultLocalDir: homeless } = await t.mockImport<
      typeof import('../../lib/cli/run/data-folder.js')
    >('../../lib/cli/run/data-folder.js', {
      'node:os': {
        ...os,
        homedir: () => '',
        userInfo: () => {
          throw new Error('no entry')
        },
      },
    })
    t.throws(() => homeless({}, 'linux'), { name: 'UsageError', message: /There is no home directory/ })
    t.equal(homeless({ XDG_DATA_HOME: '/data' }, 'linux'), '/data/glacier-pipe/local')
  },
)

t.test('a command that only reads or deletes refuses a local vault that is not there', async (t) => {
  const dir = t.testdir({ empty: {}, file: 'x' })
  const missing = join(dir, 'missing')
  const commands = [
    ['get', 'docs', 'x'],
    ['ls'],
    ['verify', join(dir, 'file'), 'docs', 'x'],
    ['catalog', 'rebuild', 'docs'],
    ['catalog', 'diff', 'docs'],
    ['inventory', 'docs'],
    ['jobs', 'docs'],
    ['uploads', 'docs'],
    ['rm', 'docs', 'x', '--yes'],
    ['empty', 'docs', '--yes'],
    ['vault', 'ls'],
    ['vault', 'show', 'docs'],
    ['vault', 'rm', 'docs'],
  ]
  for (const command of commands) {
    for (const folder of [missing, join(dir, 'empty')]) {
      const it = stage()
      t.equal(await runHere([...command, '--local-dir', folder], it), 2, command.join(' '))
      t.match(it.err(), `There is no local vault in ${folder}, the folder of --local-dir.`)
    }
    const it = stage(Buffer.alloc(0), [], { XDG_DATA_HOME: missing })
    t.equal(await runHere([...command, '--local'], it), 2, command.join(' '))
    t.match(it.err(), /the folder of --local\. .* glacier-pipe vault create --local NAME\n$/)
  }
  t.strictSame((await readdir(dir)).sort(), ['empty', 'file'], 'nothing is created')
  t.strictSame(await readdir(join(dir, 'empty')), [])
  const notFolder = stage()
  t.equal(await runHere(['vault', 'ls', '--local-dir', join(dir, 'file')], notFolder), 1)
  t.match(notFolder.err(), /this is a file, and a folder is needed/)
  t.equal(await runHere(['vault', 'create', 'docs', '--local-dir', missing], stage()), 0)
  const created = stage()
  t.equal(await runHere(['vault', 'ls', '--local-dir', missing], created), 0)
  t.equal(created.out(), 'docs\n')
})

t.test('messages name the options of the command, not those of the library', async (t) => {
  const dir = t.testdir({ file: 'x' })
  const put = ['put', 'docs', join(dir, 'file'), '--local-dir', join(dir, 'v')]
  const serve = ['serve', '--dir', join(dir, 's')]
  for (const [args, message] of [
    [[...put, '--part-size', '3MiB'], /^glacier-pipe: --part-size must be /],
    [[...put, '--max-archive-size', '0'], /^glacier-pipe: --max-archive-size must be /],
    [[...put, '--limit-rate', '0'], /^glacier-pipe: --limit-rate must be /],
    [[...put, '--memory', '0'], /^glacier-pipe: --memory must be /],
    [[...put, '--account-id', 'x'], /^glacier-pipe: --account-id must be /],
    [['put', 'a/b', '--local'], /^glacier-pipe: vault must be the name of a vault/],
    [['vault', 'create', 'a/b', '--local'], /^glacier-pipe: name must be the name of a vault/],
    [[...serve, '--fault', 'nonsense'], /^glacier-pipe: --fault: fault must be /],
    [[...serve, '--fault', 'nth=1,every=1:stall'], /^glacier-pipe: --fault must have nth or every/],
    [[...serve, '--throttle', '0'], /^glacier-pipe: --throttle: requestsPerSecond must be /],
    [
      [...serve, '--inventory-hour', '1', '--inventory-interval', '1h'],
      /^glacier-pipe: --inventory-hour and --inventory-interval are two schedules/,
    ],
    [[...serve, '--host', '0.0.0.0'], /^glacier-pipe: '0\.0\.0\.0' is not a loopback address/],
    [
      [...serve, '--accept-any-credentials', '--allow-remote'],
      /^glacier-pipe: --accept-any-credentials is for this machine alone/,
    ],
  ] as const) {
    const it = stage(Buffer.from('x'))
    t.equal(await runHere(args, it), 2, args.join(' '))
    t.match(it.err(), message)
    t.notMatch(it.err(), / of (?:put|serve|startLocalVault|archiveWriter|planUpload)\b/)
  }
})
