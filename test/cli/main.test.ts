import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { open, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough, Writable, type Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { treeHashOf } from '../../lib/tree-hash/tree-hash.js'
import { MIB } from '../../lib/sizes.js'
import { BIN, partsIn, runHere, stage } from '../helpers/command.js'
import { clock, localVaultFor, send } from '../helpers/local-vault.js'
import { patternBytes } from '../helpers/pattern-source.js'
import { VirtualClock } from '../helpers/virtual-clock.js'

// The command in this process, where its streams and its clock are ours.

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
  if (process.platform !== 'win32') {
    const named = stage()
    const args = ['get', 'docs', '--local-dir', join(dir, 'v'), '-o', '/dev/stdout', '--', id]
    t.equal(await runHere(args, named), 0)
    t.equal(named.out(), 'hello world', 'the name of stdout')
  }
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
  t.strictSame(await call('create', 'b'), { code: 0, out: '', err: 'glacier-pipe: The vault b is ready.\n' })
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
    const other = stage()
    t.equal(
      await runHere(
        args.map((arg) => arg.replace(/^$|=$/, '$&a\0b')),
        other,
      ),
      2,
      args.join(' '),
    )
    t.match(other.err(), /The path has a null character\./)
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
    /The hash of bytes 0-3145727 of the output of job .* does not match. Expected: \w{64}. Found: \w{64}./,
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
    const other = stage()
    t.equal(await runHere([...command, '--local-dir', dir], other), 2, command.join(' '))
    t.match(
      other.err(),
      `There is no local vault in ${dir}, the folder of --local-dir, but other files. Give`,
    )
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
    [[...put, '--max-archive-size', '1MiB'], /^glacier-pipe: --max-archive-size must be at least /],
    [
      [...put, '--memory', '8MiB', '--part-size', '4MiB'],
      /^glacier-pipe: --memory must be at least 16777216 /,
    ],
    [[...put, '--limit-rate', '0'], /^glacier-pipe: --limit-rate must be /],
    [[...put, '--memory', '0'], /^glacier-pipe: --memory must be /],
    [[...put, '--account-id', 'x'], /^glacier-pipe: --account-id must be /],
    [['put', 'a/b', '--local'], /^glacier-pipe: vault must be the name of a vault/],
    [['vault', 'create', 'a/b', '--local'], /^glacier-pipe: name must be the name of a vault/],
    [[...serve, '--fault', 'nonsense'], /^glacier-pipe: --fault: fault must be /],
    [[...serve, '--fault', 'nth=1,every=1:stall'], /^glacier-pipe: --fault must have nth or every/],
    [[...serve, '--throttle', 'Nope=1'], /^glacier-pipe: --throttle: operation must be /],
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

t.test('an empty ID, name or path is refused: it comes from a variable that is not set', async (t) => {
  const dir = t.testdir({ file: 'x' })
  const file = join(dir, 'file')
  const local = ['--local-dir', dir]
  for (const args of [
    ['put', 'docs', file, '--upload-id', '', ...local],
    ['put', 'docs', file, '--region', '', ...local],
    ['put', 'docs', file, '--profile', '', ...local],
    ['get', 'docs', 'x', '', ...local],
    ['get', 'docs', '--job', '', ...local],
    ['rm', 'docs', 'x', '', '--yes', ...local],
    ['verify', file, 'docs', '', ...local],
    ['inventory', 'docs', '--job', '', ...local],
    ['uploads', 'docs', '--abort', '', ...local],
    ['hash', file, ''],
  ]) {
    const it = stage()
    t.equal(await runHere(args, it), 2, args.join(' '))
    t.match(it.err(), /^error: .* (?:The text|The path) is empty\.\n/)
    t.equal(it.out(), '')
  }
})

t.test('several IDs and files are taken in their order', async (t) => {
  const dir = t.testdir({ a: 'a', b: 'b' })
  const it = stage()
  t.equal(await runHere(['hash', join(dir, 'b'), join(dir, 'a')], it), 0)
  t.match(it.out(), /^\w{64} {2}.*b\n\w{64} {2}.*a\n$/)
})

t.test('an inventory is printed as CSV or as JSON, not as both', async (t) => {
  const it = stage()
  t.equal(await runHere(['inventory', 'docs', '--csv', '--json', '--local-dir', t.testdir()], it), 2)
  t.match(it.err(), /'--csv' cannot be used with option '--json'/)
})

t.test('a file that cannot be opened is named with the reason', async (t) => {
  const it = stage()
  const missing = join(t.testdir(), 'missing')
  t.equal(await runHere(['put', 'docs', missing, '--local-dir', t.testdir()], it), 1)
  t.equal(it.err(), `glacier-pipe: ${missing}: no such file or directory (ENOENT)\n`)
})

t.test('a put that is stopped says what became of its upload', async (t) => {
  for (const [onFailure, message, outcome] of [
    [
      'keep',
      /^glacier-pipe: Stopped\. The upload is kept: its ID is \S+\.\nglacier-pipe: To resume, /m,
      'begun',
    ],
    ['abort', /^glacier-pipe: Stopped\. The upload is aborted\. Its parts are deleted\.\n$/, 'aborted'],
  ] as const) {
    const dir = t.testdir({ [onFailure]: {} })
    const folder = join(dir, onFailure)
    const source = new PassThrough()
    source.write(patternBytes(3 * MIB))
    const it = stage(source)
    const options = ['--part-size', '1MiB', '--on-failure', onFailure, '--local-dir', folder]
    const running = runHere(['put', 'docs', ...options], it)
    await partsIn(folder, 2)
    it.interrupt.abort('SIGINT')
    t.equal(await running, 130)
    t.match(it.err(), message)
    const records = (await readFile(join(folder, 'catalog.jsonl'), 'utf8')).trim().split('\n')
    t.match(JSON.parse(String(records.at(-1))), { type: outcome })
  }
})
