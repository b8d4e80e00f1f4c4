import { join } from 'node:path'
import t from 'tap'
import { parseJobDelay } from '../../../../lib/cli/options/values/realism.js'
import type { LocalVault } from '../../../../lib/local/index.js'
import { treeHashOf } from '../../../../lib/tree-hash/tree-hash.js'
import { uploadArchive } from '../../../../lib/vault/upload-archive.js'
import { MIB } from '../../../../lib/sizes.js'
import { run, runHere, stage, start } from '../../../helpers/command.js'
import { clientFor, localVaultFor } from '../../../helpers/local-vault.js'
import { patternBytes } from '../../../helpers/pattern-source.js'
import { here, recordsOf, stopAfterParts } from '../../../helpers/put.js'

t.test('an archive is in the catalog before its ID is printed, and ls lists it', async (t) => {
  const dir = t.testdir()
  const one = await here(dir, ['put', 'docs', '--description', 'Größe \u001b[2J'], Buffer.from('hello world'))
  const two = await here(dir, ['put', 'other', '--part-size', '1MiB'], patternBytes(2 * MIB))
  t.match([one, two], [{ code: 0 }, { code: 0 }])
  const records = await recordsOf(join(dir, 'catalog.jsonl'))
  const place = { region: 'us-east-1', endpoint: /^local:/ }
  const name = 'Größe \u001b[2J'
  t.match(records, [
    { type: 'sending', ...place, size: 11, treeHash: treeHashOf(Buffer.from('hello world')), name },
    { type: 'archive', archiveId: one.out.trim(), vaultName: 'docs', size: 11, ...place, name },
    { type: 'begun', vaultName: 'other', partSize: MIB, accountId: '111122223333', name: undefined },
    { type: 'completing', size: 2 * MIB, treeHash: treeHashOf(patternBytes(2 * MIB)) },
    { type: 'archive', archiveId: two.out.trim(), treeHash: treeHashOf(patternBytes(2 * MIB)) },
  ])
  const all = await here(dir, ['ls', '--full'])
  t.match(all.out.split('\n'), [
    new RegExp(`^Größe \\\\u001b\\[2J {2,}11 B  \\S+Z  now  free in 90 days  ${one.out.trim()}  docs$`),
    new RegExp(`^- {2,}2\\.00 MiB  \\S+Z  now  free in 90 days  ${two.out.trim()}  other$`),
    '',
  ])
  t.equal((await here(dir, ['ls', 'other'])).out.split('\n').length, 2)
  t.match(JSON.parse((await here(dir, ['ls', 'docs', '--json'])).out), {
    type: 'archive',
    archiveId: one.out.trim(),
  })
  t.match(await here(dir, ['ls', '--catalog', join(dir, 'none')]), { code: 0, out: '' })
})

t.test('a catalog that cannot be written to is told before anything is sent', async (t) => {
  const dir = join(t.testdir({ file: 'x' }), 'vaults')
  const found = await here(
    dir,
    ['put', 'docs', '--catalog', join(dir, '..', 'file', 'catalog')],
    Buffer.from('x'),
  )
  t.match(found, { code: 1, out: '', err: /The catalog \S+\/file\/catalog cannot be written: / })
  t.match(
    await here(dir, ['vault', 'show', 'docs']),
    { code: 1, err: /Vault not found/ },
    'the vault was not even made',
  )
})

t.test('open uploads are listed, and aborted', async (t) => {
  const dir = t.testdir()
  const child = start(['put', 'docs', '--local-dir', dir, '--part-size', '1MiB', '--description', 'db'])
  const { uploadId, partial } = await stopAfterParts(child, dir)
  t.match(partial, { code: 130 })
  t.match(await here(dir, ['uploads', 'docs']), {
    out: new RegExp(`^\\S+Z {2}1\\.00 MiB  ${uploadId}  db\\n$`),
  })
  t.match(JSON.parse((await here(dir, ['uploads', 'docs', '--json'])).out), {
    uploadId,
    partSize: MIB,
    description: 'db',
  })
  t.match(await here(dir, ['uploads', 'docs', `--abort=${uploadId}`]), {
    code: 0,
    err: /The upload is aborted/,
  })
  t.match(
    await here(dir, ['uploads', 'docs', `--abort=${uploadId}`, '-q']),
    { code: 0, err: '' },
    'as the service allows',
  )
  t.match(await here(dir, ['uploads', 'docs']), { code: 0, out: '' })
  const records = await recordsOf(join(dir, 'catalog.jsonl'))
  t.match(records.at(-1), { type: 'aborted', uploadId, vaultName: 'docs' })
  t.match(await here(dir, ['uploads', 'docs', '--abort', 'x']), {
    code: 1,
    err: /The upload ID was not found/,
  })
})

t.test('a stream of several volumes comes back as one, by the ID of its first or by all', async (t) => {
  const dir = t.testdir()
  const bytes = patternBytes(5 * MIB + 1)
  const volumes = ['--part-size', '1MiB', '--max-archive-size', '2MiB']
  const stored = await here(dir, ['put', 'docs', ...volumes, '--name', 'one', '-q'], bytes)
  t.match(stored, { code: 0, out: /^[\w-]{138}\n$/, err: '' }, 'one ID is printed, which identifies the set')
  const told = await here(dir, ['put', 'docs', ...volumes, '--json'], bytes)
  t.equal(told.out.trim().split('\n').length, 3, 'with --json all are')
  t.match(told.err, /Volume 2 is stored\. Its ID is \S+\.\n.*Volume 3 is stored/)
  const ids = (await recordsOf(join(dir, 'catalog.jsonl')))
    .flatMap((record) => (record.type === 'archive' ? record.archiveId : []))
    .slice(0, 3)
  t.equal(ids[0], stored.out.trim())
  const bytesOf = async (...args: string[]): Promise<Buffer> =>
    (await run(['get', '--local-dir', dir, ...args])).stdout
  t.ok((await bytesOf('docs', '--', ids[0] ?? '')).equals(bytes))
  t.ok((await bytesOf('docs', '--', ...ids)).equals(bytes))
  t.ok((await bytesOf('--no-volumes', 'docs', '--', ids[0] ?? '')).equals(bytes.subarray(0, 2 * MIB)))
  t.ok((await bytesOf('docs', '--', ids[1] ?? '')).equals(bytes.subarray(2 * MIB, 4 * MIB)))
  t.ok(
    (await bytesOf('--catalog', join(dir, 'none'), 'docs', '--', ids[0] ?? '')).equals(
      bytes.subarray(0, 2 * MIB),
    ),
  )

  const refused = await here(dir, ['put', 'docs', ...volumes, '--no-volumes'], bytes)
  t.match(refused, {
    code: 1,
    out: '',
    err: /The source is longer than 2 parts of 1048576 bytes\. Start a new upload with larger parts/,
  })
})

t.test('the address of the environment is part of where an archive is', async (t) => {
  const vault = await localVaultFor(t, { createVaults: true })
  const { accessKeyId, secretAccessKey } = vault.credentials
  const env = {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_ENDPOINT_URL: vault.endpoint,
    AWS_REGION: vault.region,
  }
  const before = { ...process.env }
  Object.assign(process.env, env)
  t.teardown(() => {
    process.env = before
  })
  const catalog = join(vault.dir, 'catalog.jsonl')
  const it = stage(Buffer.from('x'), [], env)
  t.equal(await runHere(['put', 'docs', '--catalog', catalog], it), 0, it.err())
  const place = { endpoint: vault.endpoint, region: vault.region }
  t.match(await recordsOf(catalog), [
    { type: 'sending', ...place },
    { type: 'archive', ...place },
  ])
})

t.test('--dry-run says what would be done, and does nothing', async (t) => {
  const dir = t.testdir({ file: Buffer.alloc(5 * MIB), empty: '' })
  const known = await here(dir, [
    'put',
    'docs',
    join(dir, 'file'),
    '--dry-run',
    '--part-size',
    '1MiB',
    '--max-archive-size',
    '3MiB',
  ])
  t.match(known, { code: 0, err: '' })
  t.equal(
    known.out,
    [
      'part size    1.00 MiB',
      'concurrency  8 requests at once',
      'memory       11.0 MiB for parts, of 256.0 MiB allowed',
      'max archive  3.00 MiB in 3 parts; a longer stream continues in another archive',
      'source       5.00 MiB: 5 parts, 2 archives, 9 requests',
      'cost         US$0.0005 for the upload, and less than US$0.0001 a month for the storage',
      'prices       The prices are those of us-east-1 of 2026-11, without taxes and data transfer. ' +
        'The archives are on this machine: this is what AWS would charge.',
      '',
    ].join('\n'),
  )
  t.match(
    (await here(dir, ['put', 'docs', '/dev/null', '--dry-run'])).out,
    /continues in another archive\nsource {7}of unknown size/,
    'of a device the size is not known',
  )
  t.match(
    (await here(dir, ['put', 'docs', join(dir, 'empty'), '--dry-run'])).out,
    /continues in another archive\nsource {7}of unknown size/,
    'a size of 0 says nothing, as of files in /proc',
  )
  const unknown = await here(dir, ['put', 'docs', '--dry-run', '--no-volumes'], Buffer.from('x'))
  t.match(
    unknown.out,
    /max archive {2}156\.3 GiB in 10000 parts; a longer stream is an error\nsource {7}of unknown/,
  )
  const single = await here(dir, [
    'put',
    'docs',
    '--dry-run',
    '--expected-size',
    '1MiB',
    '--concurrency',
    '1',
  ])
  t.match(
    single.out,
    /concurrency {2}1 request at once\n[^]*\nsource {7}1\.00 MiB: 1 part, 1 archive, 1 request\ncost /,
  )
  const json = await here(dir, ['put', 'docs', '--dry-run', '--json', '--expected-size', '2TB'])
  t.match(JSON.parse(json.out), {
    partSize: 64 * MIB,
    size: 2e12,
    forecast: { volumes: 3, parts: 29_803, requests: 29_809 },
  })
  t.match(await here(dir, ['put', 'docs', '--dry-run', '--expected-size', '2TB', '--no-volumes']), {
    code: 2,
  })
  t.match(await here(dir, ['vault', 'show', 'docs']), { code: 2 }, 'nothing was made')
})

t.test('progress says how many are sent at once, and how many parts were there', async (t) => {
  const dir = t.testdir()
  const it = stage(patternBytes(3 * MIB), ['stderr'])
  t.equal(await runHere(['put', 'docs', '--local-dir', dir, '--part-size', '1MiB'], it), 0)
  t.match(it.err(), /stored 3\.00 MiB in 3 parts, .*\n$/)
})

t.test('serve is as slow and as scarce as it is told', async (t) => {
  t.equal(parseJobDelay('5m'), 300_000)
  t.equal(parseJobDelay('realistic'), 'realistic')
  t.strictSame(parseJobDelay('standard=4h,inventory=90s'), { standard: 14_400_000, inventory: 90_000 })
  const it = stage()
  const flags = ['--job-delay', 'expedited=2m,standard=4h,bulk=8h,inventory=4h', '--inventory-hour', '3']
  const limits = ['--expedited-capacity', '0', '--retrievals-per-day', '35']
  const budgets = ['--throttle', '1000:2000', '--throttle', 'ListVaults=0.001']
  const dir = t.testdir()
  const served = runHere(
    ['serve', '--json', '--create-vaults', '--dir', dir, ...flags, ...limits, ...budgets],
    it,
  )
  while (it.out() === '') await new Promise((resolve) => setImmediate(resolve))
  const place = JSON.parse(it.out()) as LocalVault & LocalVault['credentials']
  const client = clientFor(t, { ...place, credentials: place })
  await client.listVaults({})
  await t.rejects(client.listVaults({}), { message: /ThrottlingException/ })
  const vaultName = 'docs'
  const [archive] = await uploadArchive([Buffer.from('x')], { client, vaultName })
  const archiveId = archive.archiveId
  await t.rejects(client.startRetrieval({ vaultName, archiveId, tier: 'Expedited' }), {
    message: /InsufficientCapacityException/,
  })
  const jobId = await client.startRetrieval({ vaultName, archiveId })
  t.match(await client.describeJob({ vaultName, jobId }), { status: 'InProgress' })
  it.interrupt.abort('SIGTERM')
  t.equal(await served, 143)
  for (const [flag, value, err] of [
    ['--job-delay', 'fast=1h', /Write delays as 5m/],
    ['--job-delay', 'bulk=1h,bulk=2h', /Write delays as 5m/],
    ['--job-delay', 'bulk=', /Write a duration/],
    ['--job-delay', 'slow', /Write delays as 5m, .* or as realistic/],
    ['--job-delay', '5 miles', /Write a duration/],
    ['--inventory-hour', '24', /Write an hour from 0 to 23/],
    ['--inventory-hour', '3am', /Write an hour from 0 to 23/],
    ['--expedited-capacity', '-1', /Write a whole number from 0 to 999,999,999/],
    ['--retrievals-per-day', '1.5', /Write a whole number from 0 to 999,999,999/],
    ['--throttle', 'fast', /Write requests per second as 10/],
    ['--throttle', '0', /Write requests per second .* must be above 0/],
    ['--throttle', 'Upload=5', /--throttle: operation must be the name of an operation, .* not 'Upload'/],
  ] as const) {
    const wrong = stage()
    t.equal(await runHere(['serve', '--dir', dir, `${flag}=${value}`], wrong), 2, `${flag} ${value}`)
    t.match(wrong.err(), err)
  }
  const both = stage()
  const schedules = ['--inventory-hour', '3', '--inventory-interval', '1h']
  t.equal(await runHere(['serve', '--dir', dir, ...schedules], both), 2)
  t.match(both.err(), /two schedules of inventories/)
})

t.test('serve fails requests as it is told', async (t) => {
  const it = stage()
  const dir = t.testdir()
  const fault = (rule: string): string[] => ['--fault', rule]
  const rules = [...fault('ListVaults:nth=1:throttle'), ...fault('UploadArchive:every=2,times=3:stall')]
  const served = runHere(['serve', '--dir', dir, ...rules], it)
  while (it.out() === '') await new Promise((resolve) => setImmediate(resolve))
  it.interrupt.abort('SIGTERM')
  t.equal(await served, 143)
  for (const [rule, err] of [
    ['fire', /must be 'timeout', .* or 'slow', not 'fire'/],
    ['Upload:stall', /--fault: operation must be the name of an operation, .* not 'Upload'/],
    ['nth=0:stall', /Write a fault as OPERATION:every=3:KIND/],
    ['nth=1,every=2:stall', /: --fault must have nth or every, not both/],
  ] as const) {
    const wrong = stage()
    t.equal(await runHere(['serve', '--dir', dir, ...fault(rule)], wrong), 2)
    t.match(wrong.err(), err)
  }
})
