import { DeleteObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import t from 'tap'
import { MIB } from '../../../../lib/sizes.js'
import { bucketWorld, type BucketWorld, type RanHere } from '../../../helpers/bucket-put.js'
import { runHere, stage } from '../../../helpers/command.js'
import { settled } from '../../../helpers/gate.js'
import { configuredCredentials } from '../../../helpers/local-vault.js'
import { VirtualClock } from '../../../helpers/virtual-clock.js'

const credentials = await configuredCredentials(t)

async function put(world: BucketWorld, key: string, ...more: string[]): Promise<RanHere> {
  return world.run(['put', `s3://backups/${key}`, ...more], Buffer.from('hello'))
}

async function keysIn({ sdk }: BucketWorld): Promise<readonly (string | undefined)[]> {
  const { Contents = [] } = await sdk.send(new ListObjectsV2Command({ Bucket: 'backups' }))
  return Contents.map(({ Key }) => Key)
}

/** Stores an object with metadata, as no record of the catalog describes it. */
async function store(
  { sdk }: BucketWorld,
  Key: string,
  Metadata: Record<string, string> = {},
): Promise<void> {
  await sdk.send(
    new PutObjectCommand({ Bucket: 'backups', Key, Body: 'x', Metadata, ChecksumAlgorithm: 'SHA256' }),
  )
}

t.test('rm deletes an object, records it, and states what the class charges for it anyway', async (t) => {
  const world = await bucketWorld(t, credentials)
  t.match(await put(world, '2026/a'), { code: 0 })
  t.match(await world.run(['rm', 's3://backups/2026/a']), { code: 2, err: /There is no terminal to ask/ })
  t.match(await world.run(['rm', 's3://backups/2026/a', '--dry-run']), {
    code: 0,
    out: /^This archive will be deleted: s3:\/\/backups\/2026\/a {2}5 B {2}2026\/a\n1 archive, 5 B\. Nothing is deleted\.\n/,
  })
  t.strictSame(await keysIn(world), ['2026/a'])
  const removed = await world.run(['rm', 's3://backups/2026/a', '--yes'])
  t.match(removed, { code: 0, err: /, 180 days after it was stored, even if .*\n.*1 archive deleted\.\n/s })
  t.strictSame(await keysIn(world), [])
  t.match((await world.records()).at(-1), {
    type: 'deleted',
    archiveId: 's3://backups/2026/a',
    vaultName: 's3://backups',
    region: 'eu-west-1',
  })
  t.equal((await world.run(['ls', 's3://backups'])).out, '')
  t.match(await put(world, '2026/a'), { code: 0 })
  t.match((await world.run(['ls', 's3://backups'])).out, /^2026\/a /, 'it is there again')
})

t.test('names, several addresses and addresses of other buckets', async (t) => {
  const world = await bucketWorld(t, credentials)
  for (const key of ['a/1', 'b', 'cccc']) t.match(await put(world, key), { code: 0 })
  t.match(await world.run(['rm', 's3://backups/a/1', 's3://others/b', '--yes']), {
    code: 2,
    err: /s3:\/\/others\/b is not in s3:\/\/backups\. Nothing was deleted\./,
  })
  t.match(await world.run(['rm', 's3://backups', '--yes']), { code: 2, err: /Give the objects to delete/ })
  t.match(await world.run(['rm', 's3://backups/none', '--yes']), {
    code: 2,
    err: /There is no object s3:\/\/backups\/none/,
  })
  t.match(await world.run(['rm', 'docs', '--yes']), { code: 2, err: /missing required argument 'archive'/ })
  t.strictSame(await keysIn(world), ['a/1', 'b', 'cccc'])
  t.match(await world.run(['rm', 's3://backups/a/1', 's3://backups/b', 'cccc', '--yes', '--json']), {
    code: 0,
    out: /"archiveId":"s3:\/\/backups\/a\/1","deleted":true\}\n(?:.*\n){2}$/,
  })
  t.strictSame(await keysIn(world), [])
})

t.test(
  'volumes are deleted with their set if the catalog or their metadata say that they belong to it',
  async (t) => {
    const world = await bucketWorld(t, credentials)
    t.match(await put(world, 'k'), { code: 0 })
    await store(world, 'k.volume2', { volume: '2' })
    await store(world, 'k.volume3', { volume: '3' })
    await store(world, 'k.volume4')
    await store(world, 'k.volume5', { volume: '4' })
    await store(world, 'k.volumes', { volume: '2' })
    t.match(await world.run(['rm', 's3://backups/k.volume2', '--yes']), {
      code: 2,
      err: /k\.volume2 is volume 2 of s3:\/\/backups\/k, which is/,
    })
    const removed = await world.run(['rm', 's3://backups/k', '--yes'])
    t.match(removed, {
      code: 0,
      err: /deleted with its set: s3:\/\/backups\/k\.volume3 {2}1 B {2}\(volume 3\)\n.*3 archives deleted/s,
    })
    t.strictSame(await keysIn(world), ['k.volume4', 'k.volume5', 'k.volumes'])
    const records = (await world.records()).filter(({ type }) => type === 'deleted')
    const setId = 's3://backups/k'
    t.match(records, [
      { archiveId: `${setId}.volume3`, firstVolume: setId },
      { archiveId: `${setId}.volume2`, firstVolume: setId },
      { archiveId: setId, firstVolume: undefined },
    ])
    await store(world, 'k.volume2', { volume: '2' })
    t.match(await world.run(['rm', 's3://backups/k.volume2', '--no-volumes', '--yes']), { code: 0 })
    t.match(await world.run(['rm', 's3://backups/k.volume4', '--yes']), {
      code: 0,
      err: /not in the catalog|1 B/,
    })
    t.strictSame(await keysIn(world), ['k.volume5', 'k.volumes'])
  },
)

t.test(
  'an object that is gone is recorded as deleted, and one that may not be looked at is deleted',
  async (t) => {
    const world = await bucketWorld(t, credentials)
    t.match(await put(world, 'a'), { code: 0 })
    await world.sdk.send(new DeleteObjectCommand({ Bucket: 'backups', Key: 'a' }))
    t.match(await world.run(['rm', 's3://backups/a', '--yes']), { code: 0 })
    t.match((await world.records()).at(-1), { type: 'deleted' })
    t.match(await put(world, 'b'), { code: 0 })
    world.server.faults.add({ operation: 'HeadObject', fault: 'error', status: 403, code: 'AccessDenied' })
    t.match(await world.run(['rm', 's3://backups/b', '--yes']), { code: 0 })
    t.strictSame(await keysIn(world), [])
    const before = await readFile(join(world.dir, 'catalog.jsonl'), 'utf8')
    world.server.faults.add({ operation: 'DeleteObject', fault: 'error', status: 403, code: 'AccessDenied' })
    t.match(await world.run(['rm', 's3://backups/c', '--yes']), { code: 1 })
    t.equal(await readFile(join(world.dir, 'catalog.jsonl'), 'utf8'), before, 'nothing was recorded')
  },
)

t.test('an object that has replaced the one in the catalog is not deleted in its place', async (t) => {
  const world = await bucketWorld(t, credentials)
  t.match(await put(world, 'k'), { code: 0 })
  for (const Body of ['hallo', 'longer than hello']) {
    for (const checksum of [
      { ChecksumAlgorithm: 'SHA256' as const },
      { ChecksumAlgorithm: 'CRC32' as const },
    ]) {
      if (Body.length === 5 && checksum.ChecksumAlgorithm === 'CRC32') continue // it cannot be told from the recorded one
      await world.sdk.send(new PutObjectCommand({ Bucket: 'backups', Key: 'k', Body, ...checksum }))
      for (const operands of [['s3://backups/k'], ['s3://backups', 'k']])
        t.match(await world.run(['rm', ...operands, '--yes']), {
          code: 2,
          err:
            checksum.ChecksumAlgorithm === 'SHA256'
              ? /k is another one than the catalog has: .* "glacier-pipe catalog rebuild s3:\/\/backups" before\./
              : /k is another one than the catalog has: .* "aws s3 rm s3:\/\/backups\/k"/,
        })
      t.strictSame(await keysIn(world), ['k'])
    }
  }
  await store(world, 'k')
  t.match(await world.run(['catalog', 'rebuild', 's3://backups']), { code: 0 })
  t.match(await world.run(['rm', 's3://backups/k', '--yes']), { code: 0 })
  t.strictSame(await keysIn(world), [])
})

t.test('a volume that a replaced stream has left is deleted with the key', async (t) => {
  const world = await bucketWorld(t, credentials)
  const long = ['--part-size', '8MiB', '--max-archive-size', '8MiB']
  t.match(await world.run(['put', 's3://backups/k', ...long], Buffer.alloc(8 * MIB + 5)), { code: 0 })
  t.match(await put(world, 'k', '--overwrite'), { code: 0 })
  t.strictSame(await keysIn(world), ['k', 'k.volume2'])
  t.match(await world.run(['rm', 's3://backups/k', '--yes']), { code: 0, err: /k\.volume2/ })
  t.strictSame(await keysIn(world), [])
})

t.test('an object that is replaced while the question is open is not deleted', async (t) => {
  const world = await bucketWorld(t, credentials)
  await put(world, 'recorded')
  for (const [key, replace, err] of [
    ['recorded', true, /The bucket was changed since the question\. Nothing was deleted/],
    ['unrecorded', true, /The bucket was changed since the question\. Nothing was deleted/],
    ['unhashed', true, /The bucket was changed since the question\. Nothing was deleted/],
    ['more volumes', true, /The bucket was changed since the question\. Nothing was deleted/],
    ['unrecorded', false, /1 archive deleted/],
  ] as const) {
    if (key === 'unrecorded' || key === 'more volumes') await store(world, key)
    if (key === 'unhashed')
      await world.sdk.send(new PutObjectCommand({ Bucket: 'backups', Key: key, Body: 'older' }))
    const it = stage(Buffer.alloc(0), ['stdin', 'stderr'], {}, new VirtualClock())
    const stdin = Object.assign(new PassThrough(), { isTTY: true })
    const ended = runHere(['rm', ...world.where, `s3://backups/${key}`], { ...it, io: { ...it.io, stdin } })
    while (!it.err().includes('[y/N]')) await settled(1)
    const algorithm = key === 'unhashed' ? {} : { ChecksumAlgorithm: 'SHA256' as const }
    const input = { Bucket: 'backups', Key: key, Body: 'newer', ...algorithm }
    if (key === 'more volumes') await store(world, `${key}.volume2`, { volume: '2' })
    else if (replace) await world.sdk.send(new PutObjectCommand(input))
    stdin.write('y\n')
    t.equal(await ended, replace ? 2 : 0)
    t.match(it.err(), err)
    t.equal((await keysIn(world)).includes(key), replace)
  }
})
