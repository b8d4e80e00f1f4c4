import { createHash } from 'node:crypto'
import t, { type Test } from 'tap'
import type { LocalBucket, LocalBucketOptions } from '../../../../lib/local/index.js'
import { GIB, MIB } from '../../../../lib/sizes.js'
import {
  checksum,
  elementIn,
  localBucketFor,
  sendS3,
  sha256,
  type RawS3Request,
} from '../../../helpers/local-bucket.js'

type Row = readonly [name: string, request: RawS3Request, status: number, code: string]

async function serverWithBucket(t: Test, options: Partial<LocalBucketOptions> = {}): Promise<LocalBucket> {
  const server = await localBucketFor(t, options)
  t.equal((await sendS3(server, { method: 'PUT', path: '/bkt' })).status, 200)
  return server
}

async function check(t: Test, server: LocalBucket, rows: readonly Row[]): Promise<void> {
  for (const [name, request, status, code] of rows) {
    const response = await sendS3(server, request)
    t.match({ status: response.status, code: response.code }, { status, code }, name)
  }
}

const remove = (headers: Record<string, string>): RawS3Request => ({
  method: 'DELETE',
  path: '/bkt/k',
  headers,
})
const put = (headers: RawS3Request['headers'], body = 'text'): RawS3Request => ({
  method: 'PUT',
  path: '/bkt/k',
  body,
  ...(headers && { headers }),
})
const md5 = createHash('md5').update('text').digest('base64')

t.test('the headers of an object must be right', async (t) => {
  const server = await serverWithBucket(t)
  const rows: Row[] = [
    ['a right MD5', put({ 'content-md5': md5 }), 200, ''],
    ['a wrong MD5', put({ 'content-md5': md5 }, 'other'), 400, 'BadDigest'],
    ['no MD5', put({ 'content-md5': 'abc' }), 400, 'InvalidDigest'],
    ['a right SHA-256', put({ 'x-amz-checksum-sha256': checksum('text') }), 200, ''],
    ['a wrong SHA-256', put({ 'x-amz-checksum-sha256': checksum('other') }), 400, 'BadDigest'],
    ['no SHA-256', put({ 'x-amz-checksum-sha256': 'abc' }), 400, 'InvalidRequest'],
    ['a right CRC-32', put({ 'x-amz-checksum-crc32': 'O3jj9Q==' }), 400, 'BadDigest'],
    [
      'two checksums',
      put({ 'x-amz-checksum-sha256': checksum('text'), 'x-amz-checksum-sha1': 'x' }),
      400,
      'InvalidRequest',
    ],
    [
      'two right checksums',
      put({ 'x-amz-checksum-sha256': checksum('text'), 'x-amz-checksum-crc32': 'AAAAAA==' }),
      400,
      'InvalidRequest',
    ],
    [
      'an algorithm without its checksum',
      put({ 'x-amz-sdk-checksum-algorithm': 'SHA256' }),
      400,
      'InvalidRequest',
    ],
    [
      'the hash of another body',
      put({ 'x-amz-content-sha256': sha256('other').toString('hex') }),
      400,
      'XAmzContentSHA256Mismatch',
    ],
    ['a body that is not signed', put({ 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }), 200, ''],
    ['no length', put({ 'transfer-encoding': 'chunked' }), 411, 'MissingContentLength'],
    [
      'a length of too many bytes',
      { ...put({ 'content-length': String(5 * GIB + 1), connection: 'close' }) },
      400,
      'EntityTooLarge',
    ],
    ['an unknown class', put({ 'x-amz-storage-class': 'ICE' }), 400, 'InvalidStorageClass'],
    ['metadata of 2 KB', put({ 'x-amz-meta-ab': 'x'.repeat(2046) }), 200, ''],
    ['metadata above 2 KB', put({ 'x-amz-meta-ab': 'x'.repeat(2047) }), 400, 'MetadataTooLarge'],
    ['tags', put({ 'x-amz-tagging': 'a=b&c=%20d' }), 200, ''],
    [
      'eleven tags',
      put({ 'x-amz-tagging': [...Array(11).keys()].map((n) => `k${n}=v`).join('&') }),
      400,
      'BadRequest',
    ],
    ['a tag twice', put({ 'x-amz-tagging': 'a=b&a=c' }), 400, 'InvalidArgument'],
    ['a tag without a key', put({ 'x-amz-tagging': '=c' }), 400, 'InvalidTag'],
    ['a tag with a wrong value', put({ 'x-amz-tagging': 'a=%3C' }), 400, 'InvalidTag'],
    ['a lock', put({ 'x-amz-object-lock-mode': 'GOVERNANCE' }), 400, 'InvalidRequest'],
    ['encryption', put({ 'x-amz-server-side-encryption': 'AES256' }), 200, ''],
    ['unknown encryption', put({ 'x-amz-server-side-encryption': 'rot13' }), 400, 'InvalidArgument'],
    [
      'a key without encryption',
      put({ 'x-amz-server-side-encryption-aws-kms-key-id': 'k' }),
      400,
      'InvalidArgument',
    ],
    ['a header that is not known', put({ 'x-amz-grant-read': 'x' }), 501, 'NotImplemented'],
    ['a copy', put({ 'x-amz-copy-source': '/bkt/x' }), 501, 'NotImplemented'],
    ['a condition that S3 does not have', put({ 'if-none-match': '"etag"' }), 501, 'NotImplemented'],
    ['a key of 1,024 bytes', { ...put({}), path: `/bkt/${'%C3%A4'.repeat(512)}` }, 200, ''],
    ['a key of 1,025 bytes', { ...put({}), path: `/bkt/a${'%C3%A4'.repeat(512)}` }, 400, 'KeyTooLongError'],
    ['a bucket that does not exist', { ...put({}), path: '/other/k' }, 404, 'NoSuchBucket'],
    ['a name that no bucket has', { ...put({}), path: '/a%2Fb/k' }, 400, 'InvalidBucketName'],
    ['a subresource', { method: 'PUT', path: '/bkt/k?acl' }, 501, 'NotImplemented'],
    ['another method', { method: 'PATCH', path: '/bkt/k' }, 501, 'NotImplemented'],
  ]
  await check(t, server, rows)
})

t.test('buckets', async (t) => {
  const server = await serverWithBucket(t, { region: ['us-east-1', 'eu-west-1'] })
  const constraint = (region: string, root = 'CreateBucketConfiguration'): string =>
    `<${root}><LocationConstraint>${region}</LocationConstraint></${root}>`
  const ireland = { region: 'eu-west-1' }
  const create = (name: string, body = ''): RawS3Request => ({ method: 'PUT', path: `/${name}`, body })
  await check(t, server, [
    ['a bucket again', create('bkt'), 200, ''],
    ...['ab', 'A-b', '1.2.3.4', 'a..b', '-ab', 'ab-', 'xn--a', 'a_b', 'x'.repeat(64)].map((name): Row => [
      `the name ${name}`,
      create(name),
      400,
      'InvalidBucketName',
    ]),
    ['a dotted name', create('my.bucket-1'), 200, ''],
    ['the constraint of us-east-1', create('c1x', constraint('us-east-1')), 400, 'InvalidLocationConstraint'],
    ['another constraint', create('c2x', constraint('eu-west-1')), 400, 'IllegalLocationConstraintException'],
    ['no constraint', { ...create('c3x'), sign: ireland }, 400, 'IllegalLocationConstraintException'],
    ['other XML', create('c4x', constraint('eu-west-1', 'Other')), 400, 'MalformedXML'],
    ['a bucket in Ireland', { ...create('eire', constraint('eu-west-1')), sign: ireland }, 200, ''],
    [
      'that again',
      { ...create('eire', constraint('eu-west-1')), sign: ireland },
      409,
      'BucketAlreadyOwnedByYou',
    ],
    ['it from us-east-1', { method: 'PUT', path: '/eire/k' }, 301, 'PermanentRedirect'],
    ['its object', { method: 'PUT', path: '/eire/k', sign: ireland }, 200, ''],
    ['a bucket with an object', { method: 'DELETE', path: '/eire', sign: ireland }, 409, 'BucketNotEmpty'],
    ['the object', { method: 'DELETE', path: '/eire/k', sign: ireland }, 204, ''],
    ['an empty bucket', { method: 'DELETE', path: '/eire', sign: ireland }, 204, ''],
    ['a bucket that is gone', { method: 'DELETE', path: '/eire', sign: ireland }, 404, 'NoSuchBucket'],
  ])
  await sendS3(server, { ...create('eire', constraint('eu-west-1')), sign: ireland })
  const redirect = await sendS3(server, { method: 'GET', path: '/eire?list-type=2' })
  t.equal(redirect.headers['x-amz-bucket-region'], 'eu-west-1')
  const location = await sendS3(server, { method: 'GET', path: '/eire?location', sign: ireland })
  t.match(location.text, />eu-west-1<\/LocationConstraint>/)
  const regional = await sendS3(server, { method: 'GET', path: '/?bucket-region=eu-west-1' })
  t.match(regional.text, /<Name>eire<\/Name>/)
  t.notMatch(regional.text, /<Name>bkt<\/Name>/)
})

t.test('reads', async (t) => {
  const server = await serverWithBucket(t)
  await sendS3(server, put({ 'x-amz-checksum-sha256': checksum('0123456789') }, '0123456789'))
  await sendS3(server, { ...put({}, ''), path: '/bkt/empty' })
  const read = (headers: RawS3Request['headers'], query = '', path = '/bkt/k'): RawS3Request => ({
    method: 'GET',
    path: `${path}${query}`,
    ...(headers && { headers }),
  })
  const etag = createHash('md5').update('0123456789').digest('hex')
  await check(t, server, [
    ['an object that does not exist', read({}, '', '/bkt/none'), 404, 'NoSuchKey'],
    ['its ETag', read({ 'if-match': `"${etag}"` }), 200, ''],
    ['any ETag', read({ 'if-match': '*' }), 200, ''],
    ['another ETag', read({ 'if-match': '"x"' }), 412, 'PreconditionFailed'],
    ['an object that is known', read({ 'if-none-match': `"x", "${etag}"` }), 304, ''],
    ['an object that has changed', read({ 'if-none-match': '"x"' }), 200, ''],
    ['a condition that is not known', read({ 'if-modified-since': 'x' }), 501, 'NotImplemented'],
    ['a range after the end', read({ range: 'bytes=10-' }), 416, 'InvalidRange'],
    ['a range of nothing', read({ range: 'bytes=-0' }), 416, 'InvalidRange'],
    ['a range of an empty object', read({ range: 'bytes=0-' }, '', '/bkt/empty'), 416, 'InvalidRange'],
    ['a part and a range', read({ range: 'bytes=0-1' }, '?partNumber=1'), 400, 'InvalidRequest'],
    ['part 0', read({}, '?partNumber=0'), 400, 'InvalidArgument'],
    ['part 2', read({}, '?partNumber=2'), 416, 'InvalidPartNumber'],
    ['a version', read({}, '?versionId=x'), 400, 'InvalidArgument'],
    ['the only version', read({}, '?versionId=null'), 200, ''],
    ['a parameter twice', read({}, '?versionId=null&versionId=null'), 400, 'InvalidArgument'],
  ])
  for (const [range, status, text] of [
    ['bytes=2-4', 206, '234'],
    ['bytes=7-', 206, '789'],
    ['bytes=-2', 206, '89'],
    ['bytes=8-99', 206, '89'],
    ['bytes=4-2', 200, '0123456789'],
    ['bytes=1-2,4-5', 200, '0123456789'],
    ['lines=1-2', 200, '0123456789'],
  ] as const)
    t.match(await sendS3(server, read({ range })), { status, text }, range)
  const whole = await sendS3(server, read({ 'x-amz-checksum-mode': 'ENABLED' }, '?partNumber=1'))
  t.match(whole, { status: 206, headers: { 'x-amz-checksum-sha256': checksum('0123456789') } })
  t.notHas(whole.headers, 'x-amz-mp-parts-count')
  const part = await sendS3(server, read({ 'x-amz-checksum-mode': 'ENABLED', range: 'bytes=1-2' }))
  t.notHas(part.headers, 'x-amz-checksum-sha256')
  const renamed = await sendS3(server, read({}, '?response-content-type=text%2Fplain'))
  t.equal(renamed.headers['content-type'], 'text/plain')
  const head = await sendS3(server, { method: 'HEAD', path: '/bkt/k', headers: { range: 'bytes=1-3' } })
  t.match(head, { status: 206, headers: { 'content-length': '3', 'content-range': 'bytes 1-3/10' } })
  const paid = await sendS3(server, read({ 'x-amz-request-payer': 'requester' }))
  t.equal(paid.headers['x-amz-request-charged'], 'requester')
})

t.test('conditional writes', async (t) => {
  const server = await serverWithBucket(t)
  const etag = `"${createHash('md5').update('text').digest('hex')}"`
  await check(t, server, [
    ['an ETag of nothing', put({ 'if-match': etag }), 404, 'NoSuchKey'],
    ['the first', put({ 'if-none-match': '*' }), 200, ''],
    ['the second', put({ 'if-none-match': '*' }), 412, 'PreconditionFailed'],
    ['the same', put({ 'if-match': etag }), 200, ''],
    ['another', put({ 'if-match': '"x"' }), 412, 'PreconditionFailed'],
    ['both', put({ 'if-match': '*', 'if-none-match': '*' }), 501, 'NotImplemented'],
    ['a deletion of another', remove({ 'if-match': '"x"' }), 412, 'PreconditionFailed'],
    ['a deletion of none', remove({ 'if-none-match': '*' }), 501, 'NotImplemented'],
    ['a deletion of the same', remove({ 'if-match': etag }), 204, ''],
    ['a deletion of nothing', remove({ 'if-match': etag }), 404, 'NoSuchKey'],
    ['a deletion of nothing without a condition', remove({}), 204, ''],
  ])
  const held = [1, 2].map(() =>
    sendS3(server, { ...put({ 'if-none-match': '*' }, 'x'.repeat(MIB)), path: '/bkt/race' }),
  )
  const results = (await Promise.all(held)).map(({ status, code }) => `${status} ${code}`).sort()
  t.strictSame(results[0], '200 ')
  t.match(results[1], /^409 ConditionalRequestConflict|^412 PreconditionFailed/)
})

t.test('locks of objects', async (t) => {
  const server = await localBucketFor(t)
  await sendS3(server, {
    method: 'PUT',
    path: '/bkt',
    headers: { 'x-amz-bucket-object-lock-enabled': 'true' },
  }).catch(() => undefined)
  const name = '/locked'
  await sendS3(server, { method: 'PUT', path: name, headers: { 'x-amz-bucket-object-lock-enabled': 'true' } })
  const lock = (headers: RawS3Request['headers'], key = 'k'): RawS3Request => ({
    ...put({ 'content-md5': md5, ...headers }),
    path: `${name}/${key}`,
  })
  const [mode, until, hold] = ['mode', 'retain-until-date', 'legal-hold'].map(
    (one) => `x-amz-object-lock-${one}`,
  ) as [string, string, string]
  const future = new Date(Date.now() + 60_000).toISOString()
  await check(t, server, [
    ['a mode alone', lock({ [mode]: 'GOVERNANCE' }), 400, 'InvalidArgument'],
    ['an unknown mode', lock({ [mode]: 'STRONG', [until]: future }), 400, 'InvalidArgument'],
    [
      'a time in the past',
      lock({ [mode]: 'GOVERNANCE', [until]: '2020-01-01T00:00:00Z' }),
      400,
      'InvalidArgument',
    ],
    ['no time', lock({ [mode]: 'GOVERNANCE', [until]: 'soon' }), 400, 'InvalidArgument'],
    ['an unknown hold', lock({ [hold]: 'MAYBE' }), 400, 'InvalidArgument'],
    ['no checksum', lock({ [hold]: 'ON', 'content-md5': undefined }), 400, 'InvalidRequest'],
    ['a lock', lock({ [mode]: 'GOVERNANCE', [until]: future }), 200, ''],
    ['a hold', lock({ [hold]: 'ON' }, 'h'), 200, ''],
    ['the object', { method: 'DELETE', path: `${name}/k` }, 403, 'AccessDenied'],
    ['the held object', { method: 'DELETE', path: `${name}/h` }, 403, 'AccessDenied'],
  ])
  const head = await sendS3(server, { method: 'HEAD', path: `${name}/k` })
  t.equal(head.headers[mode], 'GOVERNANCE')
  server.control.advanceClock(61_000)
  t.equal((await sendS3(server, { method: 'DELETE', path: `${name}/k` })).status, 204)
})

t.test('keys are not normalized, and buckets can be in the host', async (t) => {
  const server = await serverWithBucket(t)
  const keys = ['a//b', '../up', './x', 'a/', '%E2%82%AC', 'a+b', 'a%20b', '%2E%2E', '%00']
  for (const key of keys)
    t.equal((await sendS3(server, { ...put({}, key), path: `/bkt/${key}` })).status, 200, key)
  for (const key of keys)
    t.equal((await sendS3(server, { method: 'GET', path: `/bkt/${key}` })).status, 200, key)
  t.match(await sendS3(server, { method: 'GET', path: '/bkt/a/b' }), { code: 'NoSuchKey' })
  const { port } = new URL(server.endpoint)
  const host = `bkt.localhost:${port}`
  t.match(await sendS3(server, { method: 'GET', path: '/a//b', headers: { host } }), {
    status: 200,
    text: 'a//b',
  })
  const listed = await sendS3(server, {
    method: 'GET',
    path: '/?list-type=2&encoding-type=url',
    headers: { host },
  })
  t.equal(elementIn(listed.text, 'KeyCount'), String(keys.length))
  t.match((await sendS3(server, { method: 'GET', path: '/bkt?list-type=2' })).text, /<Key>&#x0;<\/Key>/)
  t.match(await sendS3(server, { method: 'GET', path: '/bkt?list-type=2&encoding-type=x' }), {
    code: 'InvalidArgument',
  })
  t.match(
    await sendS3(server, { method: 'GET', path: `${server.endpoint}/bkt/a+b` }).catch(() => ({
      status: 200,
    })),
    { status: 200 },
  )
})
