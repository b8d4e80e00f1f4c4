import { createHash } from 'node:crypto'
import type { Test } from 'tap'
import { CompositeHash } from '../../lib/s3/composite-hash.js'
import { MIB } from '../../lib/sizes.js'
import { itemsOf } from '../../lib/store/paging.js'
import type { BucketTest } from './bucket-tests.js'
import type { OtherBucket } from './other-server.js'

// The client of S3: one request for each call.

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const HELLO = Buffer.from('hello world')

async function testObjects(t: Test, { client, bucket, ways }: OtherBucket): Promise<void> {
  const where = { bucket, key: 'dir/größe a+b%41.tar' }
  t.equal(await client.headBucket({ bucket }), ways.namesRegion ? 'us-east-1' : undefined)
  await t.rejects(client.headBucket({ bucket: 'missing' }), {
    name: 'NotFoundError',
    reason: 'bucket-not-found',
  })
  await t.rejects(client.headObject(where), { name: 'NotFoundError', reason: 'object-not-found' })

  const storageClass = ways.archiveClass ?? 'STANDARD'
  const properties = { storageClass, metadata: { x: 'y' }, tags: { a: 'b c' } } as const
  const put = { ...where, ...properties, bytes: HELLO, sha256: hashOf(HELLO), ifAbsent: true }
  const { etag } = await client.putObject(put)
  t.match(etag, /^"[0-9a-f]{32}"$/)
  await t.rejects(client.putObject(put), { name: 'ServiceError', status: 412, reason: 'exists' })
  t.match(await client.headObject(where), { size: 11, etag, storageClass, metadata: { x: 'y' } })
  t.match(await client.listObjects({ bucket, prefix: 'dir/' }), {
    items: [{ key: where.key, size: 11, etag }],
  })

  if (ways.archiveClass !== undefined) {
    const request = client.getObject({ ...where, range: { start: 6, end: 11 } })
    await t.rejects(request, { name: 'ServiceError', reason: 'not-restored' })
    t.equal(await client.restoreObject({ ...where, days: 1, tier: 'Bulk' }), false)
    t.equal(await client.restoreObject({ ...where, days: 2 }), true)
    t.match(await client.headObject(where), { restore: { isInProgress: false } })
  }
  const { body } = await client.getObject({ ...where, range: { start: 6, end: 11 }, objectSize: 11 })
  const pieces: Uint8Array[] = []
  for await (const piece of body) pieces.push(piece)
  t.equal(Buffer.concat(pieces).toString(), 'world')
  await t.rejects(client.getObject({ ...where, range: { start: 50, end: 60 } }), {
    name: 'ServiceError',
    status: 416,
  })

  const other = client.deleteObject({ ...where, ifMatch: '"other"' })
  if (ways.deletesIfMatch) await t.rejects(other, { name: 'ServiceError', reason: 'object-changed' })
  else await other
  t.equal((await client.listObjects({ bucket })).items.length, ways.deletesIfMatch ? 1 : 0)
  await client.deleteObject(where)
  await client.deleteObject(where)
  await t.rejects(client.headObject(where), { name: 'NotFoundError' })
}

async function testUploads(t: Test, { client, bucket, ways }: OtherBucket): Promise<void> {
  const where = { bucket, key: 'docs.tar' }
  const parts = [Buffer.alloc(8 * MIB, 1), Buffer.alloc(8 * MIB, 2), Buffer.from('end')]
  const composite = new CompositeHash()
  for (const part of parts) composite.update(hashOf(part))
  const send = async (): Promise<string> => {
    const uploadId = await client.createUpload({ ...where, storageClass: ways.archiveClass })
    for (const [i, bytes] of parts.entries())
      await client.uploadPart({ ...where, uploadId, partNumber: i + 1, bytes, sha256: hashOf(bytes) })
    return uploadId
  }
  const complete = async (uploadId: string): Promise<unknown> => {
    const listed: { partNumber: number; etag: string; sha256: string }[] = []
    for await (const { partNumber, size, etag } of itemsOf((page) =>
      client.listParts({ ...where, uploadId, ...page, limit: 1 }),
    )) {
      const part = parts[partNumber - 1] ?? Buffer.alloc(0)
      t.equal(size, part.length)
      listed.push({ partNumber, etag, sha256: hashOf(part) })
    }
    t.equal(listed.length, parts.length)
    const content = { hash: composite.digest(), size: 16 * MIB + 3 }
    return client.completeUpload({ ...where, uploadId, parts: listed, ...content, ifAbsent: true })
  }
  const first = await send()
  t.match(await client.listUploads({ bucket }), {
    items: [{ key: 'docs.tar', uploadId: first }],
    marker: undefined,
  })
  await complete(first)
  const storageClass = ways.archiveClass ?? 'STANDARD'
  t.match(await client.headObject(where), { size: 16 * MIB + 3, storageClass, etag: /-3"$/ })

  const second = await send()
  if (ways.completesIfAbsent) {
    await t.rejects(complete(second), { name: 'ServiceError', status: 412, reason: 'exists' })
    await client.abortUpload({ ...where, uploadId: second })
  } else {
    await complete(second)
  }
  await t.rejects(client.listParts({ ...where, uploadId: second }), {
    name: 'NotFoundError',
    reason: 'upload-not-found',
  })
  await testSmallParts(t, client, bucket)
}

async function testSmallParts(t: Test, client: OtherBucket['client'], bucket: string): Promise<void> {
  const where = { bucket, key: 'small' }
  const upload = { ...where, uploadId: await client.createUpload(where) }
  const sent = []
  for (const partNumber of [1, 2]) {
    const { etag } = await client.uploadPart({ ...upload, partNumber, bytes: HELLO, sha256: hashOf(HELLO) })
    sent.push({ partNumber, etag, sha256: hashOf(HELLO) })
  }
  await t.rejects(client.completeUpload({ ...upload, parts: sent }), {
    name: 'ServiceError',
    serviceCode: 'EntityTooSmall',
    reason: 'completion-refused',
  })
  await client.abortUpload(upload)
  await t.rejects(client.abortUpload(upload), { name: 'NotFoundError', reason: 'upload-not-found' })
}

async function testLists(t: Test, { client, bucket }: OtherBucket): Promise<void> {
  const made: string[] = []
  for (const key of ['a b', 'a b', 'ä', 'c']) made.push(await client.createUpload({ bucket, key }))
  const listed: string[] = []
  for await (const { uploadId } of itemsOf((page) => client.listUploads({ bucket, ...page, limit: 2 })))
    listed.push(uploadId)
  t.strictSame(listed.sort(), made.sort(), 'each upload is on one page')
  const keys = ['%41', 'a b', 'c&d', 'ü']
  for (const key of keys) await client.putObject({ bucket, key, bytes: HELLO, sha256: hashOf(HELLO) })
  const found: string[] = []
  for await (const { key } of itemsOf((page) => client.listObjects({ bucket, ...page, limit: 3 })))
    found.push(key)
  t.strictSame(found, keys)
}

async function testChecks(t: Test, { client, clientWith, bucket, ways }: OtherBucket): Promise<void> {
  const where = { bucket, key: 'k' }
  const wrong = { ...where, bytes: HELLO, sha256: hashOf(Buffer.from('other')) }
  const other = { accessKeyId: 'nobody', secretAccessKey: 'x' }
  const stranger = clientWith({ credentials: other })
  if (!ways.checksBodies) {
    await client.putObject(wrong)
    await stranger.headObject(where)
    return
  }
  const mismatch = { name: 'ServiceError', reason: 'body-hash-mismatch' }
  await t.rejects(client.putObject(wrong), mismatch)
  const upload = { ...where, uploadId: await client.createUpload(where) }
  await t.rejects(client.uploadPart({ ...upload, ...wrong, partNumber: 1 }), mismatch)
  t.strictSame((await client.listParts(upload)).items, [])
  const rejected = { name: 'CredentialsError', reason: 'credentials-rejected' }
  await t.rejects(stranger.listUploads({ bucket }), rejected)
}

/** The tests of the client. */
export const clientTests: readonly BucketTest[] = [
  ['objects are stored, described, restored, fetched and deleted', testObjects],
  ['an upload is sent, listed, completed once, and not over an object', testUploads],
  ['objects and uploads are listed page by page, whatever their keys', testLists],
  ['a body with another hash and a wrong key are refused by those who check them', testChecks],
]
