import t from 'tap'
import { clock } from '../../../helpers/local-vault.js'
import { elementIn, localBucketFor, sendS3, type RawS3Request } from '../../../helpers/local-bucket.js'

const START = Date.parse('2026-11-23T12:00:00Z')
const list: RawS3Request = { method: 'GET', path: '/', time: START }

t.test('a request must be signed as Amazon S3 requires it', async (t) => {
  const time = clock(START)
  const server = await localBucketFor(t, { now: time.now })
  t.match(await sendS3(server, list), { status: 200 })
  const cases: readonly [string, RawS3Request, number, string][] = [
    ['no signature', { ...list, isSigned: false }, 403, 'AccessDenied'],
    ['a presigned request', { ...list, path: '/?X-Amz-Signature=x', isSigned: false }, 501, 'NotImplemented'],
    [
      'another scheme',
      { ...list, headers: { authorization: 'AWS a:b' } },
      400,
      'AuthorizationHeaderMalformed',
    ],
    ['an unknown key', { ...list, sign: { accessKeyId: 'AKIAOTHER' } }, 403, 'InvalidAccessKeyId'],
    ['another secret', { ...list, sign: { secretAccessKey: 'x' } }, 403, 'SignatureDoesNotMatch'],
    ['a token', { ...list, headers: { 'x-amz-security-token': 'x' } }, 400, 'InvalidToken'],
    ['another region', { ...list, sign: { region: 'eu-west-1' } }, 400, 'AuthorizationHeaderMalformed'],
    ['another service', { ...list, sign: { service: 'glacier' } }, 400, 'AuthorizationHeaderMalformed'],
    ['another day', { ...list, sign: { date: '20261122' } }, 400, 'AuthorizationHeaderMalformed'],
    ['no time', { ...list, headers: { 'x-amz-date': undefined } }, 403, 'AccessDenied'],
    ['16 minutes late', { ...list, time: START - 960_000 }, 403, 'RequestTimeTooSkewed'],
    ['16 minutes early', { ...list, time: START + 960_000 }, 403, 'RequestTimeTooSkewed'],
    [
      'no hash of the body',
      { ...list, headers: { 'x-amz-content-sha256': undefined } },
      400,
      'InvalidRequest',
    ],
    ['a wrong form of hash', { ...list, headers: { 'x-amz-content-sha256': 'x' } }, 400, 'InvalidArgument'],
    [
      'the hash of another body',
      { ...list, headers: { 'x-amz-content-sha256': '0'.repeat(64) } },
      400,
      'XAmzContentSHA256Mismatch',
    ],
    [
      'an unsigned x-amz- header',
      { ...list, headers: { 'x-amz-request-payer': 'requester' }, unsigned: ['x-amz-request-payer'] },
      403,
      'AccessDenied',
    ],
    ['an unsigned host', { ...list, unsigned: ['host'] }, 403, 'AccessDenied'],
    ['a path that is not encoded', { ...list, path: '/a/%zz' }, 400, 'InvalidURI'],
    [
      'a query that was changed',
      { ...list, path: '/?prefix=a', headers: { authorization: 'x' } },
      400,
      'AuthorizationHeaderMalformed',
    ],
  ]
  for (const [name, request, status, code] of cases) {
    const response = await sendS3(server, request)
    t.match({ status: response.status, code: response.code }, { status, code }, name)
    t.match(response.headers['x-amz-request-id'], /^[\w-]{47}$/)
  }
})

t.test('errors show what a client needs to correct a request, and no secret', async (t) => {
  const server = await localBucketFor(t, {
    region: 'eu-central-1',
    now: () => START,
    credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 's3cr3t', sessionToken: 't0ken' },
  })
  const wrongRegion = await sendS3(server, { ...list, sign: { region: 'us-east-1' } })
  t.equal(elementIn(wrongRegion.text, 'Region'), 'eu-central-1')
  t.equal(wrongRegion.headers['x-amz-bucket-region'], 'eu-central-1')
  const mismatch = await sendS3(server, { ...list, sign: { secretAccessKey: 'x' } })
  t.match(mismatch.text, /<StringToSign>AWS4-HMAC-SHA256\n20261123T120000Z\n/)
  t.match(mismatch.text, /<CanonicalRequest>GET\n\/\n[^]*x-amz-security-token:\[redacted\]/)
  t.notMatch(mismatch.text, /s3cr3t|t0ken/)
  const skewed = await sendS3(server, { ...list, time: START - 3_600_000 })
  t.equal(elementIn(skewed.text, 'MaxAllowedSkewMilliseconds'), '900000')
  t.equal((await sendS3(server, list)).status, 200)
})

t.test('temporary credentials expire, and accounts do not see the buckets of others', async (t) => {
  const time = clock(START)
  const expiration = new Date(START + 1000)
  const server = await localBucketFor(t, {
    now: time.now,
    credentials: [
      { accessKeyId: 'AKIAONE', secretAccessKey: 'a', accountId: '111111111111' },
      { accessKeyId: 'AKIATWO', secretAccessKey: 'b', accountId: '222222222222', expiration },
    ],
  })
  const two = { accessKeyId: 'AKIATWO', secretAccessKey: 'b' }
  const create = { method: 'PUT', path: '/shared', time: START }
  t.equal((await sendS3(server, create)).status, 200)
  t.match(await sendS3(server, { ...create, sign: two }), { status: 409, code: 'BucketAlreadyExists' })
  t.match(await sendS3(server, { method: 'PUT', path: '/shared/a', time: START, sign: two }), {
    code: 'AccessDenied',
  })
  t.notMatch((await sendS3(server, { ...list, sign: two })).text, /shared/)
  t.match((await sendS3(server, list)).text, /<Name>shared<\/Name>/)
  for (const [owner, status] of [
    ['111111111111', 200],
    ['222222222222', 403],
  ] as const) {
    const headers = { 'x-amz-expected-bucket-owner': owner }
    t.match(await sendS3(server, { method: 'HEAD', path: '/shared', time: START, headers }), { status })
  }
  time.time += 1000
  t.match(await sendS3(server, { ...list, sign: two }), { status: 400, code: 'ExpiredToken' })
})

t.test('a header that is sent twice is refused, and a time in Date is enough', async (t) => {
  const server = await localBucketFor(t, { now: () => START })
  const date = new Date(START).toUTCString()
  const headers = { 'x-amz-date': undefined, date }
  const response = await sendS3(server, { ...list, headers })
  t.equal(response.status, 200)
  const { credentials, endpoint } = server
  const twice = await fetch(endpoint, {
    headers: [
      ['x-amz-date', 'a'],
      ['x-amz-date', 'b'],
      [
        'authorization',
        `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/20261123/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=${'0'.repeat(64)}`,
      ],
    ],
  })
  t.match(await twice.text(), /AccessDenied|was sent 2 times/)
})
