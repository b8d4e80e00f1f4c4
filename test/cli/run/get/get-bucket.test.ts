import { PutObjectCommand } from '@aws-sdk/client-s3'
import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import t from 'tap'
import { MIB } from '../../../../lib/sizes.js'
import { bucketWorld, type BucketWorld, type RanHere } from '../../../helpers/bucket-put.js'
import { configuredCredentials } from '../../../helpers/local-vault.js'
import { patternBytes } from '../../../helpers/pattern-source.js'

const credentials = await configuredCredentials(t)
const PART = 8 * MIB
const bytes = patternBytes(2 * PART + 5)
const K = 's3://backups/k'

/** Stores bytes as an object. */
async function stored(
  { run }: BucketWorld,
  content: Uint8Array = bytes,
  ...more: readonly string[]
): Promise<void> {
  const put = await run(['put', K, '--part-size', '8MiB', '-q', ...more], content)
  if (put.code !== 0) throw new Error(put.err)
}

/** Retrieves into a file; how that ended, and the bytes of the file. */
async function got(
  { run, dir }: BucketWorld,
  ...more: readonly string[]
): Promise<RanHere & { readonly bytes: Buffer | undefined }> {
  const file = join(dir, 'out')
  const ended = await run(['get', K, '-o', file, ...more])
  return { ...ended, bytes: await readFile(file).catch(() => undefined) }
}

t.test('an object is restored and retrieved, and a restore is not paid for twice', async (t) => {
  const world = await bucketWorld(t, credentials, { restoreDelay: 3_600_000 })
  await stored(world)
  const started = await world.run(['get', K, '--no-wait', '--tier', 'Bulk', '--days', '3'])
  t.match(started, { code: 0, out: `${K}\n` })
  t.match(started.err, /1 restore in progress: expected to be complete between .* and .*\.\n/)
  t.match(started.err, /When the objects are restored, run the same command without --no-wait: .*--days 3/)
  const json = await world.run(['get', K, '--no-wait', '--json'])
  t.match(JSON.parse(json.out), { jobId: K, expectedFrom: undefined })
  t.equal(world.requests('RestoreObject'), 1)
  const { it, ended } = world.start(['get', K], Readable.from([]))
  while (!it.err().includes('is running already')) await new Promise(setImmediate)
  world.server.control.advanceClock(3_600_001)
  t.match(await ended, { code: 0 })
  t.ok(it.outBytes().equals(bytes))
  t.match(it.err(), /The restore of s3:\/\/backups\/k is running already\. Waiting for it\.\n/)
  t.match(it.err(), /The object s3:\/\/backups\/k is restored\.\n/)
  t.match(it.err(), /retrieved 16\.0 MiB in 3 parts/)
  t.equal(world.requests('RestoreObject'), 1)
  const kept = await world.run(['get', K, '--no-wait'])
  t.match(kept, { code: 0, err: /1 object restored: the copy is kept until / })
})

t.test('an object that can be read at once is retrieved without a word about restores', async (t) => {
  const world = await bucketWorld(t, credentials)
  await stored(world, bytes, '--storage-class', 'GLACIER_IR')
  const { it, ended } = world.start(['get', K], Readable.from([]))
  t.equal((await ended).code, 0)
  t.ok(it.outBytes().equals(bytes))
  t.notMatch(it.err(), /restor|job/i)
  const noWait = await world.run(['get', K, '--no-wait', '-q'])
  t.match(noWait, { code: 0, out: `${K}\n`, err: '' })
  t.equal(world.requests('RestoreObject'), 0)
})

t.test('a range of an object is retrieved, and one behind its end is a usage error', async (t) => {
  const world = await bucketWorld(t, credentials)
  await stored(world)
  for (const [range, start, end] of [
    ['8388607-8388608', PART - 1, PART + 1],
    ['16777215-', 2 * PART - 1, bytes.length],
  ] as const) {
    const found = await got(world, '--range', range)
    t.equal(found.code, 0, found.err)
    t.ok(found.bytes?.equals(bytes.subarray(start, end)), range)
  }
  const before = world.requests('GetObject')
  const outside = await got(world, '--range', '0-99999999')
  t.match(outside, { code: 2, err: /The range must end within the archive of 16777221 bytes/ })
  t.equal(world.requests('GetObject'), before)
})

t.test('a tier that the storage class does not have is refused before anything is restored', async (t) => {
  const world = await bucketWorld(t, credentials)
  await stored(world)
  for (const more of [[], ['--dry-run'], ['--no-wait']]) {
    t.match(await got(world, '--tier', 'Expedited', ...more), {
      code: 2,
      err: /--tier Expedited does not exist for s3:\/\/backups\/k, which is of the class DEEP_ARCHIVE\. Choose one of: Standard, Bulk\.\n$/,
    })
  }
  await stored(world, Buffer.from('x'), '--overwrite', '--storage-class', 'GLACIER')
  t.equal(world.requests('RestoreObject'), 0)
  const found = await got(world, '--tier', 'Expedited')
  t.match(found, { code: 0, bytes: Buffer.from('x') })
  t.match(
    found.err,
    /Started the restore of s3:\/\/backups\/k, Expedited: 1-5 minutes\. The copy is kept for 1 day\./,
  )
})

t.test('the plan says what is restored, and starts nothing', async (t) => {
  const world = await bucketWorld(t, credentials, { restoreDelay: 3_600_000 })
  await stored(world)
  const plan = async (...more: readonly string[]): Promise<string> => {
    const { code, out, err } = await world.run(['get', K, '--dry-run', ...more])
    t.match({ code, err }, { code: 0, err: '' })
    return out
  }
  const lines = (await plan('--days', '2')).split('\n')
  t.match(lines, [
    /^ {2}16\.0 MiB {2}s3:\/\/backups\/k {2}DEEP_ARCHIVE: must be restored$/,
    /^1 restore, Standard, 16\.0 MiB, kept for 2 days\. The cost is unknown\. The prices of buckets in eu-west-1 are unknown\. --prices FILE states them\. Nothing is started\.$/,
    '',
  ])
  t.match(await plan('--range', '0-9'), / bytes 0-9 .*\n1 restore, Standard, /)
  t.match(JSON.parse(await plan('--json', '--range', '0-9')), {
    jobs: [
      {
        archiveId: K,
        size: bytes.length,
        range: { start: 0, end: 10 },
        storageClass: 'DEEP_ARCHIVE',
        restore: 'needed',
      },
    ],
    tier: 'Standard',
    days: 1,
    cost: { currency: 'USD', total: 0, isAtLeast: true },
  })
  const prices = { date: '2031', source: 'x', storageClasses: { DEEP_ARCHIVE: { standardRequests: 5 } } }
  const table = join(world.dir, 'prices.json')
  await writeFile(table, JSON.stringify({ currency: 'USD', regions: { 'eu-west-1': prices } }))
  t.match(
    await plan('--prices', table),
    /, kept for 1 day: at least US\$0\.0050\. The prices are those of eu-west-1 /,
  )
  t.equal(world.requests('RestoreObject'), 0)
  await world.run(['get', K, '--no-wait', '-q'])
  t.match(
    await plan(),
    /is being restored already\nNo restore is needed\. The cost is unknown\. .* Nothing is started\.\n/,
  )
  world.server.control.advanceClock(3_600_001)
  t.match(await plan(), /has a restored copy\n/)
  await stored(world, Buffer.from('x'), '--overwrite', '--storage-class', 'STANDARD')
  t.match(await plan(), /STANDARD: can be read at once\n/)
})

t.test('all volumes of a set are retrieved, whether the catalog has them or not', async (t) => {
  const world = await bucketWorld(t, credentials)
  const { dir, sdk, run, server } = world
  await stored(world, bytes, '--max-archive-size', '8MiB')
  const lost = ['--catalog', join(dir, 'lost')]
  const all = /The object is the first of 3 volumes, which are all retrieved\.\n/
  for (const more of [[], lost]) {
    const found = await got(world, ...more)
    t.match(found, { code: 0, err: all })
    t.ok(found.bytes?.equals(bytes))
    const range = await got(world, ...more, '--range', '8388600-16777216')
    t.match(range, { code: 0 })
    t.ok(range.bytes?.equals(bytes.subarray(PART - 8, 2 * PART + 1)))
  }
  t.notMatch((await got(world, ...lost, '-q')).err, all)
  const first = await got(world, '--no-volumes')
  t.match(first, { code: 0, bytes: bytes.subarray(0, PART) })
  const file = join(dir, 'second')
  const second = await run(['get', `${K}.volume2`, '-q', '-o', file])
  t.match(second, {
    code: 0,
    err: /Warning: the object is volume 2 of a set\. Only this volume is retrieved\./,
  })
  t.ok((await readFile(file)).equals(bytes.subarray(PART, 2 * PART)))

  server.faults.add({ operation: 'HeadObject', fault: 'access-denied', nth: 3 })
  const denied = await got(world, ...lost)
  t.match(denied, {
    code: 0,
    err: /Warning: .* 2 volumes, .* but the policies do not permit to look for volume 3\./,
  })
  server.faults.clear()
  server.faults.add({ operation: 'HeadObject', fault: 'no-bucket', nth: 2 })
  const once = await got(world, ...lost, '--retry-for', '0')
  server.faults.clear()
  t.match(once, {
    code: 0,
    err: /Warning: the object is perhaps the first of several volumes, but there is no volume 2/,
  })
  server.faults.add({ operation: 'HeadObject', fault: 'error-500', nth: 2 })
  t.match(await got(world, '--retry-for', '0'), { code: 1 })
  server.faults.clear()

  await sdk.send(new PutObjectCommand({ Bucket: 'backups', Key: 'k.volume3', Body: 'of others' }))
  t.match(await got(world), {
    code: 1,
    err: /The last volume of the set s3:\/\/backups\/k is not in the bucket: .*--incomplete/,
  })
  const cut = await got(world, '--incomplete', '-q')
  t.match(cut, { code: 0, err: /Warning: the object is the first of 2 volumes, .* but volume 3 is missing/ })
  t.ok(cut.bytes?.equals(bytes.subarray(0, 2 * PART)))
  t.match(await got(world, ...lost), { code: 0, err: /Warning: .* but there is no volume 3: all its parts/ })
  t.match(await got(world, '--range', '0-9'), {
    code: 0,
    bytes: bytes.subarray(0, 10),
    err: /^(?!.*Warning)/s,
  })
})

t.test('an object of a key that has no room for another volume is retrieved alone', async (t) => {
  const world = await bucketWorld(t, credentials)
  const key = 'k'.repeat(1020)
  const put = await world.run(
    ['put', `s3://backups/${key}`, '--part-size', '8MiB', '-q'],
    bytes.subarray(0, 2 * PART),
  )
  t.equal(put.code, 0, put.err)
  const file = join(world.dir, 'out')
  const found = await world.run([
    'get',
    `s3://backups/${key}`,
    '-o',
    file,
    '--catalog',
    join(world.dir, 'lost'),
  ])
  t.match(found, { code: 0, err: /there is no volume 2/ })
  t.equal((await stat(file)).size, 2 * PART)
})

t.test('the records of a bucket of that name elsewhere, or of another object, do not count', async (t) => {
  const world = await bucketWorld(t, credentials)
  const other = await bucketWorld(t, credentials)
  const here = ['--catalog', join(world.dir, 'catalog.jsonl')]
  await stored(world)
  await stored(other, Buffer.from('elsewhere'), ...here)
  t.match(await got(world), { code: 0, bytes })
  await stored(world, bytes, '--overwrite')
  await stored(world, Buffer.from('by another machine'), '--overwrite', '--catalog', join(world.dir, 'other'))
  t.match(await got(world), { code: 4, err: /as the service describes it/ }, 'the catalog has another object')
  await stored(world, bytes, '--overwrite', '--max-archive-size', '8MiB')
  const later = await got(world, '--catalog', join(world.dir, 'other'))
  t.match(later, { code: 4 })
})

t.test('an object is retrieved by its name, and the newest one as "latest"', async (t) => {
  const world = await bucketWorld(t, credentials)
  const put = (key: string, content: string): Promise<RanHere> =>
    world.run(['put', `s3://backups/${key}`, '--storage-class', 'STANDARD', '-q'], Buffer.from(content))
  await put('2026/a.tar', 'the first')
  await put('2026/b.tar', 'the second')
  for (const [text, content] of [
    ['latest', 'the second'],
    ['2026/a.tar', 'the first'],
    ['s3://backups/2026/a.tar', 'the first'],
  ] as const) {
    const file = join(world.dir, 'out')
    const got = await world.run(['get', 's3://backups', text, '-o', file])
    t.equal(got.code, 0, text)
    t.equal(/b\.tar of .*, 10 B \(s3:\/\/backups\/2026\/b\.tar\)/.test(got.err), text === 'latest')
    t.equal(await readFile(file, 'utf8'), content)
    t.match(await world.run(['verify', file, 's3://backups', text]), { code: 0, out: `${file}: OK\n` })
  }
  const elsewhere = ['--region', 'us-west-2', '--endpoint', 'http://127.0.0.1:1']
  t.match(await world.run(['get', 's3://backups', 'latest', ...elsewhere]), {
    code: 2,
    err: /The catalog has no archive "latest"/,
  })
})

t.test('what makes no sense for a bucket is a usage error', async (t) => {
  const world = await bucketWorld(t, credentials)
  for (const [words, err] of [
    [
      ['get', K, 'docs.tar'],
      /Give the address of one object, as s3:\/\/backups\/KEY, or one name .*not s3:\/\/backups\/k docs\.tar/,
    ],
    [['get', 's3://backups', 'a', 'b'], /Give the address of one object/],
    [['get', 's3://B', 'a'], /s3:\/\/B does not name a bucket/],
    [['get', 's3://backups', 'a'], /The catalog has no archive "a" in s3:\/\/backups/],
    [['get', 's3://backups', 's3://other/k'], /s3:\/\/other\/k is not in s3:\/\/backups\./],
    [['get', K, '--job', 'j'], /--job is for vaults, and s3:\/\/backups\/k is in a bucket/],
    [['get', K, '--account-id', '111122223333'], /--account-id is for vaults/],
    [['get', K, '--sns-topic', 'arn:aws:sns:us-east-1:123456789012:t'], /--sns-topic is for vaults/],
    [['get', K, '--match', 'a*'], /--match is for vaults/],
    [['get', K, '--bucket-owner', '1'], /--bucket-owner must be the ID of an account/],
    [['get', 's3://backups'], /s3:\/\/backups has no key/],
    [['get', 'docs', 'a', '--days', '2'], /--days is for objects of a bucket, and docs is a vault/],
    [['get', 'docs', 'a', '--requester-pays'], /--requester-pays is for objects of a bucket/],
    [['get', 'docs', 'a', '--check-late'], /--check-late is for objects of a bucket, and docs is a vault/],
  ] as const)
    t.match(await world.run(words), { code: 2, err }, words.join(' '))
  t.equal(world.requests('HeadObject'), 0)
  const ignored = { GLACIER_PIPE_SNS_TOPIC: 'arn:aws:sns:us-east-1:123456789012:t', GLACIER_PIPE_DAYS: '4' }
  await stored(world)
  const started = await world.run(
    ['get', K, '--no-wait', '--bucket-owner', world.server.accountId],
    undefined,
    ignored,
  )
  t.match(started, { code: 0 })
})

t.test('a retrieval that fails is resumed by the same command, without parts that are there', async (t) => {
  const world = await bucketWorld(t, credentials)
  for (const [storageClass, hint] of [
    [
      'DEEP_ARCHIVE',
      /The restore is kept, and so is \S+out\.partial\. To resume, run the same command again: /,
    ],
    ['STANDARD', /: \S+out\.partial is kept\. To resume, run the same command again: /],
  ] as const) {
    const { server, requests, dir } = world
    await rm(join(dir, 'out'), { force: true })
    await stored(world, bytes, '--storage-class', storageClass, '--overwrite')
    const before = requests('GetObject')
    server.faults.add({ operation: 'GetObject', fault: 'reset-before', nth: 3 })
    const failed = await got(world, '--concurrency', '1', '--retry-for', '0')
    t.match(failed, { code: 3, err: hint, bytes: undefined }, storageClass)
    server.faults.clear()
    t.equal(requests('GetObject') - before, 3)
    const resumed = await got(world)
    t.match(resumed, { code: 0, bytes })
    const kept = Number(/in 3 parts \((\d) already there\)/.exec(resumed.err)?.[1])
    t.equal(requests('GetObject') - before, 3 + 3 - kept)
  }
})

t.test('each refusal is one line, with the remedy', async (t) => {
  const world = await bucketWorld(t, credentials)
  const { server, sdk, run } = world
  await sdk.send(
    new PutObjectCommand({
      Bucket: 'backups',
      Key: 'crc',
      Body: 'x',
      StorageClass: 'GLACIER',
      ChecksumAlgorithm: 'CRC32',
      ServerSideEncryption: 'aws:kms',
      SSEKMSKeyId: 'key',
    }),
  )
  await stored(world)
  const lines: (readonly [readonly string[], RegExp])[] = [
    [['s3://backups/none'], /s3:\/\/backups\/none does not exist\. Check the key/],
    [['s3://none/k'], /The bucket none does not exist\. Check its name/],
    [['s3://backups/crc'], /with aws:kms\), so its bytes cannot be verified\. .* such as "aws s3 cp"/],
    [[K, '--region', 'us-west-2'], /Select it with --region/],
    [[K, '--bucket-owner', '999999999999'], /do not permit/],
  ]
  for (const [words, err] of lines) {
    const refused = await run(['get', ...words])
    t.match(refused, { code: 1, err, out: '' }, words.join(' '))
    t.match(refused.err, /^glacier-pipe: [^\n]*\n$/)
  }
  t.equal(world.requests('RestoreObject'), 0)
  server.faults.add({ operation: 'HeadBucket', fault: 'access-denied' })
  t.match(await run(['get', 's3://none/k']), { code: 1, err: /s3:\/\/none\/k does not exist/ })
  for (const [more, noted] of [
    [[], /Attempt 4 follows/],
    [['-q'], /^(?!.*Attempt)/],
  ] as const) {
    server.faults.add({ operation: 'HeadObject', fault: 'error-503', times: 4 })
    t.match(await run(['get', K, '--dry-run', ...more]), { code: 0, err: noted })
  }
  server.faults.add({ operation: 'GetObject', fault: 'error', status: 403, code: 'InvalidObjectState' })
  const gone = await got(world)
  t.match(gone, { code: 1, err: /no restored copy of it exists\. .*--days/ })
  t.equal(world.requests('RestoreObject'), 4, 'each refused copy is restored again, three times')
  server.faults.clear()
  server.faults.add({ operation: 'GetObject', fault: 'error', status: 404, code: 'NoSuchKey' })
  const before = world.requests('GetObject')
  const lost = await got(world)
  t.match(lost, { code: 1, err: /Check the key/ }, 'the bucket lists an object whose bytes it has lost')
  t.ok(world.requests('GetObject') - before <= 4 * 3, 'a request for each part, each time')
})

t.test('a memory that is too small for the parts is a usage error, and large parts are noted', async (t) => {
  const world = await bucketWorld(t, credentials)
  await stored(world)
  const small = await got(world, '--memory', '16MiB')
  t.match(small, { code: 2, err: /--memory must be at least 33554432 bytes/ })
  t.equal(world.requests('RestoreObject'), 0)
  await world.sdk.send(
    new PutObjectCommand({
      ...{ Bucket: 'backups', Key: 'k', Body: 'x', ChecksumAlgorithm: 'SHA256' },
      Metadata: { 'part-size': String(1024 * MIB) },
    }),
  )
  const lost = ['--catalog', join(world.dir, 'lost')]
  const large = /Parts of 1\.00 GiB take up to 4\.00 GiB of memory; the default is at most 256\.0 MiB\.\n/
  t.match(await got(world, ...lost), { code: 0, err: large })
  t.notMatch((await got(world, ...lost, '-q')).err, large)
  t.notMatch((await got(world, ...lost, '--memory', '4GiB')).err, large)
})

t.test('a volume that an earlier stream of the key has left is never part of a later one', async (t) => {
  const world = await bucketWorld(t, credentials)
  const { run, dir, server } = world
  const limits = ['--part-size', '8MiB', '--max-archive-size', '16MiB', '--storage-class', 'STANDARD', '-q']
  const replaced = async (size: number): Promise<Buffer> => {
    server.control.advanceClock(2000) // times of objects have seconds
    const content = Buffer.alloc(size, 7)
    t.match(await run(['put', K, ...limits, '--overwrite'], content), { code: 0 })
    return content
  }
  const fresh = async (...more: readonly string[]): ReturnType<typeof got> => {
    await rm(join(dir, 'out'), { force: true })
    return got(world, '-q', ...more)
  }
  await replaced(2 * PART + 5)
  for (const size of [5, PART, 2 * PART]) {
    const content = await replaced(size)
    const { code, bytes } = await fresh()
    t.equal(code, 0, `${size} bytes`)
    t.ok(bytes?.equals(content), `${size} bytes`)
  }
  const listed = await run(['ls', 's3://backups', '--json'])
  t.match(JSON.parse(listed.out), { size: 2 * PART })
  await rm(join(dir, 'catalog.jsonl'))
  const doubtful = await fresh()
  t.match(doubtful, { code: 2, err: /k\.volume2 is older than s3:\/\/backups\/k: .* Give --no-volumes/ })
  t.match(await run(['verify', join(dir, 'out'), K]), { code: 2, err: /is older than/ })
  t.match(await fresh('--no-volumes'), { code: 0 })
  t.match(await run(['rm', K, '--yes']), { code: 0, err: /k\.volume2/ }, 'it is deleted with the key')
})

t.test('a volume is not joined to an object that another machine has stored since', async (t) => {
  const world = await bucketWorld(t, credentials)
  const { run, sdk, server } = world
  await stored(world, bytes, '--max-archive-size', '8MiB', '--storage-class', 'STANDARD')
  server.control.advanceClock(2000)
  await sdk.send(
    new PutObjectCommand({ Bucket: 'backups', Key: 'k', Body: 'other', ChecksumAlgorithm: 'SHA256' }),
  )
  t.match(await got(world), { code: 4, bytes: undefined }, 'the catalog has another object')
  t.match(await run(['catalog', 'rebuild', 's3://backups']), { code: 0 })
  t.match(await got(world), { code: 2, err: /is older than/, bytes: undefined })
  t.match(await got(world, '--no-volumes'), { code: 0, bytes: Buffer.from('other') })
})
