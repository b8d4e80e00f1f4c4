import { Readable } from 'node:stream'
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import t from 'tap'
import { MIB } from '../../../../lib/sizes.js'
import { bucketWorld, type BucketWorld } from '../../../helpers/bucket-put.js'
import { settled } from '../../../helpers/gate.js'
import { configuredCredentials } from '../../../helpers/local-vault.js'
import { patternBytes } from '../../../helpers/pattern-source.js'

const credentials = await configuredCredentials(t)
const PART = 8 * MIB
const bytes = patternBytes(3 * PART + 5)
const PUT = ['put', 's3://backups/k', '--part-size', '8MiB']

/** Stops a put once two of its parts are stored; what it printed on stderr. */
async function stopped({ start, server }: BucketWorld, args: readonly string[] = PUT): Promise<string> {
  const source = new Readable({ read: () => undefined })
  source.push(bytes.subarray(0, 2 * PART))
  const { it, ended } = start(args, source)
  while (server.traffic.of('UploadPart').carriedOut < 2) await settled(1)
  it.interrupt.abort('SIGINT')
  return (await ended).err
}

t.test('the printed command resumes an upload, and sends no part again that is stored', async (t) => {
  const world = await bucketWorld(t, credentials)
  const printed = /glacier-pipe (put .*)\n/.exec(await stopped(world, [...PUT, '--tag', 'a=b']))?.[1] ?? ''
  t.match(printed, / --tag=a=b --upload-id=\S+ s3:\/\/backups\/k$/)
  const resumed = await world.run(
    printed.split(' ').filter((word) => !/^--(?:region|endpoint|catalog)=/.test(word)),
    bytes,
  )
  t.match(resumed, { code: 0, out: 's3://backups/k\n', err: /2 already there/ })
  t.equal(world.requests('UploadPart'), 4)
  t.match(await world.head('k'), { ContentLength: bytes.length })
  const [begun] = await world.records()
  const again = await world.run(
    printed.split(' ').filter((word) => !/^--(?:region|endpoint|catalog)=/.test(word)),
    bytes,
  )
  t.match(again, { code: 0, err: /same as the stored archive\. Nothing was sent/ })
  t.match(begun, { type: 'begun', name: 'k' })
})

t.test('--resume selects the unfinished upload of the same bucket and key', async (t) => {
  const world = await bucketWorld(t, credentials)
  await stopped(world)
  const other = await world.run(
    ['put', 's3://backups/other', '--part-size', '8MiB', '--resume'],
    Buffer.from('x'),
  )
  t.match(other, { code: 0, err: /No upload of "other" to s3:\/\/backups is unfinished/ })
  t.match(await world.run([...PUT, '--resume'], bytes), { code: 0, err: /Resuming the upload / })
  t.equal(world.requests('UploadPart'), 4)
})

t.test('an object of others at the key of an unfinished upload is told before a byte is read', async (t) => {
  const world = await bucketWorld(t, credentials)
  const printed = await stopped(world)
  await world.sdk.send(new PutObjectCommand({ Bucket: 'backups', Key: 'k', Body: 'of others' }))
  const id = /--upload-id=(\S+)/.exec(printed)?.[1] ?? ''
  for (const by of [['--resume'], ['--upload-id', id]])
    t.match(await world.run([...PUT, ...by], bytes), { code: 1, err: /s3:\/\/backups\/k exists/ })
  t.equal(world.requests('UploadPart'), 2)
})

t.test('an object that another command stores meanwhile is not replaced, and may be then', async (t) => {
  const world = await bucketWorld(t, credentials)
  const store = new PutObjectCommand({ Bucket: 'backups', Key: 'other', Body: 'of others' })
  const source = async function* (): AsyncGenerator<Buffer> {
    yield bytes
    while (world.requests('CreateMultipartUpload') === 0) await settled() // it has seen that the key is free
    await world.sdk.send(store)
  }
  const args = ['put', 's3://backups/other', '--part-size', '8MiB']
  const refused = await world.run(args, Readable.from(source()))
  const hint = /The parts are kept\. To replace the object, pipe the same source in again: (.*)\n$/
  t.match(refused, { code: 1, out: '', err: hint })
  const uploadId = /--upload-id=(\S+)/.exec(refused.err)?.[1] ?? ''
  t.match(hint.exec(refused.err)?.[1], ` --overwrite --upload-id=${uploadId} s3://backups/other`)
  t.match((await world.records()).slice(-2), [
    { type: 'completing', uploadId },
    { type: 'rejected', uploadId },
  ])
  t.notMatch((await world.run(['ls', 's3://backups'])).out, /may exist/)
  const sent = world.requests('UploadPart')
  const replaced = await world.run([...args, '--overwrite', '--upload-id', uploadId], bytes)
  t.match(replaced, { code: 0, out: 's3://backups/other\n' })
  t.equal(world.requests('UploadPart'), sent)
})

t.test('a completion without a response is found again, and the source is only compared', async (t) => {
  const world = await bucketWorld(t, credentials)
  const { server, run } = world
  server.faults.add({ operation: 'CompleteMultipartUpload', fault: 'lose-answer', nth: 1 })
  const failed = await run([...PUT, '--retry-for', '0s'], bytes)
  t.match(failed, { code: 3, err: /To resume, pipe the same source in again/ })
  const sent = world.requests('UploadPart')
  t.match(await run([...PUT, '--resume'], bytes), {
    code: 0,
    out: 's3://backups/k\n',
    err: /Nothing was sent/,
  })
  t.equal(world.requests('UploadPart'), sent)
})

t.test('an upload that a lifecycle rule has removed has ended, whatever the account', async (t) => {
  const world = await bucketWorld(t, credentials)
  await stopped(world)
  world.server.faults.add({ operation: 'ListParts', fault: 'expired-upload', nth: 1 })
  t.match(await world.run([...PUT, '--resume'], bytes), { code: 0 })
  t.match(
    (await world.records()).map(({ type }) => type),
    ['begun', 'expired', 'begun', 'completing', 'archive'],
  )
})

t.test('a stream is not resumed whose stored volume was deleted or replaced since', async (t) => {
  const world = await bucketWorld(t, credentials)
  const { server, sdk, run, requests } = world
  const put = [...PUT, '--max-archive-size', '16MiB']
  server.faults.add({ operation: 'UploadPart', fault: 'access-denied', nth: 3 })
  const failed = await run([...put, '--concurrency', '1'], bytes)
  t.match(failed, { code: 3, err: /Volume 1 is stored/ })
  server.faults.clear()
  const id = /--upload-id=(\S+)/.exec(failed.err)?.[1] ?? ''
  const sent = requests('UploadPart')
  const refused = async (err: RegExp): Promise<void> => {
    for (const by of [['--resume'], ['--upload-id', id]])
      t.match(await run([...put, ...by], bytes), { code: 1, out: '', err })
  }
  const k = { Bucket: 'backups', Key: 'k' }
  await sdk.send(new DeleteObjectCommand(k))
  await refused(/s3:\/\/backups\/k, which an earlier run has stored .* is gone\. .*begin a new upload/)
  for (const Body of ['of others', patternBytes(2 * PART, 2)]) {
    await sdk.send(new PutObjectCommand({ ...k, Body, ChecksumAlgorithm: 'SHA256' }))
    await refused(/s3:\/\/backups\/k, which .* was replaced by another object\. .*begin a new upload/)
  }
  t.equal(requests('UploadPart'), sent)
  for (const fault of ['access-denied', 'expired-token'] as const) {
    server.faults.add({ operation: 'HeadObject', fault, nth: 1 })
    const unseen = await run([...put, '--upload-id', id], bytes)
    server.faults.clear()
    t.match(unseen, { code: 0 }, 'without the permission to look, nothing is known of the object')
  }
  t.match(
    await run([...put, '--upload-id', id], bytes),
    { code: 1, err: /was replaced/ },
    'also when all is stored',
  )
})
