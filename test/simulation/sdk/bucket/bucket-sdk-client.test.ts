import t from 'tap'
import { BucketModel } from '../../bucket/bucket-model.js'
import type { ListedBucket } from '../../bucket/listed-bucket.js'
import { passing } from '../../scenario/passing.js'
import { listedWorld, processIn } from '../../service/listed-world.js'
import { turn } from '../../world/scheduler.js'
import { bucketSdkClient, prepareBucketSdk } from './bucket-sdk-client.js'
import { AT, bodyOf, BYTES, on, onEach, parts, read, resultOf } from './port-and-sdk.js'

const HOUR_MS = 3_600_000

/** An object that is archived, restored and read, and each result on the way. */
async function everything(net: ListedBucket): Promise<unknown[]> {
  const { client, world } = net
  const upload = await parts(net, 'GLACIER')
  const { uploadId } = upload
  const first = await client.listParts({ ...AT, uploadId, limit: 2 })
  const lists = [first, await client.listParts({ ...AT, uploadId, marker: first.marker })]
  const stored = await client.completeUpload(upload)
  const described = await client.getAttributes({ ...AT, limit: 2 })
  const pages = [described.items, (await client.getAttributes({ ...AT, marker: described.marker })).items]
  const archived = await client.headObject(AT)
  const restored = [await client.restoreObject({ ...AT, days: 1, tier: 'Bulk' }), await client.headObject(AT)]
  await passing(world, HOUR_MS)
  restored.push(await client.headObject(AT), await client.restoreObject({ ...AT, days: 3 }))
  const ranges = [await read(net, 0, 48), await read(net, 5, 20, archived.etag)]
  const second = await client.createUpload(AT)
  await client.abortUpload({ ...AT, uploadId: second })
  const whole = await client.putObject({ ...AT, ...bodyOf(BYTES), metadata: { a: 'b' } })
  const alone = [await client.headObject(AT), await client.getAttributes(AT), await read(net, 16, 32)]
  return [lists, stored, pages, archived, restored, ranges, whole, alone]
}

/** Facts that HTTP states otherwise: a time has no fractions, and the hash of several parts no number of them. */
function normal(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (name, found: unknown) => (name === 'lastModified' ? undefined : found)),
  )
}

t.before(prepareBucketSdk)

t.test('without faults, each operation gives the same over the SDK as at the port', async (t) => {
  for (const outcomes of [
    {},
    { 'bucket/versions': 'true', 'bucket/plain-etags': 'false' },
    { 'bucket/no-checksums': 'true' },
    { 'bucket/no-checksums': 'true', 'bucket/checksums': 'not-in-lists' },
    { 'bucket/etag-in-attributes': 'false', 'bucket/page-size': '2' },
  ]) {
    const [port, ...overSdk] = await onEach(outcomes, async (net) => {
      const results = await everything(net)
      return normal([...results, net.model.history.records, net.process.requests, net.process.sleeping])
    })
    for (const sdk of overSdk) t.strictSame(sdk, port, JSON.stringify(outcomes))
  }
})

t.test('the hash of an object of several parts has no number of parts in its attributes', async (t) => {
  const [port, sdk] = await onEach({}, async (net) => {
    await net.client.completeUpload(await parts(net))
    return net.client.getAttributes(AT)
  })
  t.match(port, { hash: { parts: 3 }, parts: 3 })
  t.match(sdk, { hash: { sha256: port.hash?.sha256, parts: undefined }, parts: 3 })
})

t.test('a request of which no event is waited for takes one turn of the event loop', async (t) => {
  for (const settings of ['package', 'caller']) {
    const world = listedWorld({ 'upload-1/client': settings })
    const client = bucketSdkClient(processIn(world), new BucketModel(world))
    let settled = 0
    const calls = [
      () => client.headObject(AT),
      () => client.createUpload(AT),
      () => client.putObject({ ...AT, ...bodyOf(BYTES) }),
      () => client.getAttributes(AT),
    ]
    for (const call of calls) {
      const before = settled
      const count = (): number => settled++
      void call().then(count, count)
      await turn()
      t.equal(settled, before + 1)
    }
  }
})

t.test('what the service refuses has the same error', async (t) => {
  const [port, ...overSdk] = await onEach({ 'bucket/dir/a+b c.tar/refused': 'true' }, async (net) => {
    const { client } = net
    const none = { ...AT, uploadId: 'none' }
    const early = [
      await resultOf(net, () => client.headObject(AT)),
      await resultOf(net, () => client.getAttributes(AT)),
      await resultOf(net, () => read(net, 0, 16)),
      await resultOf(net, () => client.restoreObject(AT)),
      await resultOf(net, () => client.listParts(none)),
      await resultOf(net, () => client.abortUpload(none)),
      await resultOf(net, () => client.uploadPart({ ...none, partNumber: 1, ...bodyOf(BYTES) })),
    ]
    const upload = await parts(net, 'GLACIER')
    const wrong = { ...upload, parts: upload.parts.slice(0, 1) }
    const size = { ...upload, hash: undefined, size: 7 }
    return [
      early,
      await resultOf(net, () => client.completeUpload(wrong)),
      await resultOf(net, () => client.completeUpload(size)),
      await resultOf(net, () => client.completeUpload(upload)),
      await resultOf(net, () => client.putObject({ ...AT, ...bodyOf(BYTES), ifAbsent: true })),
      await resultOf(net, () => read(net, 0, 16)),
      await resultOf(net, () => read(net, 0, 16, '"other"')),
      await resultOf(net, () => client.restoreObject({ ...AT, days: 1, tier: 'Expedited' })),
      await resultOf(net, () => client.restoreObject({ ...AT, days: 1 })),
      await resultOf(net, () => client.restoreObject({ ...AT, days: 1 })),
    ]
  })
  for (const sdk of overSdk) t.strictSame(sdk, port)
})

t.test('credentials that may not look at objects have the same error', async (t) => {
  const [port, sdk] = await onEach({ 'bucket/head-denied': 'true', 'bucket/head': 'denied' }, async (net) =>
    resultOf(net, () => net.client.headObject(AT)),
  )
  t.strictSame(sdk, port)
  t.match(sdk, { name: 'AccessDeniedError', status: 403 })
})

t.test('an object of an archive tier states it, and comes back for good', async (t) => {
  const outcomes = {
    'bucket/object-1/archive-tier': 'ARCHIVE_ACCESS',
    'bucket/dir/a+b c.tar/restore-min': '60',
  }
  const [port, sdk] = await onEach(outcomes, async (net) => {
    const { client, world } = net
    await client.completeUpload(await parts(net, 'INTELLIGENT_TIERING'))
    const facts = [await client.headObject(AT)]
    await client.restoreObject({ ...AT, tier: 'Standard' })
    facts.push(await client.headObject(AT))
    await passing(world, 2 * HOUR_MS)
    return [...facts, await client.headObject(AT), await read(net, 0, 48)]
  })
  t.strictSame(normal(sdk), normal(port))
  t.match(sdk, [
    { archiveStatus: 'ARCHIVE_ACCESS' },
    { restore: { isInProgress: true } },
    { archiveStatus: undefined },
  ])
})

t.test('a restore that is seen to run is not requested', async (t) => {
  const outcomes = { 'bucket/dir/a+b c.tar/restore-min': '90' }
  const running = on(bucketSdkClient, outcomes, async (net) => {
    await net.client.completeUpload(await parts(net, 'GLACIER'))
    await net.client.getAttributes(AT)
    await net.client.restoreObject({ ...AT, days: 1 })
    await net.client.headObject(AT)
    await net.client.restoreObject({ ...AT, days: 1 }).catch(() => undefined)
  })
  await t.rejects(running, /a restore is requested only if it is needed: .* which it has seen running/)
})

t.test('operations that the model does not have are refused', async (t) => {
  const calls: ((net: ListedBucket) => Promise<unknown>)[] = [
    ({ client }) => client.listObjects({ bucket: 'backups' }),
    ({ client }) => client.listUploads({ bucket: 'backups' }),
    ({ client }) => client.deleteObject(AT),
    ({ client }) => client.headBucket({ bucket: 'backups' }),
    ({ client }) => client.headObject({ ...AT, bucket: 'others' }),
  ]
  for (const call of calls) await t.rejects(on(bucketSdkClient, {}, call), { message: /^request form: / })
})
