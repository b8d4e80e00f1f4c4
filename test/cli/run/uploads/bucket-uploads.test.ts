import { AbortMultipartUploadCommand, CreateMultipartUploadCommand } from '@aws-sdk/client-s3'
import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import t from 'tap'
import { MIB } from '../../../../lib/sizes.js'
import { bucketWorld, type BucketWorld } from '../../../helpers/bucket-put.js'
import { settled } from '../../../helpers/gate.js'
import { configuredCredentials } from '../../../helpers/local-vault.js'
import { patternBytes } from '../../../helpers/pattern-source.js'

const credentials = await configuredCredentials(t)
const PART = 8 * MIB

/** Stops a put once a part is stored; the ID of its upload. */
async function stoppedAt(key: string, { start, server, records }: BucketWorld): Promise<string> {
  const source = new Readable({ read: () => undefined })
  source.push(patternBytes(2 * PART))
  const { it, ended } = start(['put', `s3://backups/${key}`, '--part-size', '8MiB'], source)
  while (server.traffic.of('UploadPart').carriedOut < 2) await settled(1)
  it.interrupt.abort('SIGINT')
  await ended
  const last = (await records()).at(-1)
  return last?.type === 'begun' ? last.uploadId : ''
}

/** Begins an upload that the catalog does not know. */
async function foreignAt(Key: string, { sdk }: BucketWorld): Promise<string> {
  const { UploadId = '' } = await sdk.send(new CreateMultipartUploadCommand({ Bucket: 'backups', Key }))
  return UploadId
}

t.test(
  'uploads lists the unfinished uploads of a bucket with their keys, and what the catalog knows',
  async (t) => {
    const world = await bucketWorld(t, credentials)
    const [ours, foreign] = [await stoppedAt('mine/a', world), await foreignAt('other', world)]
    const listed = await world.run(['uploads', 's3://backups'])
    t.match(listed, { code: 0, err: '' })
    const lines = listed.out.trim().split('\n')
    t.match(lines, [/^20\S+ {2}8\.00 MiB {2}\S+ {2}mine\/a$/, /^20\S+ {9}- {2}\S+ {2}other$/])
    t.match(lines[0], ` ${ours} `)
    t.match(lines[1], ` ${foreign} `)
    t.equal((await world.run(['uploads', 's3://backups/mine/'])).out, `${lines[0]}\n`)
    t.match(JSON.parse((await world.run(['uploads', 's3://backups/mine/', '--json'])).out), {
      key: 'mine/a',
      uploadId: ours,
      partSize: PART,
      name: 'mine/a',
      storageClass: 'DEEP_ARCHIVE',
    })
    const [begun] = await world.records()
    const unknown = { ...begun, type: 'unknown', uploadId: 'gone', size: 5 }
    await appendFile(
      join(world.dir, 'catalog.jsonl'),
      `${JSON.stringify({ ...begun, uploadId: 'gone' })}\n${JSON.stringify(unknown)}\n` +
        `${JSON.stringify({ ...begun, type: 'superseded' })}\n` +
        // Their streams have no name, or are not known.
        `${JSON.stringify({ ...begun, uploadId: 'nameless', name: undefined })}\n` +
        `${JSON.stringify({ ...unknown, uploadId: 'nameless' })}\n${JSON.stringify({ ...unknown, uploadId: 'alone' })}\n`,
    )
    const more = (await world.run(['uploads', 's3://backups'])).out
    t.match(more, /mine\/a {2}\(superseded\)\n/)
    t.match(more, /5 B {2}gone {2}mine\/a {2}\(unknown: the archive may exist\)\n/)
    t.notMatch((await world.run(['uploads', 's3://backups/x'])).out, /gone/)
    t.match((await world.run(['uploads', 's3://backups', '--json'])).out, /^\{.*"type":"unknown".*"gone"/m)
  },
)

t.test('--abort aborts an upload of this or another machine, and records it', async (t) => {
  const world = await bucketWorld(t, credentials)
  const [ours, foreign] = [await stoppedAt('a', world), await foreignAt('b', world)]
  const aborted = { code: 0, out: '', err: 'glacier-pipe: The upload is aborted. Its parts are deleted.\n' }
  t.match(await world.run(['uploads', 's3://backups', `--abort=${ours}`]), aborted)
  t.match(await world.run(['uploads', 's3://backups', `--abort=${foreign}`]), aborted)
  t.equal((await world.run(['uploads', 's3://backups'])).out, '')
  t.match((await world.records()).slice(-2), [
    { type: 'aborted', uploadId: ours, vaultName: 's3://backups', region: 'eu-west-1' },
    { type: 'aborted', uploadId: foreign },
  ])
  t.match(await world.run(['put', 's3://backups/a', '--resume'], Buffer.from('x')), {
    err: /No upload of "a"/,
  })
  t.match(await world.run(['uploads', 's3://backups', '--abort=none']), {
    code: 1,
    err: /The bucket s3:\/\/backups has no unfinished upload with the ID none, and neither has the catalog\./,
  })
})

t.test('an upload that the bucket no longer has is recorded as aborted', async (t) => {
  const world = await bucketWorld(t, credentials)
  const UploadId = await stoppedAt('a', world)
  await world.sdk.send(new AbortMultipartUploadCommand({ Bucket: 'backups', Key: 'a', UploadId }))
  t.match(await world.run(['uploads', 's3://backups', `--abort=${UploadId}`]), {
    code: 0,
    err: /The service no longer has the upload\. The catalog now has it as aborted\.\n/,
  })
  t.match((await world.records()).at(-1), { type: 'aborted', uploadId: UploadId })
})

t.test(
  'the upload of a later volume is found by its ID in the catalog, also where the list is denied',
  async (t) => {
    const world = await bucketWorld(t, credentials)
    const id = await foreignAt('k.volume2', world)
    const begun = {
      type: 'begun',
      time: new Date().toISOString(),
      region: 'eu-west-1',
      endpoint: world.server.endpoint,
      vaultName: 's3://backups',
      uploadId: `volume2:${id}`,
      partSize: PART,
      volume: 2,
      firstVolume: 's3://backups/k',
      name: 'k',
      streamId: 's',
    }
    await appendFile(join(world.dir, 'catalog.jsonl'), `${JSON.stringify(begun)}\n`)
    t.match((await world.run(['uploads', 's3://backups'])).out, ` volume2:${id}  k.volume2\n`)
    world.server.faults.add({
      operation: 'ListMultipartUploads',
      fault: 'error',
      status: 403,
      code: 'AccessDenied',
    })
    t.match(await world.run(['uploads', 's3://backups', `--abort=volume2:${id}`]), {
      code: 0,
      err: /is aborted/,
    })
    t.match((await world.records()).at(-1), { type: 'aborted', uploadId: `volume2:${id}` })
    world.server.faults.add({
      operation: 'ListMultipartUploads',
      fault: 'error',
      status: 404,
      code: 'NoSuchBucket',
    })
  },
)

t.test('other failures of the list and the abort are reported, and nothing is recorded', async (t) => {
  const world = await bucketWorld(t, credentials)
  const id = await foreignAt('k', world)
  const abort = ['uploads', 's3://backups', `--abort=${id}`]
  world.server.faults.add({
    operation: 'ListMultipartUploads',
    fault: 'error',
    status: 404,
    code: 'NoSuchBucket',
    nth: 1,
  })
  t.match(await world.run(abort), { code: 1, err: /bucket/ })
  world.server.faults.add({
    operation: 'AbortMultipartUpload',
    fault: 'error',
    status: 403,
    code: 'AccessDenied',
  })
  t.match(await world.run(abort), { code: 1 })
  t.strictSame(await world.records(), [])
})

t.test('options and operands of the other kind are usage errors', async (t) => {
  const { run } = await bucketWorld(t, credentials)
  const refused = async (args: string[], err: RegExp): Promise<void> => {
    t.match(await run(args), { code: 2, err })
  }
  await refused(
    ['uploads', 's3://backups', '--account-id', '111122223333'],
    /--account-id is for vaults, and s3:\/\/backups is in a/,
  )
  await refused(
    ['uploads', 'docs', '--requester-pays'],
    /--requester-pays is for buckets, and docs is a vault\./,
  )
  await refused(
    ['uploads', 's3://B'],
    /s3:\/\/B does not name a bucket\. Write s3:\/\/BUCKET or s3:\/\/BUCKET\/KEY/,
  )
  await refused(
    ['uploads', 's3://backups/k', '--bucket-owner', '1'],
    /--bucket-owner must be the ID of an account/,
  )
})
