import t from 'tap'
import { headers, refusal, scriptedBucket, xml, type BucketAnswer } from '../../helpers/scripted-bucket.js'

const where = { bucket: 'backups', key: 'docs.tar' }
const SHA = 'ab'.repeat(32)
const WIRE = Buffer.from(SHA, 'hex').toString('base64')
const DATE = 'Fri, 21 Dec 2029 00:00:00 GMT'

t.test('an object is described with its hash, its class, its metadata and its restore', async (t) => {
  const service = await scriptedBucket(
    t,
    headers(200, {
      'content-length': '123456789012',
      etag: '"e-3"',
      'last-modified': DATE,
      'x-amz-version-id': 'v',
      'x-amz-storage-class': 'DEEP_ARCHIVE',
      'x-amz-checksum-sha256': `${WIRE}-3`,
      'x-amz-checksum-type': 'COMPOSITE',
      'x-amz-meta-sha256-tree-hash': 'cd',
      'x-amz-restore': `ongoing-request="false", expiry-date="${DATE}"`,
      'x-amz-server-side-encryption': 'aws:kms',
    }),
  )
  t.strictSame(await service.client.headObject({ ...where, versionId: 'v' }), {
    size: 123_456_789_012,
    etag: '"e-3"',
    versionId: 'v',
    storageClass: 'DEEP_ARCHIVE',
    lastModified: '2029-12-21T00:00:00.000Z',
    hash: { sha256: SHA, parts: 3 },
    metadata: { 'sha256-tree-hash': 'cd' },
    restore: { isInProgress: false, expiryDate: '2029-12-21T00:00:00.000Z' },
    archiveStatus: undefined,
    encryption: 'aws:kms',
  })
  t.match(service.seen, [
    { method: 'HEAD', url: '/backups/docs.tar?versionId=v', headers: { 'x-amz-checksum-mode': 'ENABLED' } },
  ])
})

t.test('an object without any of these is of the class STANDARD', async (t) => {
  const { client } = await scriptedBucket(t, headers(200, { 'x-amz-restore': 'ongoing-request="true"' }))
  t.match(await client.headObject(where), {
    size: 0,
    etag: undefined,
    storageClass: 'STANDARD',
    hash: undefined,
    restore: { isInProgress: true, expiryDate: undefined },
  })
  const archived = await scriptedBucket(
    t,
    headers(200, { 'x-amz-archive-status': 'ARCHIVE_ACCESS', 'x-amz-restore': 'x' }),
  )
  t.match(await archived.client.headObject(where), { archiveStatus: 'ARCHIVE_ACCESS', restore: undefined })
})

t.test('a restore is started with days and tier, or finds the object restored', async (t) => {
  const statuses = [202, 200]
  const service = await scriptedBucket(t, (request, response) => {
    headers(statuses.shift() ?? 500)(request, response)
  })
  t.equal(await service.client.restoreObject({ ...where, days: 3, tier: 'Bulk' }), false)
  t.equal(await service.client.restoreObject({ ...where, days: 1 }), true)
  const [first, second] = service.seen
  t.match(first, { method: 'POST', url: '/backups/docs.tar?restore=' })
  t.match(first?.text, /<Days>3<\/Days>.*<Tier>Bulk<\/Tier>/)
  t.notMatch(second?.text, /Tier/)
  const running = await scriptedBucket(t, refusal(409, 'RestoreAlreadyInProgress'))
  await t.rejects(running.client.restoreObject({ ...where, days: 1 }), {
    name: 'ServiceError',
    reason: 'restore-in-progress',
  })
})

t.test('an object is deleted, or one version of it', async (t) => {
  const service = await scriptedBucket(t, headers(204))
  await service.client.deleteObject({ ...where, versionId: 'v' })
  t.match(service.seen, [{ method: 'DELETE', url: '/backups/docs.tar?versionId=v&x-id=DeleteObject' }])
})

t.test('an object is deleted only if it has an ETag', async (t) => {
  const service = await scriptedBucket(t, headers(204))
  await service.client.deleteObject({ ...where, ifMatch: '"e"' })
  t.match(service.seen, [{ method: 'DELETE', headers: { 'if-match': '"e"' } }])
  for (const [status, code, expected] of [
    [
      412,
      'PreconditionFailed',
      { name: 'ServiceError', reason: 'object-changed', message: /the new one is kept/ },
    ],
    [404, 'NoSuchKey', { name: 'NotFoundError', reason: 'object-not-found' }],
  ] as const) {
    const other = await scriptedBucket(t, refusal(status, code))
    await t.rejects(other.client.deleteObject({ ...where, ifMatch: '"e"' }), expected)
  }
})

t.test('a bucket states its region', async (t) => {
  const service = await scriptedBucket(t, headers(200, { 'x-amz-bucket-region': 'eu-west-1' }))
  const request = { bucket: 'backups', expectedBucketOwner: '123456789012' }
  t.equal(await service.client.headBucket(request), 'eu-west-1')
  t.match(service.seen, [
    { method: 'HEAD', url: '/backups', headers: { 'x-amz-expected-bucket-owner': '123456789012' } },
  ])
  const silent = await scriptedBucket(t, headers(200))
  t.equal(await silent.client.headBucket(request), undefined)
})

t.test('the parts of an object are listed with their hashes, page by page', async (t) => {
  const parts = `<ObjectParts><IsTruncated>true</IsTruncated><NextPartNumberMarker>1</NextPartNumberMarker>
    <PartsCount>2</PartsCount><Part><PartNumber>1</PartNumber><Size>5</Size>
    <ChecksumSHA256>${WIRE}</ChecksumSHA256></Part></ObjectParts>`
  const facts = `<ETag>e-2</ETag><Checksum><ChecksumSHA256>${WIRE}-2</ChecksumSHA256></Checksum>
    <StorageClass>GLACIER</StorageClass><ObjectSize>9</ObjectSize>`
  const body = `<GetObjectAttributesResponse>${facts}${parts}</GetObjectAttributesResponse>`
  const service = await scriptedBucket(t, xml(200, body, { 'x-amz-version-id': 'v' }))
  t.strictSame(await service.client.getAttributes({ ...where, limit: 1, marker: '0' }), {
    items: [{ partNumber: 1, size: 5, sha256: SHA }],
    marker: '1',
    size: 9,
    etag: 'e-2',
    versionId: 'v',
    storageClass: 'GLACIER',
    hash: { sha256: SHA, parts: 2 },
    parts: 2,
  })
  t.match(service.seen, [
    {
      url: '/backups/docs.tar?attributes=',
      headers: {
        'x-amz-max-parts': '1',
        'x-amz-part-number-marker': '0',
        'x-amz-object-attributes': /ObjectParts/,
      },
    },
  ])
  const short = await scriptedBucket(
    t,
    xml(200, '<GetObjectAttributesResponse><ObjectSize>9</ObjectSize></GetObjectAttributesResponse>'),
  )
  t.match(await short.client.getAttributes(where), {
    items: { length: 0 },
    marker: undefined,
    parts: undefined,
    hash: undefined,
  })
})

t.test('objects are listed with all the keys that the service may have', async (t) => {
  const row = (key: string): string =>
    `<Contents><Key>${key}</Key><Size>5</Size><ETag>&quot;e&quot;</ETag><LastModified>2029-12-21T00:00:00.000Z</LastModified></Contents>`
  const more = '<IsTruncated>true</IsTruncated><NextContinuationToken>t+/=</NextContinuationToken>'
  const answer: BucketAnswer = (request, response) => {
    const isLast = request.url.includes('continuation-token')
    const encoding = isLast ? '' : '<EncodingType>url</EncodingType>'
    const rows = isLast ? row('a%41+b') : `${more}${row('a%01%2B+b/%C3%A4')}`
    xml(200, `<ListBucketResult>${encoding}${rows}</ListBucketResult>`)(request, response)
  }
  const service = await scriptedBucket(t, answer)
  const first = await service.client.listObjects({ bucket: 'backups', prefix: 'a', limit: 1 })
  t.strictSame(first, {
    items: [
      {
        key: 'a\x01+ b/ä',
        size: 5,
        etag: '"e"',
        storageClass: 'STANDARD',
        lastModified: '2029-12-21T00:00:00.000Z',
      },
    ],
    marker: 't+/=',
  })
  const last = await service.client.listObjects({ bucket: 'backups', marker: 't+/=', requesterPays: true })
  t.match(last, { items: [{ key: 'a%41+b' }], marker: undefined }, 'of a server without the encoding')
  t.match(service.seen, [
    { url: '/backups/?encoding-type=url&list-type=2&max-keys=1&prefix=a' },
    { url: /continuation-token=t%2B%2F%3D/, headers: { 'x-amz-request-payer': 'requester' } },
  ])
})

t.test('a key that is encoded wrongly is an incomplete response', async (t) => {
  const body =
    '<ListBucketResult><EncodingType>url</EncodingType><Contents><Key>%zz</Key></Contents></ListBucketResult>'
  const { client } = await scriptedBucket(t, xml(200, body))
  await t.rejects(client.listObjects({ bucket: 'backups' }), {
    name: 'ServiceError',
    serviceCode: 'IncompleteResponse',
  })
})

t.test('uploads are listed, and the marker continues a page whatever the key', async (t) => {
  const upload =
    '<Upload><Key>a%01</Key><UploadId>u</UploadId><Initiated>2029-12-21T00:00:00.000Z</Initiated></Upload>'
  const next = '<NextKeyMarker>a%01</NextKeyMarker><NextUploadIdMarker>u</NextUploadIdMarker>'
  const answer: BucketAnswer = (request, response) => {
    const isLast = request.url.includes('key-marker')
    const rows = isLast ? '' : `<IsTruncated>true</IsTruncated>${next}${upload}`
    xml(
      200,
      `<ListMultipartUploadsResult><EncodingType>url</EncodingType>${rows}</ListMultipartUploadsResult>`,
    )(request, response)
  }
  const service = await scriptedBucket(t, answer)
  const request = { bucket: 'backups', prefix: 'a', requesterPays: true }
  const { items, marker } = await service.client.listUploads({ ...request, limit: 1 })
  t.strictSame(items, [
    { key: 'a\x01', uploadId: 'u', initiated: '2029-12-21T00:00:00.000Z', storageClass: 'STANDARD' },
  ])
  t.strictSame(await service.client.listUploads({ ...request, marker }), { items: [], marker: undefined })
  t.match(service.seen[1]?.url, /key-marker=a%01.*upload-id-marker=u/)
  await service.client.listUploads({ ...request, marker: '["a",""]' })
  t.notMatch(service.seen[2]?.url, /upload-id-marker/)
  for (const wrong of ['x', '[]', '["a"]', '[1,2]', 'null'])
    await t.rejects(service.client.listUploads({ ...request, marker: wrong }), { name: 'RangeError' }, wrong)
  t.equal(service.seen.length, 3)
})

t.test('a list that goes on without a marker is incomplete', async (t) => {
  const body = '<ListMultipartUploadsResult><IsTruncated>true</IsTruncated></ListMultipartUploadsResult>'
  const { client } = await scriptedBucket(t, xml(200, body))
  await t.rejects(client.listUploads({ bucket: 'backups' }), {
    name: 'ServiceError',
    serviceCode: 'IncompleteResponse',
  })
  const half = '<IsTruncated>true</IsTruncated><NextKeyMarker>a</NextKeyMarker>'
  const other = await scriptedBucket(
    t,
    xml(200, `<ListMultipartUploadsResult>${half}</ListMultipartUploadsResult>`),
  )
  t.match(await other.client.listUploads({ bucket: 'backups' }), { marker: '["a",""]' })
})
