import { createHash } from 'node:crypto'
import t from 'tap'
import type { PartRequest } from '../../../lib/s3/bucket-requests.js'
import { CompositeHash } from '../../../lib/s3/composite-hash.js'
import { s3Client } from '../../../lib/s3/sdk/s3-client.js'
import { MIB } from '../../../lib/sizes.js'
import { bytesHashed } from '../../helpers/bytes-hashed.js'
import { headers, refusal, scriptedBucket, xml } from '../../helpers/scripted-bucket.js'

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const base64 = (hex: string): string => Buffer.from(hex, 'hex').toString('base64')
const where = { bucket: 'backups', key: 'docs.tar' }

function partOf(bytes: Uint8Array): PartRequest {
  return { ...where, uploadId: 'u', partNumber: 3, bytes, sha256: sha256(bytes) }
}

t.test('a part is sent as it is, with the hash that it has, and hashed by nobody', async (t) => {
  const bytes = Buffer.alloc(8 * MIB + 5, 7)
  const part = partOf(bytes)
  const etag = '"e"'
  const answer = headers(200, { etag, 'x-amz-checksum-sha256': base64(part.sha256) })
  const service = await scriptedBucket(t, answer)
  // The defaults of the SDK compute a CRC32, and send it behind a body in pieces.
  const theirs = service.sdkClient({ requestChecksumCalculation: 'WHEN_SUPPORTED', maxAttempts: 5 })
  const old = service.sdkClient({ requestChecksumCalculation: 'WHEN_REQUIRED', expectContinueHeader: true })
  for (const client of [service.client, s3Client(theirs), s3Client(old)]) {
    service.seen.length = 0
    let found: unknown
    const hashed = await bytesHashed(1000, async () => (found = await client.uploadPart(part)))
    t.strictSame(found, { etag, sha256: part.sha256 })
    t.ok(hashed - bytes.length < 4096, `${hashed} bytes were hashed, those of the server among them`)
    const [request] = service.seen
    t.match(request, {
      method: 'PUT',
      url: '/backups/docs.tar?partNumber=3&uploadId=u&x-id=UploadPart',
      size: bytes.length,
      sha256: part.sha256,
      headers: {
        'content-length': String(bytes.length),
        'x-amz-content-sha256': part.sha256,
        'x-amz-checksum-sha256': base64(part.sha256),
      },
    })
    const names = Object.keys(request?.headers ?? {})
    for (const name of ['expect', 'transfer-encoding', 'x-amz-trailer', 'x-amz-sdk-checksum-algorithm'])
      t.notOk(names.includes(name), name)
    t.notMatch(request?.headers['content-encoding'] ?? '', /aws-chunked/)
    t.strictSame({ ...request?.trailers }, {})
    t.equal(service.seen.length, 1)
  }
})

t.test('an object is stored in one request, with all its properties', async (t) => {
  const service = await scriptedBucket(t, headers(200, { etag: '"e"', 'x-amz-version-id': 'v1' }))
  const bytes = Buffer.from('hello')
  const stored = await service.client.putObject({
    ...where,
    key: 'größe a+b.tar',
    bytes,
    sha256: sha256(bytes),
    ifAbsent: true,
    expectedBucketOwner: '123456789012',
    requesterPays: true,
    storageClass: 'DEEP_ARCHIVE',
    metadata: { 'sha256-tree-hash': 'ab' },
    tags: { project: 'a b', year: '2026' },
    kmsKeyId: 'key-1',
    lock: { mode: 'GOVERNANCE', retainUntil: '2030-01-01T00:00:00Z', legalHold: true },
    contentType: 'application/x-tar',
  })
  t.strictSame(stored, { etag: '"e"', versionId: 'v1', hash: undefined })
  t.match(service.seen, [
    {
      method: 'PUT',
      url: '/backups/gr%C3%B6%C3%9Fe%20a%2Bb.tar?x-id=PutObject',
      text: 'hello',
      headers: {
        'x-amz-content-sha256': sha256(bytes),
        'x-amz-checksum-sha256': base64(sha256(bytes)),
        'if-none-match': '*',
        'x-amz-expected-bucket-owner': '123456789012',
        'x-amz-request-payer': 'requester',
        'x-amz-storage-class': 'DEEP_ARCHIVE',
        'x-amz-meta-sha256-tree-hash': 'ab',
        'x-amz-tagging': 'project=a+b&year=2026',
        'x-amz-server-side-encryption': 'aws:kms',
        'x-amz-server-side-encryption-aws-kms-key-id': 'key-1',
        'x-amz-object-lock-mode': 'GOVERNANCE',
        'x-amz-object-lock-retain-until-date': '2030-01-01T00:00:00Z',
        'x-amz-object-lock-legal-hold': 'ON',
        'content-type': 'application/x-tar',
      },
    },
  ])
})

t.test('without options, an object is stored with the defaults of the bucket', async (t) => {
  const bytes = Buffer.from('hello')
  const hash = { sha256: sha256(bytes), parts: undefined }
  const service = await scriptedBucket(
    t,
    headers(200, { etag: '"e"', 'x-amz-checksum-sha256': base64(hash.sha256) }),
  )
  const lock = { legalHold: false }
  const stored = await service.client.putObject({ ...where, bytes, sha256: hash.sha256, lock })
  t.strictSame(stored, { etag: '"e"', versionId: undefined, hash })
  const names = Object.keys(service.seen[0]?.headers ?? {})
  t.equal(service.seen[0]?.headers['x-amz-object-lock-legal-hold'], 'OFF')
  for (const name of ['if-none-match', 'x-amz-request-payer', 'x-amz-tagging', 'x-amz-storage-class'])
    t.notOk(names.includes(name), name)
})

t.test('an upload is begun with SHA-256, listed page by page, and aborted', async (t) => {
  const sha = 'ab'.repeat(32)
  const service = await scriptedBucket(t, (request, response) => {
    if (request.method === 'POST')
      xml(200, '<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>')(
        request,
        response,
      )
    else if (request.method === 'DELETE') headers(204)(request, response)
    else if (request.url.includes('part-number-marker=1'))
      xml(
        200,
        '<ListPartsResult><IsTruncated>false</IsTruncated><NextPartNumberMarker>2</NextPartNumberMarker></ListPartsResult>',
      )(request, response)
    else
      xml(
        200,
        `<ListPartsResult><IsTruncated>true</IsTruncated><NextPartNumberMarker>1</NextPartNumberMarker>
        <StorageClass>GLACIER</StorageClass><Part><PartNumber>1</PartNumber><Size>5</Size>
        <ETag>&quot;e&quot;</ETag><ChecksumSHA256>${base64(sha)}</ChecksumSHA256></Part></ListPartsResult>`,
      )(request, response)
  })
  const { client } = service
  t.equal(await client.createUpload({ ...where, storageClass: 'GLACIER' }), 'u1')
  t.match(service.seen[0], {
    url: '/backups/docs.tar?uploads=',
    headers: { 'x-amz-checksum-algorithm': 'SHA256', 'x-amz-storage-class': 'GLACIER' },
  })
  const upload = { ...where, uploadId: 'u1' }
  t.strictSame(await client.listParts({ ...upload, limit: 1 }), {
    items: [{ partNumber: 1, size: 5, etag: '"e"', sha256: sha }],
    marker: '1',
    storageClass: 'GLACIER',
  })
  t.strictSame(await client.listParts({ ...upload, marker: '1' }), {
    items: [],
    marker: undefined,
    storageClass: 'STANDARD',
  })
  await client.abortUpload(upload)
  t.match(service.seen.at(-1), {
    method: 'DELETE',
    url: '/backups/docs.tar?uploadId=u1&x-id=AbortMultipartUpload',
  })
})

t.test('a completion lists the parts with their hashes, the composite and the size', async (t) => {
  const hashes = ['aa'.repeat(32), 'bb'.repeat(32)]
  const composite = new CompositeHash()
  for (const hash of hashes) composite.update(hash)
  const hash = composite.digest()
  const wire = `${base64(hash.sha256)}-2`
  const body = `<CompleteMultipartUploadResult><ETag>&quot;e-2&quot;</ETag><ChecksumSHA256>${wire}</ChecksumSHA256></CompleteMultipartUploadResult>`
  const service = await scriptedBucket(t, xml(200, body, { 'x-amz-version-id': 'v2' }))
  const parts = hashes.map((sha, i) => ({ partNumber: i + 1, etag: `"${i}"`, sha256: sha }))
  const upload = { ...where, uploadId: 'u' }
  const found = await service.client.completeUpload({ ...upload, parts, hash, size: 123, ifAbsent: true })
  t.strictSame(found, { etag: '"e-2"', versionId: 'v2', hash })
  t.match(service.seen[0], {
    method: 'POST',
    url: '/backups/docs.tar?uploadId=u',
    headers: {
      'x-amz-checksum-sha256': wire,
      'x-amz-checksum-type': 'COMPOSITE',
      'x-amz-mp-object-size': '123',
      'if-none-match': '*',
    },
  })
  const text = service.seen[0]?.text ?? ''
  t.equal(text.match(/<Part>/g)?.length, 2)
  for (const sha of hashes) t.match(text, `<ChecksumSHA256>${base64(sha)}</ChecksumSHA256>`)

  await service.client.completeUpload({ ...upload, parts: [{ partNumber: 1, etag: '"0"' }] })
  t.notMatch(service.seen[1]?.text, /Checksum/, 'for servers that know no checksums')
  for (const name of ['x-amz-checksum-sha256', 'x-amz-mp-object-size', 'if-none-match'])
    t.equal(service.seen[1]?.headers[name], undefined, name)
})

t.test('a failed part is one request, whatever the client would repeat', async (t) => {
  const service = await scriptedBucket(t, refusal(503, 'SlowDown'))
  const theirs = service.sdkClient({ maxAttempts: 5 })
  for (const client of [service.client, s3Client(theirs)]) {
    service.seen.length = 0
    await t.rejects(client.uploadPart(partOf(Buffer.from('abc'))), {
      name: 'ServiceError',
      serviceCode: 'SlowDown',
      status: 503,
    })
    await t.rejects(client.headObject(where), { name: 'ServiceError', status: 503 })
    t.equal(service.seen.length, 2)
  }
})

t.test('a body is sent no faster than allowed, and each piece is reported', async (t) => {
  const service = await scriptedBucket(t, headers(200, { etag: '"e"' }))
  const bytes = Buffer.alloc(100, 7)
  const taken: number[] = []
  const sent: number[] = []
  const sendLimit = {
    chunkSize: 30,
    take: async (size: number) => {
      taken.push(size)
    },
  }
  await service.client.uploadPart({ ...partOf(bytes), sendLimit, onSent: (size) => sent.push(size) })
  t.strictSame(taken, [30, 30, 30, 10])
  t.strictSame(sent, taken)

  const aborting = new AbortController()
  const never = {
    chunkSize: 30,
    take: (_size: number, signal?: AbortSignal) =>
      new Promise<void>((_resolve, reject) => {
        signal?.addEventListener('abort', () => {
          reject(new Error('woken'))
        })
        aborting.abort(new Error('enough'))
      }),
  }
  const { signal } = aborting
  const ended = { name: 'AbortError', code: 'ABORT_ERR', cause: { message: 'enough' } }
  await t.rejects(service.client.uploadPart({ ...partOf(bytes), sendLimit: never, signal }), ended)
  await t.rejects(service.client.headObject({ ...where, signal }), ended, 'also before it begins')
})

t.test('a response without the fields that are needed is incomplete', async (t) => {
  const service = await scriptedBucket(t, headers(200))
  const incomplete = { code: 'ERR_SERVICE', serviceCode: 'IncompleteResponse' }
  await t.rejects(service.client.uploadPart(partOf(Buffer.from('abc'))), incomplete)
  const list = await scriptedBucket(
    t,
    xml(200, '<ListPartsResult><IsTruncated>true</IsTruncated></ListPartsResult>'),
  )
  await t.rejects(list.client.listParts({ ...where, uploadId: 'u' }), incomplete)
  const part = '<Part><PartNumber>1</PartNumber><ETag>e</ETag></Part>'
  const noSize = await scriptedBucket(t, xml(200, `<ListPartsResult>${part}</ListPartsResult>`))
  await t.rejects(noSize.client.listParts({ ...where, uploadId: 'u' }), incomplete)
  const other = await scriptedBucket(t, xml(200, '<InitiateMultipartUploadResult/>'))
  await t.rejects(other.client.createUpload(where), incomplete)
})

t.test('a completion may state no ETag, or one without quotes, if it names the key', async (t) => {
  const etagAfter = async (fields: string): Promise<string | undefined> => {
    const body = `<CompleteMultipartUploadResult>${fields}</CompleteMultipartUploadResult>`
    const { client } = await scriptedBucket(t, xml(200, body))
    const parts = [{ partNumber: 1, etag: '"e"' }]
    return (await client.completeUpload({ ...where, uploadId: 'u', parts })).etag
  }
  const key = `<Key>${where.key}</Key>`
  t.equal(await etagAfter(`${key}<ETag></ETag>`), undefined)
  t.equal(await etagAfter(key), undefined)
  t.equal(await etagAfter('<ETag>e-1</ETag>'), '"e-1"')
  t.equal(await etagAfter(`${key}<ETag>W/"e"</ETag>`), 'W/"e"')
  for (const fields of ['<Key>other</Key><ETag></ETag>', '<ETag></ETag>', '<ETag>\u00e9</ETag>'])
    await t.rejects(etagAfter(fields), { code: 'ERR_SERVICE', serviceCode: 'IncompleteResponse' })
  const put = await scriptedBucket(t, headers(200))
  const bytes = Buffer.from('abc')
  await t.rejects(put.client.putObject({ ...where, bytes, sha256: 'ab'.repeat(32) }), {
    name: 'ServiceError',
    serviceCode: 'IncompleteResponse',
  })
})

t.test('the composite of another object is no hash of a part', async (t) => {
  for (const wrong of [`${base64('ab'.repeat(32))}-1`, 'x']) {
    const { client } = await scriptedBucket(t, headers(200, { etag: '"e"', 'x-amz-checksum-sha256': wrong }))
    t.strictSame(await client.uploadPart(partOf(Buffer.from('abc'))), { etag: '"e"', sha256: undefined })
  }
})
