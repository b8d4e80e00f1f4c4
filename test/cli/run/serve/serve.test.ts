import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { readdir, readFile, rename, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import type { Io } from '../../../../lib/cli/io.js'
import { collectUndocumented } from '../../../../lib/cli/options/undocumented.js'
import type { LocalCredentials, Undocumented } from '../../../../lib/local/index.js'
import { MIB } from '../../../../lib/sizes.js'
import { DATA, runHere, stage } from '../../../helpers/command.js'
import { hashHeaders, localVaultFor, send } from '../../../helpers/local-vault.js'
import { patternBytes } from '../../../helpers/pattern-source.js'
import { settled } from '../../../helpers/gate.js'

// The command in this process, where its streams and its clock are ours.

/** Prices that are not valid. */
const OF_BUCKETS = [
  ...['GLACIER.storage', 'GLACIER.storage=', 'GLACIER.storage=-1', 'GLACIER.listRequests=1', 'GLACIER=1'],
  ...['glacier.storage=1', 'toString.storage=1', '.storage=1', 'A.GLACIER.storage=1', 'GLACIER.toString=1'],
]

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
  t.match(
    controlled.err(),
    /Run with --json to print the secret key and the secret of the controls on stdout/,
  )
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
  t.match(
    it.err(),
    /cannot listen at the host 127\.0\.0\.1 and port \d+: address already in use \(EADDRINUSE\)\.$/m,
  )
  const nowhere = stage()
  const host = ['--host', 'host.invalid', '--allow-remote']
  t.equal(await runHere(['serve', '--dir', t.testdir(), ...host], nowhere), 1)
  t.match(nowhere.err(), /cannot listen at the host host\.invalid and port 0: /)
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
  t.match(
    loud,
    /^glacier-pipe: The costs of the vaults from \S+Z to \S+Z, at the configured prices: \$0\.030060\.$/m,
  )
  t.match(loud, /^glacier-pipe: {3}Standard retrieval: 0\.000976563 GB, \$0\.000010$/m)
  t.match(loud, /^glacier-pipe: {3}Upload requests: 1, \$0\.030000$/m)
  t.notMatch(loud, /Bulk/, 'what was not used is not told')
  for (const flag of ['--quiet', '--json']) t.notMatch(await served([flag]), /costs/)
  const damaged = await served([], async (dir) => {
    const archives = join(dir, 'vaults/docs/archives')
    const [archiveId = ''] = await readdir(archives)
    await writeFile(join(archives, archiveId, 'archive.json'), '{')
  })
  t.match(
    damaged,
    /WARNING: the local vault .* is damaged: its archive\.json is not valid[^]*The costs of the vaults from/,
  )
  const broken = await served([], async (dir) => {
    await rename(join(dir, 'vaults'), join(dir, 'moved'))
    await symlink('vaults', join(dir, 'vaults'))
  })
  t.match(broken, /The costs of the vaults cannot be computed: ELOOP/)
  for (const price of [
    'storage',
    'storage=',
    'storage=1e3',
    'storage=-1',
    'toString=1',
    '=1',
    ...OF_BUCKETS,
  ]) {
    const it = stage()
    t.equal(await runHere(['serve', '--price', price], it), 2, price)
    t.match(
      it.err(),
      /Write a price in US dollars as storage=0\.0045, or of buckets as DEEP_ARCHIVE\.storage=/,
    )
  }
})

t.test('serve prints the costs of the vaults and then those of the buckets', async (t) => {
  const served = async (...args: string[]): Promise<string> => {
    const dir = t.testdir()
    const it = stage()
    const serving = runHere(['serve', '--dir', dir, '--s3-port', '0', '--create-vaults', ...args], it)
    while (!it.err().includes('Its buckets') && !it.out().includes('}')) await settled(1)
    const [, s3Endpoint = ''] = /Its buckets are at (\S+)\.\n/.exec(it.err()) ?? []
    const told = JSON.parse(args.includes('--json') ? it.out() : '{}') as { s3Endpoint?: string }
    const credentials = JSON.parse(await readFile(join(dir, 'credentials.json'), 'utf8')) as LocalCredentials
    const endpoint = told.s3Endpoint ?? s3Endpoint
    const client = new S3Client({ endpoint, region: 'us-east-1', credentials, forcePathStyle: true })
    const object = { Bucket: 'backups', Key: 'a', Body: 'bytes' }
    for (const StorageClass of ['DEEP_ARCHIVE', 'GLACIER_IR', 'REDUCED_REDUNDANCY'] as const)
      await client.send(new PutObjectCommand({ ...object, StorageClass }))
    client.destroy()
    const vault = { endpoint: it.out().trim(), region: 'us-east-1', credentials }
    if (!args.includes('--json')) await send(vault, { method: 'PUT', path: '/-/vaults/docs' })
    it.interrupt.abort('SIGTERM')
    t.equal(await serving, 143)
    return it.err()
  }
  const prices = [
    'DEEP_ARCHIVE.uploadRequests=7',
    'storage=1',
    'DEEP_ARCHIVE.storage=0',
    'GLACIER_IR.storage=0',
  ]
  const err = await served(...prices.flatMap((price) => ['--price', price]))
  t.match(
    err,
    /The costs of the vaults from .*: \$0\.000000\.\n.* {2}Other requests: 1, \$0\.000000\n.*The costs of the buckets from /,
  )
  t.match(
    err,
    /The costs of the buckets from \S+Z to \S+Z, at the configured prices: at least \$0\.0070\d\d\.$/m,
  )
  t.match(err, /^glacier-pipe: {3}DEEP_ARCHIVE upload requests: 1, \$0\.007000$/m)
  t.match(err, /^glacier-pipe: {3}GLACIER_IR upload requests: 1, \$0\.000020$/m)
  t.match(err, /^glacier-pipe: {3}REDUCED_REDUNDANCY upload requests: 1, at an unknown price$/m)
  t.match(err, /^glacier-pipe: {3}DEEP_ARCHIVE early deletion: 0\.0001\d+ GB-month, \$0\.000000$/m)
  t.notMatch(await served('--json'), /costs/)
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

t.test('serve has buckets on a port of their own, which is closed with the server', async (t) => {
  const dir = t.testdir()
  const it = stage()
  const options = ['--s3-port', '0', '--create-vaults', '--control']
  const served = runHere(['serve', '--dir', dir, ...options, '--json'], it)
  while (it.out() === '') await settled(1)
  const {
    endpoint = '',
    controlSecret = '',
    s3Endpoint = '',
    accessKeyId = '',
    secretAccessKey = '',
  } = JSON.parse(it.out()) as Partial<Record<string, string>>
  const credentials = { accessKeyId, secretAccessKey }
  const client = new S3Client({
    endpoint: s3Endpoint,
    region: 'us-east-1',
    credentials,
    forcePathStyle: true,
  })
  t.teardown(() => {
    client.destroy()
  })
  const object = { Bucket: 'backups', Key: 'a' }
  await client.send(new PutObjectCommand({ ...object, Body: 'bytes' })) // --create-vaults creates the bucket
  const { Body } = await client.send(new GetObjectCommand(object))
  t.equal(await Body?.transformToString(), 'bytes')
  const headers = { authorization: `Bearer ${controlSecret}` }
  const listed = await fetch(`${endpoint}/.control/buckets`, { headers })
  t.match(await listed.json(), { buckets: [{ bucket: 'backups', objectCount: 1 }] })
  it.interrupt.abort('SIGTERM')
  t.equal(await served, 143)
  await t.rejects(fetch(s3Endpoint), TypeError)

  const noted = stage()
  const withNotes = runHere(['serve', '--dir', t.testdir(), '--s3-port', '0'], noted)
  while (!noted.err().includes('access key')) await settled(1)
  noted.interrupt.abort('SIGTERM')
  t.equal(await withNotes, 143)
  t.match(noted.err(), /Its buckets are at http:\/\/127\.0\.0\.1:\d+\.\n/)
  const both = stage()
  t.equal(
    await runHere(['serve', '--dir', t.testdir(), '--s3-port', '0', '--accept-any-credentials'], both),
    2,
  )
  t.match(both.err(), /buckets accept the key pair of the server/)
  const busy = await localVaultFor(t)
  const taken = stage()
  const { port } = new URL(busy.endpoint)
  t.equal(await runHere(['serve', '--dir', t.testdir(), '--s3-port', port], taken), 1)
  t.match(
    taken.err(),
    /The local bucket cannot listen at the host 127\.0\.0\.1 and port \d+: address already in use/,
  )
})
