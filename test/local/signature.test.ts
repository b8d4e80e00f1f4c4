import { createHash } from 'node:crypto'
import t from 'tap'
import {
  canonicalRequest,
  equalInConstantTime,
  parseAuthorization,
  signatureOf,
  type Authorization,
} from '../../lib/local/auth/signature.js'

const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function authorization(header: string): Authorization {
  const parsed = parseAuthorization(header)
  if (!parsed) throw new Error(`cannot read ${header}`)
  return parsed
}

t.test("the guide's example of CreateVault has the signature the guide gives", async (t) => {
  const signature = '3ce5b2f2fffac9262b4da9256f8d086b4aaf42eba5f111c21681a65a127b7c2a'
  const header =
    'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20120525/us-east-1/glacier/aws4_request,' +
    `SignedHeaders=host;x-amz-date;x-amz-glacier-version,Signature=${signature}`
  const request = {
    method: 'PUT',
    path: '/-/vaults/examplevault',
    query: '',
    headers: {
      host: 'glacier.us-east-1.amazonaws.com',
      'x-amz-date': '20120525T002453Z',
      'x-amz-glacier-version': '2012-06-01',
    },
    payloadHash: sha256(''),
  }
  t.equal(signatureOf(request, authorization(header), '20120525T002453Z', SECRET), signature)
})

t.test(
  "the guide's example of a streaming upload has its signature, with the path and body it was made with",
  async (t) => {
    const signature = 'b092397439375d59119072764a1e9a144677c43d9906fd98a5742c57a2855de6'
    const payloadHash = sha256('Welcome to Amazon Glacier.')
    t.equal(payloadHash, '726e392cb4d09924dbad1cc0ba3b00c3643d03d14cb4b823e2f041cff612a628')
    const header =
      'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20120507/us-east-1/glacier/aws4_request,' +
      `SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-glacier-version,Signature=${signature}`
    const request = {
      method: 'POST',
      path: '/-/vaults/examplevault/archives',
      query: '',
      headers: {
        host: 'glacier.us-east-1.amazonaws.com',
        'x-amz-content-sha256': payloadHash,
        'x-amz-date': '20120507T000000Z',
        'x-amz-glacier-version': '2012-06-01',
      },
      payloadHash,
    }
    t.equal(signatureOf(request, authorization(header), '20120507T000000Z', SECRET), signature)
  },
)

t.test(
  'what is signed is the path encoded once more, the query sorted, and the headers trimmed',
  async (t) => {
    const request = {
      method: 'GET',
      path: "/-/vaults/a%20b/jobs/-x!'()*",
      query: 'marker=a%2Bb&limit=5&flag&&bad=%zz&limit=10&limit-x=1',
      headers: { host: ' here ', 'x-many': ['a', 'b'], 'x-spaced': 'a   b' },
      payloadHash: 'hash',
    }
    t.equal(
      canonicalRequest(request, ['host', 'x-absent', 'x-many', 'x-spaced']),
      [
        'GET',
        '/-/vaults/a%2520b/jobs/-x%21%27%28%29%2A',
        'bad=%25zz&flag=&limit=10&limit=5&limit-x=1&marker=a%2Bb',
        'host:here\nx-absent:\nx-many:a,b\nx-spaced:a b\n',
        'host;x-absent;x-many;x-spaced',
        'hash',
      ].join('\n'),
    )
  },
)

t.test('what is no signature of version 4 is not read as one', async (t) => {
  for (const header of [
    '',
    'Basic YTpi',
    'AWS4-HMAC-SHA256 Credential=a/20120525/r/glacier/aws4_request',
    'AWS4-HMAC-SHA256 Credential=a/2012/r/glacier/aws4_request,SignedHeaders=host,Signature=' +
      'f'.repeat(64),
    'AWS4-HMAC-SHA256 Credential=a/20120525/r/glacier/aws4_request,SignedHeaders=host,Signature=ff',
  ]) {
    t.equal(parseAuthorization(header), undefined, header)
  }
})

t.test('texts are compared whole', async (t) => {
  t.ok(equalInConstantTime('abc', 'abc'))
  for (const other of ['abd', 'ab', 'abcd', '']) t.notOk(equalInConstantTime('abc', other))
})
