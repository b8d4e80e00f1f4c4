import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { LockFolder } from '../../../../lib/fs/lock.js'
import { onlyHeader } from '../../../../lib/local/bucket/auth/only-header.js'
import { announcedBody, trailerNames } from '../../../../lib/local/bucket/body/announced-body.js'
import { makeBucketStores } from '../../../../lib/local/bucket/storage/bucket-stores.js'
import { delayOf, RESTORE_DELAY } from '../../../../lib/local/bucket/storage/restore-delay.js'
import { Disk } from '../../../../lib/local/disk/disk.js'
import { newUploadOrJobId } from '../../../../lib/local/records/identifiers.js'
import { startLocalBucket } from '../../../../lib/local/index.js'
import {
  checksum,
  elementIn,
  localBucketFor,
  sendS3,
  type RawS3Request,
} from '../../../helpers/local-bucket.js'

t.test('requests that clients rarely send', async (t) => {
  const server = await localBucketFor(t, { faults: [{ fault: 'wrong-hash', operation: 'DeleteObject' }] })
  const kms = 'x-amz-server-side-encryption'
  const lock = 'x-amz-object-lock-retain-until-date'
  const chunked = { 'transfer-encoding': 'chunked' }
  await sendS3(server, {
    method: 'PUT',
    path: '/bkt',
    headers: { 'x-amz-bucket-object-lock-enabled': 'true' },
  })
  const created = await sendS3(server, { method: 'POST', path: '/bkt/m?uploads', headers: chunked })
  const id = elementIn(created.text, 'UploadId') ?? ''
  const put = (headers: Readonly<Record<string, string>>): RawS3Request => ({
    method: 'PUT',
    path: '/bkt/k',
    headers,
  })
  const location = '<CreateBucketConfiguration/>'
  const rows: readonly [string, RawS3Request, string][] = [
    [
      'a bucket with XML of an unknown length',
      { method: 'PUT', path: '/chunked', body: location, headers: chunked },
      '200 ',
    ],
    ['a name that no new bucket has', { method: 'GET', path: '/Old_Name/k' }, '404 NoSuchBucket'],
    ['a time without a mode', put({ [lock]: '2099-01-01' }), '400 InvalidArgument'],
    ['a key of KMS', put({ [kms]: 'aws:kms', [`${kms}-aws-kms-key-id`]: 'k' }), '200 '],
    [
      'a key of KMS for another encryption',
      put({ [kms]: 'AES256', [`${kms}-aws-kms-key-id`]: 'k' }),
      '400 InvalidArgument',
    ],
    ['part 1 of an empty object', { method: 'GET', path: '/bkt/k?partNumber=1' }, '206 '],
    ['no attributes', { method: 'GET', path: '/bkt/k?attributes' }, '400 InvalidArgument'],
    ['an upload without parts', { method: 'GET', path: `/bkt/m?uploadId=${id}` }, '200 '],
    [
      'XML of more than 8 MiB',
      { method: 'POST', path: `/bkt/m?uploadId=${id}`, body: Buffer.alloc(8_388_609, ' ') },
      '400 MalformedXML',
    ],
    ['a fault of checksums for a response without any', { method: 'DELETE', path: '/bkt/k' }, '204 '],
  ]
  for (const [name, request, expected] of rows) {
    const { status, code } = await sendS3(server, request)
    t.equal(`${status} ${code}`, expected, name)
  }
  const { hostname, port } = new URL(server.endpoint)
  const socket = connect(Number(port), hostname)
  socket.write('GET / HTTP/1.0\r\n\r\n')
  const [chunk] = (await once(socket, 'data')) as [Buffer]
  t.match(String(chunk), /403 Forbidden[^]*<Code>AccessDenied/)
  socket.destroy()
})

t.test('a part that came while checksums were ignored leaves the object without one', async (t) => {
  const dir = t.testdir({})
  const strict = await localBucketFor(t, { dir })
  const lax = await localBucketFor(t, { dir, partHashes: false })
  await sendS3(strict, { method: 'PUT', path: '/bkt' })
  const headers = { 'x-amz-checksum-algorithm': 'SHA256' }
  const created = await sendS3(strict, { method: 'POST', path: '/bkt/m?uploads', headers })
  const path = `/bkt/m?uploadId=${elementIn(created.text, 'UploadId')}`
  const part = await sendS3(lax, { method: 'PUT', path: `${path}&partNumber=1`, body: 'x' })
  const body = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${String(part.headers.etag)}</ETag></Part></CompleteMultipartUpload>`
  t.equal((await sendS3(lax, { method: 'POST', path, body })).status, 200)
  const head = { method: 'HEAD', path: '/bkt/m', headers: { 'x-amz-checksum-mode': 'ENABLED' } }
  t.notHas((await sendS3(strict, head)).headers, 'x-amz-checksum-sha256')
})

t.test('the attributes of parts have pages, of none as well', async (t) => {
  const server = await localBucketFor(t)
  await sendS3(server, { method: 'PUT', path: '/bkt' })
  const headers = { 'x-amz-checksum-algorithm': 'SHA256' }
  const created = await sendS3(server, { method: 'POST', path: '/bkt/m?uploads', headers })
  const path = `/bkt/m?uploadId=${elementIn(created.text, 'UploadId')}`
  const sum = checksum('x')
  const part = await sendS3(server, {
    method: 'PUT',
    path: `${path}&partNumber=1`,
    body: 'x',
    headers: { 'x-amz-checksum-sha256': sum },
  })
  const body = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${String(part.headers.etag)}</ETag><ChecksumSHA256>${sum}</ChecksumSHA256></Part></CompleteMultipartUpload>`
  await sendS3(server, { method: 'POST', path, body })
  const none = { 'x-amz-object-attributes': 'ObjectParts', 'x-amz-max-parts': '0' }
  const { text } = await sendS3(server, { method: 'GET', path: '/bkt/m?attributes', headers: none })
  t.match(text, /<PartsCount>1<.*<NextPartNumberMarker>0<.*<IsTruncated>true</)
})

t.test('a bucket that was deleted meanwhile gets no upload and no object', async (t) => {
  const disk = new Disk(t.testdir({}))
  await disk.open()
  const context = {
    disk,
    locks: new LockFolder(disk.path('locks')),
    now: Date.now,
    onFailure: t.error.bind(t),
  }
  const { uploads, objects } = makeBucketStores(context, {
    repeatableFor: 0,
    createBuckets: false,
    partHashes: true,
    restoreDelay: 0,
  })
  const settings = { storageClass: 'STANDARD', headers: {}, tags: {} } as const
  const [id, time] = [newUploadOrJobId(), new Date().toISOString()]
  const upload = { uploadId: id, key: 'k', initiated: time, settings, algorithm: null, checksumType: null }
  await t.rejects(uploads.create('bkt', upload), { code: 'NoSuchBucket' })
  const record = {
    key: 'k',
    id,
    size: 0,
    etag: '',
    lastModified: time,
    storedAt: time,
    settings,
    checksum: null,
    partCount: null,
  }
  await t.rejects(objects.publish('bkt', record, disk.path('none')), { code: 'NoSuchBucket' })
})

t.test('the start ends while it waits for a lock', async (t) => {
  const dir = t.testdir({})
  await (await startLocalBucket({ dir })).close()
  const controller = new AbortController()
  await new LockFolder(join(dir, 'locks')).withLock('credentials', async () => {
    const starting = startLocalBucket({ dir, signal: controller.signal })
    setImmediate(() => {
      controller.abort()
    })
    await t.rejects(starting, { code: 'ABORT_ERR' })
  })
})

t.test('headers, by themselves', (t) => {
  t.throws(() => onlyHeader({ headers: { a: ['1', '2'] } }, 'a'), { code: 'InvalidRequest' })
  t.throws(() => announcedBody({}), { code: 'InvalidArgument' })
  t.strictSame([...trailerNames({}), ...trailerNames({ 'x-amz-trailer': 'A, b' })], ['a', 'b'])
  t.equal(delayOf(5, 'GLACIER', 'Bulk'), 5)
  t.equal(delayOf({ bulk: 7 }, 'GLACIER', 'Bulk'), 7)
  t.equal(delayOf({}, 'GLACIER', 'Expedited'), 0)
  t.equal(delayOf({ expedited: 1, standard: 2 }, 'GLACIER', 'Standard'), 2)
  t.equal(delayOf('realistic', 'DEEP_ARCHIVE', 'Bulk'), 172_800_000)
  for (const value of [1, { bulk: 1 }, 'realistic']) RESTORE_DELAY(value, 'restoreDelay', 'test')
  t.throws(() => {
    RESTORE_DELAY('soon', 'restoreDelay', 'test')
  }, TypeError)
  t.end()
})
