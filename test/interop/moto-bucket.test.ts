import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import t, { type Test } from 'tap'
import { CompositeHash } from '../../lib/s3/composite-hash.js'
import { s3Client } from '../../lib/s3/sdk/s3-client.js'
import type { SdkBucketClient } from '../../lib/s3/sdk/sdk-bucket-client.js'
import { MIB } from '../../lib/sizes.js'
import { itemsOf } from '../../lib/store/paging.js'

// The client of S3 against `moto_server`, an implementation that others have written. It checks no hashes: those are
// checked by the local bucket.

const execute = promisify(execFile)
const isInstalled = await execute('moto_server', ['--help']).then(
  () => true,
  () => false,
)
const skip = !isInstalled && 'moto_server is not installed: pip install "moto[server]"'

const bucket = 'backups'
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Starts moto on a free port of loopback, with a bucket, until the test ends. */
async function motoFor(test: Test): Promise<SdkBucketClient> {
  const server = spawn('moto_server', ['-H', '127.0.0.1', '-p', '0'], { stdio: ['ignore', 'ignore', 'pipe'] })
  const closed = once(server, 'close')
  test.teardown(async () => {
    server.kill()
    await closed
  })
  let endpoint = ''
  const lines = createInterface(server.stderr)
  for await (const line of lines) {
    endpoint = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0] ?? ''
    if (endpoint !== '') break
  }
  server.stderr.resume() // it logs each request
  const settings = { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } }
  const theirs = new S3Client({ ...settings, forcePathStyle: true })
  await theirs.send(new CreateBucketCommand({ Bucket: bucket }))
  theirs.destroy()
  const client = s3Client(settings)
  test.teardown(() => {
    client.destroy()
  })
  return client
}

t.test('objects are stored, described, restored, fetched and deleted', { skip }, async (t) => {
  const client = await motoFor(t)
  const where = { bucket, key: 'dir/größe a+b%41.tar' }
  t.equal(await client.headBucket({ bucket }), 'us-east-1')
  await t.rejects(client.headBucket({ bucket: 'missing' }), {
    name: 'NotFoundError',
    reason: 'bucket-not-found',
  })
  await t.rejects(client.headObject(where), { name: 'NotFoundError', reason: 'object-not-found' })

  const bytes = Buffer.from('hello world')
  const properties = { storageClass: 'DEEP_ARCHIVE', metadata: { x: 'y' }, tags: { a: 'b c' } } as const
  const put = { ...where, ...properties, bytes, sha256: sha256(bytes), ifAbsent: true }
  await client.putObject(put)
  await t.rejects(client.putObject(put), { name: 'ServiceError', status: 412, reason: 'exists' })
  t.match(await client.headObject(where), { size: 11, storageClass: 'DEEP_ARCHIVE', metadata: { x: 'y' } })
  t.match(await client.listObjects({ bucket, prefix: 'dir/' }), { items: [{ key: where.key, size: 11 }] })

  const range = { start: 6, end: 11 }
  await t.rejects(client.getObject({ ...where, range }), { name: 'ServiceError', reason: 'not-restored' })
  t.equal(await client.restoreObject({ ...where, days: 1, tier: 'Bulk' }), false)
  t.equal(await client.restoreObject({ ...where, days: 2 }), true)
  t.match(await client.headObject(where), { restore: { isInProgress: false } })
  const { body } = await client.getObject({ ...where, range, objectSize: 11 })
  const pieces: Uint8Array[] = []
  for await (const piece of body) pieces.push(piece)
  t.equal(Buffer.concat(pieces).toString(), 'world')
  await t.rejects(client.getObject({ ...where, range: { start: 50, end: 60 } }), {
    name: 'ServiceError',
    status: 416,
  })

  await client.deleteObject(where)
  await client.deleteObject(where)
  await t.rejects(client.headObject(where), { name: 'NotFoundError' })
})

t.test('an upload is sent, listed, completed once, and not over an object', { skip }, async (t) => {
  const client = await motoFor(t)
  const where = { bucket, key: 'docs.tar' }
  const parts = [Buffer.alloc(8 * MIB, 1), Buffer.alloc(8 * MIB, 2), Buffer.from('end')]
  const composite = new CompositeHash()
  for (const part of parts) composite.update(sha256(part))
  const send = async (): Promise<string> => {
    const uploadId = await client.createUpload({ ...where, storageClass: 'GLACIER' })
    for (const [i, bytes] of parts.entries())
      await client.uploadPart({ ...where, uploadId, partNumber: i + 1, bytes, sha256: sha256(bytes) })
    return uploadId
  }
  const complete = async (uploadId: string): Promise<unknown> => {
    const listed: { partNumber: number; etag: string; sha256: string }[] = []
    for await (const { partNumber, size, etag } of itemsOf((page) =>
      client.listParts({ ...where, uploadId, ...page, limit: 1 }),
    )) {
      const part = parts[partNumber - 1] ?? Buffer.alloc(0)
      t.equal(size, part.length)
      listed.push({ partNumber, etag, sha256: sha256(part) })
    }
    t.equal(listed.length, parts.length)
    const size = 16 * MIB + 3
    return client.completeUpload({
      ...where,
      uploadId,
      parts: listed,
      hash: composite.digest(),
      size,
      ifAbsent: true,
    })
  }
  const first = await send()
  t.match(await client.listUploads({ bucket }), {
    items: [{ key: 'docs.tar', uploadId: first }],
    marker: undefined,
  })
  t.match(await complete(first), { etag: /-3"$/ })
  t.match(await client.headObject(where), { size: 16 * MIB + 3, storageClass: 'GLACIER' })

  const second = await send()
  await t.rejects(complete(second), { name: 'ServiceError', status: 412, reason: 'exists' })
  await client.abortUpload({ ...where, uploadId: second })
  await t.rejects(client.listParts({ ...where, uploadId: second }), {
    name: 'NotFoundError',
    reason: 'upload-not-found',
  })

  const small = await client.createUpload({ ...where, key: 'small' })
  const upload = { ...where, key: 'small', uploadId: small }
  const bytes = Buffer.from('abc')
  const sent = []
  for (const partNumber of [1, 2]) {
    const { etag } = await client.uploadPart({ ...upload, partNumber, bytes, sha256: sha256(bytes) })
    sent.push({ partNumber, etag, sha256: sha256(bytes) })
  }
  await t.rejects(client.completeUpload({ ...upload, parts: sent }), {
    name: 'ServiceError',
    serviceCode: 'EntityTooSmall',
    reason: 'completion-refused',
  })
})
