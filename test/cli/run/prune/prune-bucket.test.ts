import { DeleteObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import t, { type Test } from 'tap'
import { MIB } from '../../../../lib/sizes.js'
import { bucketWorld, type BucketWorld, type RanHere } from '../../../helpers/bucket-put.js'
import { runHere, stage } from '../../../helpers/command.js'
import { settled } from '../../../helpers/gate.js'
import { configuredCredentials } from '../../../helpers/local-vault.js'
import { VirtualClock } from '../../../helpers/virtual-clock.js'

const DAY_MS = 86_400_000
const credentials = await configuredCredentials(t)
const LAST = ['--keep-last', '1', '--yes']

/** A bucket with some objects, of which each was stored before the next one. */
interface PruneWorld extends BucketWorld {
  readonly put: (key: string, ...more: readonly string[]) => Promise<void>
  /** Makes all records of the catalog older. */
  readonly age: (days: number) => Promise<void>
  readonly keys: () => Promise<readonly (string | undefined)[]>
  readonly prune: (...args: readonly string[]) => Promise<RanHere>
}

async function pruneWorld(test: Test): Promise<PruneWorld> {
  const world = await bucketWorld(test, credentials)
  const age = async (days: number): Promise<void> => {
    const lines = (await world.records()).map((record) => {
      const time = new Date(Date.parse(record.time) - days * DAY_MS).toISOString()
      return `${JSON.stringify({ ...record, time })}\n`
    })
    await writeFile(join(world.dir, 'catalog.jsonl'), lines.join(''))
  }
  const put = async (key: string, ...more: readonly string[]): Promise<void> => {
    const ended = await world.run(['put', `s3://backups/${key}`, '-q', ...more], Buffer.from(`of ${key}`))
    if (ended.code !== 0) throw new Error(ended.err)
    await age(1)
  }
  const keys = async (): Promise<readonly (string | undefined)[]> => {
    const { Contents = [] } = await world.sdk.send(new ListObjectsV2Command({ Bucket: 'backups' }))
    return Contents.map(({ Key }) => Key)
  }
  return { ...world, put, age, keys, prune: (...args) => world.run(['prune', ...args]) }
}

const standard = ['--storage-class', 'STANDARD']

t.test('prune deletes the objects of a series that no rule keeps, and none of others', async (t) => {
  const world = await pruneWorld(t)
  const { put, prune, keys, records } = world
  for (const key of [
    'db/2026-11-27.dump',
    'db/2026-11-28.dump',
    'db/2026-11-29.dump',
    'other/2026-11-28.dump',
  ])
    await put(key, ...standard)
  await put('photos1.tar', ...standard)
  await put('photos2.tar', ...standard)
  const dry = await prune('s3://backups', '--keep-last', '1', '--dry-run')
  t.match(dry, { code: 0, err: '' })
  t.equal(
    dry.out.replace(/\d{4}-\d\d-\d\d \d\d:\d\d/g, 'TIME').replace(/The amount that[^]*/, ''),
    'db/*.dump:\n' +
      '  keep    TIME        21 B  db/2026-11-29.dump  (last)\n' +
      '  delete  TIME        21 B  db/2026-11-28.dump\n' +
      '  delete  TIME        21 B  db/2026-11-27.dump\n' +
      'other/*.dump:\n' +
      '  keep    TIME        24 B  other/2026-11-28.dump  (last)\n' +
      'photos1.tar:\n' +
      '  keep    TIME        14 B  photos1.tar  (last)\n' +
      'photos2.tar:\n' +
      '  keep    TIME        14 B  photos2.tar  (last)\n' +
      'To keep: 4 archives, 73 B.\nTo delete: 2 archives, 42 B.\n',
  )
  t.equal(world.requests('HeadObject') + world.requests('DeleteObject') - 6, 0, 'the six of put')
  t.match(await prune('s3://backups', '--keep-last', '1'), { code: 2, err: /There is no terminal to ask/ })
  t.match(await prune('s3://backups', ...LAST, '--name', 'other/*'), { code: 0, err: /To delete: nothing/ })
  t.match(await prune('s3://backups/other/', ...LAST), { code: 0, err: /To keep: 1 archive, 24 B/ })
  t.match(await prune('s3://backups', '--yes'), { code: 2, err: /at least one of --keep-last/ })
  t.equal((await keys()).length, 6)
  const json = await prune('s3://backups/db/', ...LAST, '--json')
  t.match(json, { code: 0, err: /2 archives deleted\.\n$/ })
  const lines = json.out.trim().split('\n')
  t.match(JSON.parse(`${lines[1]}`), {
    action: 'delete',
    name: 'db/2026-11-28.dump',
    series: 'db/*.dump',
    archiveId: 's3://backups/db/2026-11-28.dump',
  })
  t.strictSame(await keys(), ['db/2026-11-29.dump', 'other/2026-11-28.dump', 'photos1.tar', 'photos2.tar'])
  const deleted = (await records()).filter(({ type }) => type === 'deleted')
  t.match(deleted, [
    { archiveId: /^s3:\/\/backups\/db\/2026-11-2[78]/, vaultName: 's3://backups', region: 'eu-west-1' },
    { archiveId: /^s3:\/\/backups\/db\/2026-11-2[78]/, vaultName: 's3://backups', region: 'eu-west-1' },
  ])
  t.match(await prune('s3://backups', ...LAST), { code: 0, err: /To delete: nothing/ })
})

t.test('an object that its class is charged for anyway is kept, unless --now is given', async (t) => {
  const { put, age, prune, keys } = await pruneWorld(t)
  for (const [day, storageClass] of [
    ['27', 'DEEP_ARCHIVE'],
    ['28', 'GLACIER'],
    ['29', 'STANDARD'],
    ['30', 'STANDARD'],
  ] as const)
    await put(`a-2026-11-${day}`, '--storage-class', storageClass)
  t.match(await prune('s3://backups', ...LAST), {
    code: 0,
    err: /Of these, 2 are kept only because the service charges for 90 or 180 days anyway, until .*--now/,
  })
  t.strictSame(await keys(), ['a-2026-11-27', 'a-2026-11-28', 'a-2026-11-30'])
  await age(90)
  t.match(await prune('s3://backups', ...LAST), { code: 0, err: /Of these, 1 is .* charges for 180 days/ })
  t.strictSame(await keys(), ['a-2026-11-27', 'a-2026-11-30'])
  t.match(await prune('s3://backups', ...LAST, '--now'), { code: 0, err: /Early deletion: / })
  t.strictSame(await keys(), ['a-2026-11-30'])
})

t.test('a set is deleted whole, its first volume last, and the rest of one after a failure', async (t) => {
  const { run, put, age, prune, keys, records, server } = await pruneWorld(t)
  const limits = ['--part-size', '8MiB', '--max-archive-size', '8MiB', ...standard, '-q']
  const stored = await run(['put', 's3://backups/a-2026-11-29', ...limits], Buffer.alloc(16 * MIB + 5))
  t.match(stored, { code: 0 })
  await age(1)
  await put('a-2026-11-30', ...standard)
  server.faults.add({ operation: 'DeleteObject', fault: 'access-denied', nth: 2 })
  const failed = await prune('s3://backups', ...LAST)
  t.match(failed, {
    code: 1,
    err: /The archive s3:\/\/backups\/a-2026-11-29 is not deleted: .*\n.*1 archive deleted\.\n.*1 archive could not be/,
  })
  server.faults.clear()
  t.strictSame(await keys(), ['a-2026-11-29', 'a-2026-11-29.volume2', 'a-2026-11-30'])
  t.match(await prune('s3://backups', ...LAST), { code: 0, err: /delete the rest of/ })
  t.strictSame(await keys(), ['a-2026-11-30'])
  const setId = 's3://backups/a-2026-11-29'
  t.match(
    (await records()).filter(({ type }) => type === 'deleted'),
    [
      { archiveId: `${setId}.volume3`, firstVolume: setId },
      { archiveId: `${setId}.volume2`, firstVolume: setId },
      { archiveId: setId, firstVolume: undefined },
    ],
  )
})

t.test('what lies at a key must be what the catalog has, otherwise it is kept and told', async (t) => {
  const { put, prune, keys, run, sdk, server, records } = await pruneWorld(t)
  for (const day of ['25', '26', '27', '28', '29', '30']) await put(`a-2026-11-${day}`, ...standard)
  const Bucket = 'backups'
  const more = { Bucket, ChecksumAlgorithm: 'SHA256' } as const
  await sdk.send(new PutObjectCommand({ ...more, Key: 'a-2026-11-26', Body: 'of a-2026-12-26' }))
  await sdk.send(
    new PutObjectCommand({ ...more, Key: 'a-2026-11-27.volume2', Body: 'x', Metadata: { volume: '2' } }),
  )
  await sdk.send(
    new PutObjectCommand({ Bucket, Key: 'a-2026-11-27.volume3', Body: 'x', Metadata: { volume: '3' } }),
  )
  await sdk.send(new DeleteObjectCommand({ Bucket, Key: 'a-2026-11-25' }))
  server.faults.add({ operation: 'HeadObject', fault: 'access-denied', nth: 2 }) // after that of the newest
  const pruned = await prune('s3://backups', ...LAST)
  t.equal(pruned.code, 1)
  t.match(
    pruned.err,
    /The archive s3:\/\/backups\/a-2026-11-29 is kept: the policies do not permit to look at s3:\/\/backups\/a-2026-11-29, which may have been replaced\. The permission is s3:GetObject\.\n/,
  )
  t.match(
    pruned.err,
    /The archive s3:\/\/backups\/a-2026-11-26 is kept: s3:\/\/backups\/a-2026-11-26 is another object than the catalog has, or has no SHA-256\. "glacier-pipe catalog rebuild s3:\/\/backups" records/,
  )
  t.match(
    pruned.err,
    /The archive s3:\/\/backups\/a-2026-11-27 is kept: the bucket has a volume of it that the catalog does not know, \S+a-2026-11-27\.volume3\. "glacier-pipe rm s3:\/\/backups\/a-2026-11-27" deletes both\.\n/,
  )
  t.match(
    pruned.err,
    /2 archives deleted\.\n.*3 archives could not be deleted\. The same command tries again\.\n$/,
  )
  const left = ['a-2026-11-26', 'a-2026-11-27', 'a-2026-11-27.volume2', 'a-2026-11-27.volume3']
  t.strictSame(await keys(), [...left, 'a-2026-11-29', 'a-2026-11-30'])
  const deleted = (await records()).flatMap((record) => (record.type === 'deleted' ? record.archiveId : []))
  t.strictSame(deleted.sort(), ['s3://backups/a-2026-11-25', 's3://backups/a-2026-11-28'])
  t.match(await run(['catalog', 'rebuild', 's3://backups']), { code: 0 })
  const later = await prune('s3://backups', '--keep-last', '1', '--dry-run')
  t.match(later.out, /keep .* a-2026-11-26 {2}\(the dates in the keys contradict the times\)/)
  t.match(later.out, /To delete: nothing/)
})

t.test('nothing is deleted in favour of an object that is not what the catalog has', async (t) => {
  const { put, prune, keys, run, sdk, server } = await pruneWorld(t)
  const [Bucket, all] = [
    'backups',
    ['a-2026-11-28', 'a-2026-11-29', 'a-2026-11-30', 'b-2026-11-29', 'b-2026-11-30'],
  ]
  for (const key of all) await put(key, ...standard)
  const body = { ChecksumAlgorithm: 'SHA256', Body: 'of something else' } as const
  server.faults.add({ operation: 'HeadObject', fault: 'access-denied', times: 1 }) // of the newest
  t.match(await prune('s3://backups/a', ...LAST), {
    code: 1,
    err: /a-2026-11-28 is kept: the policies do not permit to look at s3:\/\/backups\/a-2026-11-30,/,
  })
  await sdk.send(new PutObjectCommand({ Bucket, Key: 'a-2026-11-30', ...body }))
  t.match(await prune('s3://backups/a', ...LAST), {
    code: 1,
    err: /a-2026-11-28 is kept: s3:\/\/backups\/a-2026-11-30 is another object than the catalog has, or has no SHA-256\./,
  })
  await sdk.send(new DeleteObjectCommand({ Bucket, Key: 'a-2026-11-30' }))
  const pruned = await prune('s3://backups', ...LAST)
  t.match(pruned, {
    code: 1,
    err: /a-2026-11-28 is kept: s3:\/\/backups\/a-2026-11-30, which the plan keeps in its place, is not in the bucket\. "glacier-pipe rm s3:\/\/backups\/a-2026-11-30" records that\./,
  })
  t.match(pruned.err, /1 archive deleted\.\n.*2 archives could not be deleted/)
  t.strictSame(await keys(), ['a-2026-11-28', 'a-2026-11-29', 'b-2026-11-30'], 'other series are pruned')
  t.match(await run(['rm', 's3://backups/a-2026-11-30', '--yes']), { code: 0 })
  t.match(await prune('s3://backups', ...LAST), { code: 0 })
  t.strictSame(await keys(), ['a-2026-11-29', 'b-2026-11-30'])
})

t.test(
  'an object of the same size that states no SHA-256 is not taken for the one of the catalog',
  async (t) => {
    const { put, prune, keys, sdk } = await pruneWorld(t)
    const [Bucket, Body] = ['backups', 'of a-9999-99-99'] // as many bytes
    for (const day of ['28', '29', '30']) await put(`a-2026-11-${day}`, ...standard)
    await sdk.send(new PutObjectCommand({ Bucket, Key: 'a-2026-11-28', Body }))
    t.match(await prune('s3://backups', ...LAST), { code: 1, err: /a-2026-11-28 is kept: .* no SHA-256/ })
    t.strictSame(await keys(), ['a-2026-11-28', 'a-2026-11-30'])
    await put('a-2026-12-01', ...standard)
    await sdk.send(new PutObjectCommand({ Bucket, Key: 'a-2026-12-01', Body }))
    t.match(await prune('s3://backups', ...LAST), { code: 1, err: /a-2026-11-30 is kept: .* no SHA-256/ })
    t.strictSame(await keys(), ['a-2026-11-28', 'a-2026-11-30', 'a-2026-12-01'])
  },
)

t.test('a deletion is repeated until it was carried out', async (t) => {
  const { put, prune, keys, server, requests } = await pruneWorld(t)
  for (const day of ['28', '29', '30']) await put(`a-2026-11-${day}`, ...standard)
  server.faults.add({ operation: 'DeleteObject', fault: 'error-500', nth: 1 })
  server.faults.add({ operation: 'DeleteObject', fault: 'error-after', status: 500, nth: 2 })
  t.match(await prune('s3://backups', '--keep-last', '2', '--yes'), { code: 0, err: /1 archive deleted/ })
  t.equal(requests('DeleteObject'), 3, 'the third finds nothing, since the second was carried out')
  t.strictSame(await keys(), ['a-2026-11-29', 'a-2026-11-30'])
})

t.test('an object that is in another class by now is kept as long as that is charged for', async (t) => {
  const { put, prune, keys, sdk, age } = await pruneWorld(t)
  const [Bucket, Key] = ['backups', 'a-2026-11-29']
  await put(Key, '--storage-class', 'GLACIER')
  const body = { Body: Buffer.from(`of ${Key}`), ChecksumAlgorithm: 'SHA256' } as const
  await sdk.send(new PutObjectCommand({ Bucket, Key, StorageClass: 'DEEP_ARCHIVE', ...body }))
  await age(100)
  await put('a-2026-11-30', ...standard)
  t.match(await prune('s3://backups', ...LAST), {
    code: 1,
    err: /a-2026-11-29 is kept: by the storage class that it has now, it is charged for until \d{4}-\d\d-\d\d anyway\. --now deletes it at once\./,
  })
  t.strictSame(await keys(), ['a-2026-11-29', 'a-2026-11-30'])
  t.match(await prune('s3://backups', ...LAST, '--now'), { code: 0 })
  t.strictSame(await keys(), ['a-2026-11-30'])
})

t.test('a failure of the requests stops prune, and a missing bucket is told once', async (t) => {
  const { put, prune, keys, server } = await pruneWorld(t)
  for (const day of ['28', '29', '30']) await put(`a-2026-11-${day}`, ...standard)
  server.faults.add({ operation: 'HeadObject', fault: 'error-500', times: 100 })
  t.match(await prune('s3://backups', ...LAST, '--retry-for', '0'), { code: 1, err: /^(?!.*is kept)/s })
  server.faults.clear()
  server.faults.add({ operation: 'HeadObject', fault: 'error-500', nth: 2 }) // after that of the newest
  t.match(await prune('s3://backups', ...LAST, '--retry-for', '0'), { code: 1, err: /^(?!.*is kept)/s })
  server.faults.clear()
  server.faults.add({
    operation: 'HeadObject',
    fault: 'error',
    status: 404,
    code: 'NoSuchBucket',
    times: 100,
  })
  server.faults.add({
    operation: 'DeleteObject',
    fault: 'error',
    status: 404,
    code: 'NoSuchBucket',
    times: 100,
  })
  const gone = await prune('s3://backups', ...LAST)
  t.match(gone, { code: 1, err: /^(?!.*is not deleted)/s })
  server.faults.clear()
  t.equal((await keys()).length, 3)
})

t.test('the question, and an object that is replaced or stored while it is open', async (t) => {
  const world = await pruneWorld(t)
  const { put, keys, sdk } = world
  await put('a-2026-11-29', ...standard)
  await put('a-2026-11-30', ...standard)
  for (const [answer, replaces, code, err] of [
    ['n', false, 1, /Nothing was deleted/],
    ['y', true, 1, /is another object than the catalog has/],
  ] as const) {
    const it = stage(Buffer.alloc(0), ['stdin', 'stderr'], {}, new VirtualClock())
    const stdin = Object.assign(new PassThrough(), { isTTY: true })
    const args = ['prune', ...world.where, 's3://backups', '--keep-last', '1']
    const ended = runHere(args, { ...it, io: { ...it.io, stdin } })
    while (!it.err().includes('[y/N]')) await settled(1)
    t.match(it.err(), /Delete 1 archive from s3:\/\/backups permanently\?/)
    const input = {
      Bucket: 'backups',
      Key: 'a-2026-11-29',
      Body: 'newer',
      ChecksumAlgorithm: 'SHA256',
    } as const
    if (replaces) await sdk.send(new PutObjectCommand(input))
    stdin.write(`${answer}\n`)
    t.equal(await ended, code)
    t.match(it.err(), err)
  }
  t.strictSame(await keys(), ['a-2026-11-29', 'a-2026-11-30'])
})

t.test('options and settings about the other kind of place', async (t) => {
  const { put, prune, run, keys, records, server } = await pruneWorld(t)
  await put('a-2026-11-29', ...standard)
  await put('a-2026-11-30', ...standard)
  for (const [args, err] of [
    [['s3://B', ...LAST], /s3:\/\/B does not name a bucket/],
    [['s3://backups', ...LAST, '--account-id', '111122223333'], /--account-id is for vaults/],
    [['docs', ...LAST, '--requester-pays'], /--requester-pays is for buckets, and docs is a vault/],
    [['s3://backups', ...LAST, '--bucket-owner', '1'], /--bucket-owner must be the ID of an account/],
  ] as const)
    t.match(await prune(...args), { code: 2, err })
  t.match(await prune('s3://backups', ...LAST, '--bucket-owner', '999999999999'), { code: 1 })
  t.equal((await keys()).length, 2)
  const ignored = { GLACIER_PIPE_ACCOUNT_ID: '111122223333' }
  const owner = ['--bucket-owner', server.accountId]
  t.match(await run(['prune', 's3://backups', ...LAST, ...owner], undefined, ignored), { code: 0 })
  t.strictSame(await keys(), ['a-2026-11-30'])
  t.notMatch((await records()).at(-1), { accountId: '111122223333' })
})

t.test('the plan says that a bucket with versions only hides what is deleted', async (t) => {
  const { put, prune, records, dir } = await pruneWorld(t)
  await put('a-2026-11-29', ...standard)
  await put('a-2026-11-30', ...standard)
  const dryRun = ['s3://backups', '--keep-last', '1', '--dry-run']
  t.notMatch((await prune(...dryRun)).out, /The bucket has versions/)
  const lines = (await records()).map((record) => `${JSON.stringify({ ...record, versionId: 'v1' })}\n`)
  await writeFile(join(dir, 'catalog.jsonl'), lines.join(''))
  t.match((await prune(...dryRun)).out, /The bucket has versions: the objects are only hidden/)
})
