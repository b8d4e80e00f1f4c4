import t from 'tap'
import { ServiceError } from '../../../lib/errors.js'
import type { BucketClient } from '../../../lib/s3/bucket-client.js'
import { compositeOfBytes, compositeText, sha256Of } from './bucket-content.js'
import { onBucket, type ListedBucket } from './listed-bucket.js'
import { bytesOfSize, type ListedOutcomes } from '../service/listed-world.js'

const AT = { bucket: 'backups', key: 'a.tar' }
const PARTS = [bytesOfSize(16), bytesOfSize(16).reverse(), Buffer.from('end')]
const WHOLE = Buffer.concat(PARTS)

async function withParts({ client }: ListedBucket): Promise<string> {
  const uploadId = await client.createUpload(AT)
  for (const [i, bytes] of PARTS.entries())
    await client.uploadPart({ ...AT, uploadId, partNumber: i + 1, bytes, sha256: sha256Of(bytes) })
  return uploadId
}

async function complete({ client }: ListedBucket, uploadId: string, ifAbsent = true): Promise<unknown> {
  const { items } = await client.listParts({ ...AT, uploadId })
  return client.completeUpload({ ...AT, uploadId, parts: items, size: WHOLE.length, ifAbsent })
}

const failureOf = async (call: Promise<unknown>): Promise<ServiceError> => {
  const error: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (error instanceof ServiceError) return error
  throw new Error('The call did not fail with a ServiceError.', { cause: error })
}

const put = (client: BucketClient, text: string, ifAbsent: boolean): Promise<unknown> => {
  const bytes = Buffer.from(text)
  return client.putObject({ ...AT, bytes, sha256: sha256Of(bytes), ifAbsent })
}

t.test('without faults, parts become an object with their composite', async (t) => {
  await onBucket({}, async (net) => {
    const uploadId = await withParts(net)
    const hash = compositeOfBytes(WHOLE, 16)
    const stored = (await complete(net, uploadId)) as { readonly hash: { sha256: string; parts: number } }
    t.equal(compositeText(stored.hash), hash)
    t.match(await net.client.headObject(AT), { size: WHOLE.length, hash: stored.hash, versionId: undefined })
    t.strictSame(Buffer.from(net.model.objectAt(AT.key)?.bytes ?? []), WHOLE)
    t.equal((await failureOf(net.client.listParts({ ...AT, uploadId }))).reason, 'upload-not-found')
    t.equal((await failureOf(net.client.abortUpload({ ...AT, uploadId }))).reason, 'upload-not-found')
  })
})

t.test('a completion is repeated: the same object, a refusal, or no upload', async (t) => {
  const parts = (net: ListedBucket, uploadId: string): Promise<unknown> => {
    const list = PARTS.map((bytes, i) => {
      const etag = net.model.uploads.get(uploadId)?.parts.get(i + 1)?.etag ?? ''
      return { partNumber: i + 1, etag, sha256: sha256Of(bytes) }
    })
    return net.client.completeUpload({ ...AT, uploadId, parts: list, ifAbsent: true })
  }
  await onBucket({}, async (net) => {
    const uploadId = await withParts(net)
    t.strictSame(await parts(net, uploadId), await parts(net, uploadId))
    t.equal(net.model.objects.length, 1)
  })
  await onBucket({ 'bucket/upload-1/forgotten': 'true' }, async (net) => {
    const uploadId = await withParts(net)
    await parts(net, uploadId)
    t.equal((await failureOf(parts(net, uploadId))).reason, 'upload-not-found')
  })
  await onBucket({ 'bucket/upload-1/own-object': 'true' }, async (net) => {
    const uploadId = await withParts(net)
    await parts(net, uploadId)
    t.equal((await failureOf(parts(net, uploadId))).reason, 'exists')
  })
})

t.test('a conditional write is refused while an object exists, or by a conflict', async (t) => {
  await onBucket(
    { 'bucket/a.tar/conflict': ['true', 'false', 'true'], 'bucket/upload-1/unusable': 'true' },
    async (net) => {
      t.match(await failureOf(put(net.client, 'x', true)), { status: 409, reason: 'conditional-conflict' })
      await put(net.client, 'x', false)
      t.match(await failureOf(put(net.client, 'y', true)), { status: 412, reason: 'exists' })
      const uploadId = await withParts(net)
      t.equal((await failureOf(complete(net, uploadId))).status, 409)
      t.equal((await failureOf(complete(net, uploadId))).reason, 'upload-not-found', 'it is unusable now')
      t.equal(net.model.objectAt(AT.key)?.bytes.length, 1)
    },
  )
})

t.test('the parts of a completion must be those that the upload has', async (t) => {
  await onBucket({}, async (net) => {
    const uploadId = await withParts(net)
    const { items } = await net.client.listParts({ ...AT, uploadId })
    const [first, second, last] = items
    if (!first || !second || !last) throw new Error('Three parts are listed.')
    const rows = [
      ['InvalidRequest', { parts: [] }],
      ['InvalidPartOrder', { parts: [second] }],
      ['InvalidPart', { parts: [{ ...first, etag: '"other"' }] }],
      ['InvalidPart', { parts: [{ ...first, sha256: 'f'.repeat(64) }] }],
      ['InvalidRequest', { parts: [{ partNumber: 1, etag: first.etag }] }],
      ['InvalidRequest', { parts: items, size: 1 }],
      ['BadDigest', { parts: items, hash: { sha256: 'f'.repeat(64), parts: 3 } }],
    ] as const
    for (const [code, given] of rows)
      t.equal((await failureOf(net.client.completeUpload({ ...AT, uploadId, ...given }))).serviceCode, code)
    const short = Buffer.from('x')
    await net.client.uploadPart({ ...AT, uploadId, partNumber: 2, bytes: short, sha256: sha256Of(short) })
    t.equal((await failureOf(complete(net, uploadId))).serviceCode, 'EntityTooSmall')
  })
})

t.test('a part has its hash, its number and its size, and a lifecycle rule removes uploads', async (t) => {
  await onBucket({ 'bucket/upload-2/removed': 'true' }, async (net) => {
    const uploadId = await net.client.createUpload(AT)
    const send = (partNumber: number, bytes: Buffer, sha256 = sha256Of(bytes)): Promise<unknown> =>
      net.client.uploadPart({ ...AT, uploadId, partNumber, bytes, sha256 })
    t.equal((await failureOf(send(7, WHOLE))).serviceCode, 'InvalidArgument')
    t.equal((await failureOf(send(1, Buffer.alloc(65)))).serviceCode, 'EntityTooLarge')
    t.equal(net.world.failure, undefined)
    const second = await net.client.createUpload(AT)
    t.equal((await failureOf(net.client.listParts({ ...AT, uploadId: second }))).reason, 'upload-not-found')
  })
})

t.test('a list comes in pages, and a server may state no checksums', async (t) => {
  const outcomes = {
    ...{ 'bucket/page-size': '2', 'bucket/no-checksums': 'true', 'bucket/checksums': 'not-in-lists' },
    ...{
      'bucket/listParts/short-page': 'true',
      'bucket/listParts/page-length': '1',
      'bucket/plain-etags': 'false',
    },
  }
  await onBucket(outcomes, async (net) => {
    const uploadId = await withParts(net)
    const first = await net.client.listParts({ ...AT, uploadId })
    t.match(first, { items: [{ partNumber: 1, size: 16, sha256: undefined }], marker: '1' })
    const second = await net.client.listParts({ ...AT, uploadId, marker: '1' })
    t.match(second, { items: [{ partNumber: 2 }, { partNumber: 3 }], marker: undefined })
  })
})

t.test('HEAD may be denied, and an object may be deleted by somebody', async (t) => {
  await onBucket(
    { 'bucket/head-denied': 'true', 'bucket/a.tar/deleted': 'true', 'bucket/versions': 'true' },
    async (net) => {
      t.equal((await failureOf(net.client.headObject(AT))).status, 403)
      await put(net.client, 'x', true)
      t.match(await net.client.headObject(AT), { size: 1, versionId: 'version-1' })
      await put(net.client, 'y', true)
      t.match(net.model.objects, [{ endedMs: Number }, { replaced: undefined, endedMs: undefined }])
    },
  )
  await onBucket({ 'bucket/head-denied': 'true', 'bucket/head': 'denied' }, async (net) => {
    await put(net.client, 'x', true)
    t.equal((await failureOf(net.client.headObject(AT))).status, 403)
  })
  await onBucket({}, async (net) => {
    t.match(await failureOf(net.client.headObject(AT)), { status: 404, reason: 'object-not-found' })
  })
})

t.test('faults have the codes of the service', async (t) => {
  const rows: readonly (readonly [ListedOutcomes, object])[] = [
    [{ 'upload-1/putObject/throttled': 'true' }, { serviceCode: 'SlowDown', status: 503 }],
    [{ 'upload-1/putObject/server-error': 'true' }, { serviceCode: 'InternalError', status: 500 }],
    [{ 'upload-1/putObject/slow-request': 'true' }, { serviceCode: 'RequestTimeout', status: 400 }],
    [{ 'upload-1/putObject/credentials-expired': 'true' }, { reason: 'credentials-expired' }],
    [{ 'upload-1/putObject/body-damaged': 'true' }, { reason: 'body-hash-mismatch' }],
    [{ 'upload-1/putObject/response-lost': 'true' }, { serviceCode: 'ECONNRESET' }],
  ]
  for (const [outcomes, error] of rows)
    await onBucket(outcomes, async ({ client }) => {
      t.match(await failureOf(put(client, 'x', true)), error)
    })
  for (const isCarriedOut of [true, false]) {
    const outcomes = {
      'upload-1/completeUpload/error-in-success': 'true',
      'upload-1/completeUpload/carried-out': String(isCarriedOut),
    }
    await onBucket(outcomes, async (net) => {
      const uploadId = await withParts(net)
      t.match(await failureOf(complete(net, uploadId)), { serviceCode: 'InternalError', status: 500 })
      t.equal(net.model.objects.length, isCarriedOut ? 1 : 0)
    })
  }
})

t.test('a part that is late replaces a newer one of its number', async (t) => {
  await onBucket({ 'upload-1/uploadPart/part-late': ['true'] }, async (net) => {
    const uploadId = await net.client.createUpload(AT)
    const send = (text: string): Promise<unknown> => {
      const bytes = Buffer.from(text)
      return net.client.uploadPart({ ...AT, uploadId, partNumber: 1, bytes, sha256: sha256Of(bytes) })
    }
    await failureOf(send('older'))
    t.strictSame((await net.client.listParts({ ...AT, uploadId })).items, [])
    await send('newer')
    t.match((await net.client.listParts({ ...AT, uploadId })).items, [
      { sha256: sha256Of(Buffer.from('older')) },
    ])
  })
})
