import { existsSync } from 'node:fs'
import { truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import t from 'tap'
import { setOf } from '../../../../lib/catalog/queries/sets.js'
import { CompositeHash, toWireHash } from '../../../../lib/s3/composite-hash.js'
import { MIB } from '../../../../lib/sizes.js'
import { runHere, stage } from '../../../helpers/command.js'
import { bucketWorld } from '../../../helpers/bucket-put.js'
import { sha256 } from '../../../helpers/local-bucket.js'
import { configuredCredentials } from '../../../helpers/local-vault.js'
import { patternBytes } from '../../../helpers/pattern-source.js'
import { here, recordsOf } from '../../../helpers/put.js'

const credentials = await configuredCredentials(t)
const PART = 8 * MIB
const bytes = patternBytes(2 * PART + 5)
const PARTS = ['--part-size', '8MiB']
const hash = compositeOf(bytes)

function compositeOf(content: Buffer): string {
  const composite = new CompositeHash()
  for (let start = 0; start < content.length; start += PART)
    composite.update(sha256(content.subarray(start, start + PART)))
  return toWireHash(composite.digest())
}

t.test('a stream becomes an object, whose address is printed and recorded', async (t) => {
  const { run, head, records } = await bucketWorld(t, credentials)
  const stored = await run(['put', 's3://backups/2026/docs.tar', ...PARTS], bytes)
  t.match(stored, { code: 0, out: 's3://backups/2026/docs.tar\n' })
  t.match(stored.err, /^glacier-pipe: The storage class is DEEP_ARCHIVE: /)
  t.match(await head('2026/docs.tar'), {
    ContentLength: bytes.length,
    ChecksumSHA256: hash,
    StorageClass: 'DEEP_ARCHIVE',
    Metadata: { 'part-size': String(PART) },
  })
  const stream = { vaultName: 's3://backups', name: '2026/docs.tar', region: 'eu-west-1', endpoint: /^http:/ }
  t.match(await records(), [
    { type: 'begun', ...stream, partSize: PART },
    { type: 'completing', size: bytes.length },
    {
      type: 'archive',
      ...stream,
      archiveId: 's3://backups/2026/docs.tar',
      hash: { algorithm: 'sha256-composite', value: hash, partSize: PART },
    },
  ])
})

t.test('the object has the properties of the options, and JSON states what was stored', async (t) => {
  const { run, head } = await bucketWorld(t, credentials)
  const properties = [
    '--storage-class',
    'GLACIER_IR',
    '--content-type',
    'text/plain',
    '--kms-key-id',
    'key-1',
  ]
  const pairs = ['--tag', 'a=b', '--tag', 'c=', '--metadata', 'Owner=me=you', '--description', 'größer']
  const stored = await run(['put', 's3://backups/k', '--json', ...properties, ...pairs], Buffer.from('hello'))
  t.equal(stored.code, 0, stored.err)
  t.notMatch(stored.err, /storage class/)
  t.strictSame(JSON.parse(stored.out), {
    archiveId: 's3://backups/k',
    bucket: 'backups',
    key: 'k',
    size: 5,
    hash: { algorithm: 'sha256-composite', value: compositeOf(Buffer.from('hello')), partSize: 16 * MIB },
    storageClass: 'GLACIER_IR',
    parts: 1,
    description: '{"Path":"gr\\u00f6\\u00dfer"}',
    volume: 1,
  })
  t.match(await head('k'), {
    StorageClass: 'GLACIER_IR',
    ContentType: 'text/plain',
    SSEKMSKeyId: 'key-1',
    Metadata: { owner: 'me=you', description: '{"Path":"gr\\u00f6\\u00dfer"}' },
  })
})

t.test(
  'an object that exists is not overwritten, and neither is the source read nor a command started',
  async (t) => {
    const { dir, run, requests, head, records } = await bucketWorld(t, credentials)
    t.match(await run(['put', 's3://backups/k'], Buffer.from('one')), { code: 0 })
    let isRead = false
    const source = new Readable({
      read() {
        isRead = true
        this.push(null)
      },
    })
    const refused = {
      code: 1,
      out: '',
      err: /s3:\/\/backups\/k exists, .* Choose another key, or replace the object with --overwrite\.\n$/,
    }
    t.match(await run(['put', 's3://backups/k'], source), refused)
    t.notOk(isRead)
    const started = join(dir, 'started')
    t.match(await run(['put', 's3://backups/k', '--', 'touch', started]), refused)
    t.notOk(existsSync(started))
    t.match(
      await run(['put', 's3://backups/k', '--resume'], Buffer.from('two')),
      refused,
      'nothing is unfinished',
    )
    t.equal(requests('PutObject'), 1)
    t.equal((await records()).length, 2, 'nothing was recorded')
    t.match(await run(['put', 's3://backups/k', '--overwrite'], Buffer.from('second')), { code: 0 })
    t.match(await head('k'), { ContentLength: 6 })
  },
)

t.test('the catalog has an object that was replaced as it is now', async (t) => {
  const dir = t.testdir()
  t.match(await here(dir, ['put', 's3://b-1/k'], Buffer.from('one')), { code: 0, out: 's3://b-1/k\n' })
  t.match(await here(dir, ['put', 's3://b-1/k', '--overwrite'], Buffer.from('second')), { code: 0 })
  const catalog = join(dir, 'catalog.jsonl')
  t.match(await setOf(catalog, 's3://b-1/k'), { state: 'complete', size: 6, volumes: [{ size: 6 }] })
  const exported = await here(dir, ['catalog', 'export', join(dir, 'copy')])
  t.equal(exported.code, 0)
  t.match(await here(dir, ['catalog', 'import', join(dir, 'copy'), '--catalog', join(dir, 'new')]), {
    code: 0,
  })
  t.equal((await recordsOf(join(dir, 'new'))).length, 4)
})

t.test('without the permission to look at the key, the object is stored', async (t) => {
  const { run, server } = await bucketWorld(t, credentials)
  server.faults.add({ operation: 'HeadObject', fault: 'access-denied' })
  t.match(await run(['put', 's3://backups/k'], Buffer.from('x')), { code: 0 })
})

t.test(
  'the look at the key is repeated, and shows also with --overwrite that a bucket cannot be reached',
  async (t) => {
    const { run, server, requests } = await bucketWorld(t, credentials)
    server.faults.add({ operation: 'HeadObject', fault: 'error-500', nth: 1 })
    t.match(await run(['put', 's3://backups/k'], Buffer.from('x')), { code: 0 })
    const wrong = ['put', 's3://backups/k', '--region', 'us-west-2', '--overwrite']
    const before = requests('HeadObject')
    t.match(await run(wrong, Buffer.from('x')), { code: 1, err: /region/ })
    t.ok(requests('HeadObject') > before)
  },
)

t.test('a server without hashes is warned of, also with --quiet', async (t) => {
  const { run, server } = await bucketWorld(t, credentials)
  server.faults.add({ operation: 'PutObject', fault: 'no-hash' })
  server.faults.add({ operation: 'HeadObject', fault: 'no-hash' })
  for (const [key, quiet] of [
    ['k', ['-q']],
    ['l', []],
  ] as const) {
    const stored = await run(['put', `s3://backups/${key}`, ...quiet], Buffer.from('x'))
    t.match(stored, { code: 0, err: /^glacier-pipe: WARNING: the server states no SHA-256 of the object/m })
  }
})

t.test('the plan states the storage class, and sends nothing', async (t) => {
  const { run, requests } = await bucketWorld(t, credentials)
  const plan = await run(['put', 's3://backups/k', '--dry-run', '--expected-size', '1GiB'])
  t.match(plan, { code: 0, err: '' })
  t.match(plan.out, /^class {8}DEEP_ARCHIVE: charged for at least 180 days/m)
  const json = ['put', 's3://backups/k', '--dry-run', '--json', '--storage-class', 'STANDARD']
  t.match(JSON.parse((await run(json)).out), { storageClass: 'STANDARD' })
  t.equal(requests('HeadObject'), 0)
})

t.test('an object can be larger than 5 TB, and parts are from 8 MiB', async (t) => {
  const { run } = await bucketWorld(t, credentials)
  const large = ['put', 's3://backups/k', '--dry-run', '--part-size', '4GiB', '--memory', '64GiB', '--json']
  t.match(JSON.parse((await run(large)).out), { maxInArchive: 10_000 * 4096 * MIB })
  t.match(await run(['put', 's3://backups/k', '--part-size', '4MiB']), {
    code: 2,
    err: /--part-size must be from 8388608 to/,
  })
})

t.test('without a region, nothing is sent', async (t) => {
  const it = stage(Buffer.from('x'), [], {})
  const catalog = join(t.testdir({}), 'catalog.jsonl')
  const args = ['put', 's3://backups/k', '--timeout', '1s', '--profile', 'nobody', '--catalog', catalog]
  t.equal(await runHere(args, it), 1)
  t.match(it.err(), /No region is set\. Select one with --region/)
  t.notOk(existsSync(catalog))
  const local = ['put', 's3://backups/k', '--local-dir', t.testdir({}), '--timeout', '1m']
  t.equal(await runHere(local, stage(Buffer.from('x'), [], {})), 0)
})

t.test('a locked object needs a bucket with locks', async (t) => {
  const lock = ['--lock-mode', 'COMPLIANCE', '--lock-until', '2100-01-01']
  t.match(await here(t.testdir(), ['put', 's3://locked/k', ...lock], Buffer.from('x')), { code: 0 })
  const { run } = await bucketWorld(t, credentials)
  const refused = await run(['put', 's3://backups/k', ...lock], Buffer.from('x'))
  t.match(refused, { code: 1, err: /Object Lock/ })
})

t.test(
  'a source that takes more objects than the key has room for is refused before anything is sent',
  async (t) => {
    const { run, dir, requests } = await bucketWorld(t, credentials)
    const file = join(dir, 'file')
    await writeFile(file, '')
    await truncate(file, 2 * 8 * MIB + 1)
    const to = `s3://backups/${'k'.repeat(1020)}`
    const put = ['put', to, '--part-size', '8MiB', '--max-archive-size', '8MiB']
    for (const more of [[], ['--dry-run']])
      t.match(await run([...put, file, ...more]), {
        code: 2,
        err: /keys of the later ones .* Choose a shorter key/,
      })
    t.equal(requests('PutObject'), 0)
    const piped = await run(put, Buffer.alloc(8 * MIB + 1))
    t.match(piped, { code: 1, err: /The key has no room .*\n(?:.*\n)*.*The key of volume 2 would be longer/ })
    t.notMatch(piped.err, /To resume/, 'it would fail again')
  },
)
