import t from 'tap'
import { ServiceError } from '../../../../lib/errors.js'
import type { RestoreRequest } from '../../../../lib/s3/bucket-requests.js'
import { passing } from '../../scenario/passing.js'
import { bytesOfSize } from '../../service/listed-world.js'
import { sha256Of } from '../bucket-content.js'
import { onBucket, type ListedBucket } from '../listed-bucket.js'

const AT = { bucket: 'backups', key: 'a.tar' }
const BYTES = bytesOfSize(48)
const HOUR_MS = 3_600_000

async function store(
  { client }: ListedBucket,
  storageClass: 'DEEP_ARCHIVE' | 'GLACIER' | 'STANDARD',
): Promise<void> {
  const uploadId = await client.createUpload({ ...AT, storageClass })
  const parts: { partNumber: number; etag: string; sha256: string }[] = []
  for (let partNumber = 1; partNumber <= 3; partNumber++) {
    const bytes = BYTES.subarray(16 * (partNumber - 1), 16 * partNumber)
    const sha256 = sha256Of(bytes)
    const { etag } = await client.uploadPart({ ...AT, uploadId, partNumber, bytes, sha256 })
    parts.push({ partNumber, etag, sha256 })
  }
  await client.completeUpload({ ...AT, uploadId, parts, ifAbsent: true })
}

async function read({ client }: ListedBucket, start = 0, end = 16, ifMatch?: string): Promise<Buffer> {
  const { body } = await client.getObject({ ...AT, range: { start, end }, objectSize: 48, ifMatch })
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const codeOf = (call: Promise<unknown>): Promise<string | undefined> =>
  call.then(
    () => undefined,
    (error: unknown) => (error instanceof ServiceError ? (error.reason ?? error.serviceCode) : String(error)),
  )

const restore = (net: ListedBucket, options: Partial<RestoreRequest> = {}): Promise<boolean> =>
  net.client.restoreObject({ ...AT, days: 1, tier: 'Bulk', ...options })

t.test('an object that is not archived is read in ranges, and none is restored', async (t) => {
  await onBucket({}, async (net) => {
    await store(net, 'STANDARD')
    t.strictSame(await read(net, 16, 48), BYTES.subarray(16))
    t.equal(await codeOf(restore(net)), 'not-archived')
    t.equal(await codeOf(read(net, 0, 16, '"other"')), 'object-changed')
    t.equal(await codeOf(read(net, 48, 64)), 'InvalidRange')
    t.equal(await codeOf(read(net, 40, 56)), 'UnexpectedResponse')
    const { etag = '' } = await net.client.headObject(AT)
    t.strictSame(await read(net, 0, 16, etag), BYTES.subarray(0, 16))
  })
})

t.test('a restore takes time, and its copy is kept until midnight after its days', async (t) => {
  await onBucket({ 'bucket/a.tar/restore-min': '90' }, async (net) => {
    await store(net, 'DEEP_ARCHIVE')
    t.equal(await codeOf(read(net)), 'not-restored')
    t.equal((await net.client.headObject(AT)).restore, undefined)
    t.equal(await codeOf(restore(net, { days: undefined })), 'InvalidArgument')
    t.equal(await codeOf(restore(net, { tier: 'Expedited' })), 'InvalidArgument')
    t.equal(await restore(net), false)
    t.equal(await codeOf(restore(net)), 'restore-in-progress')
    t.strictSame((await net.client.headObject(AT)).restore, { isInProgress: true, expiryDate: undefined })
    t.equal(await codeOf(read(net)), 'not-restored')
    await passing(net.world, 2 * HOUR_MS)
    const expiryDate = '2026-01-03T00:00:00.000Z'
    t.strictSame((await net.client.headObject(AT)).restore, { isInProgress: false, expiryDate })
    t.strictSame(await read(net), BYTES.subarray(0, 16))
    t.equal(await restore(net, { days: 3 }), true)
    await passing(net.world, 60 * HOUR_MS)
    t.strictSame(await read(net), BYTES.subarray(0, 16))
    await passing(net.world, 60 * HOUR_MS)
    t.equal(await codeOf(read(net)), 'not-restored')
  })
})

t.test('a running restore is made faster by choice, and a copy expires or is refused', async (t) => {
  const outcomes = {
    'bucket/a.tar/restore-min': ['300', '2'],
    'bucket/a.tar/made-faster': 'true',
    'bucket/a.tar/copy-refused': 'true',
    'bucket/a.tar/copy-expired': ['false', 'false', 'true'],
  }
  await onBucket(outcomes, async (net) => {
    await store(net, 'GLACIER')
    t.equal(await restore(net), false)
    t.equal(await restore(net, { tier: 'Expedited' }), false)
    await passing(net.world, HOUR_MS)
    t.equal(await codeOf(read(net)), 'not-restored')
    t.strictSame(await read(net), BYTES.subarray(0, 16))
    t.equal(await codeOf(read(net)), 'not-restored')
    t.equal((await net.client.headObject(AT)).restore, undefined)
  })
  await onBucket({ 'bucket/a.tar/refused': 'true', 'bucket/a.tar/unstated': 'true' }, async (net) => {
    await store(net, 'GLACIER')
    t.equal(await codeOf(restore(net, { tier: 'Expedited' })), 'GlacierExpeditedRetrievalNotAvailable')
    t.equal(await restore(net), false)
    t.equal((await net.client.headObject(AT)).restore, undefined)
    await passing(net.world, 30_000)
    t.equal((await net.client.headObject(AT)).restore?.isInProgress, true)
  })
})

t.test('an object is described part by part, with its ETag without quotes', async (t) => {
  await onBucket({ 'bucket/page-size': '2' }, async ({ client, ...net }) => {
    await store({ client, ...net }, 'DEEP_ARCHIVE')
    const { etag = '' } = await client.headObject(AT)
    const first = await client.getAttributes(AT)
    t.match(first, { size: 48, parts: 3, marker: '2', etag: etag.slice(1, -1) })
    const second = await client.getAttributes({ ...AT, marker: first.marker })
    t.strictSame(
      [...first.items, ...second.items].map(({ sha256 }) => sha256),
      [0, 16, 32].map((at) => sha256Of(BYTES.subarray(at, at + 16))),
    )
    t.equal(second.marker, undefined)
  })
  await onBucket({ 'bucket/a.tar/wrong-hash': 'true', 'bucket/etag-in-attributes': 'false' }, async (net) => {
    await store(net, 'DEEP_ARCHIVE')
    const { items, etag } = await net.client.getAttributes(AT)
    t.not(items[0]?.sha256, sha256Of(BYTES.subarray(0, 16)))
    t.equal(etag, undefined)
  })
})

t.test('somebody replaces or deletes an object between two requests', async (t) => {
  await onBucket({ 'bucket/a.tar/replaced': 'true', 'bucket/a.tar/replacement': 'longer' }, async (net) => {
    await store(net, 'STANDARD')
    t.equal((await net.client.getAttributes(AT)).size, 81)
    t.equal(net.model.objects.at(-1)?.who, 'somebody')
  })
  const later = { 'bucket/a.tar/object-deleted-later': 'true', 'bucket/a.tar/object-deleted-later/min': '5' }
  await onBucket(later, async (net) => {
    await store(net, 'GLACIER')
    await restore(net)
    await passing(net.world, HOUR_MS)
    t.equal(await codeOf(read(net)), 'object-not-found')
  })
})

t.test('a range is answered with all bytes, is cut or is damaged', async (t) => {
  const outcomes = {
    'upload-1/getObject/not-a-range': 'true',
    'upload-1/getObject/body-cut': 'true',
    'upload-1/getObject/body-damaged': 'true',
  }
  await onBucket(outcomes, async (net) => {
    await store(net, 'STANDARD')
    const found = [await codeOf(read(net)), await codeOf(read(net)), await codeOf(read(net))]
    t.strictSame(found.toSorted(), ['IncompleteResponse', 'UnexpectedResponse', undefined])
    t.strictSame(await read(net), BYTES.subarray(0, 16), 'the object itself is not changed')
  })
})

t.test('a restore that is seen to run is not requested, nor one of another object', async (t) => {
  const running = onBucket({ 'bucket/a.tar/restore-min': '90' }, async (net) => {
    await store(net, 'GLACIER')
    await restore(net)
    await net.client.headObject(AT)
    await codeOf(restore(net))
  })
  await t.rejects(running, /a restore is requested only if it is needed: .* which it has seen running/)
  const other = onBucket({ 'bucket/a.tar/replaced': ['false', 'true'] }, async (net) => {
    await store(net, 'GLACIER')
    await net.client.getAttributes(AT)
    await net.client.headObject(AT)
    await restore(net)
  })
  await t.rejects(other, /whose object is not the one that it retrieves/)
})
