import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { localVaultFor, send, type RawRequest } from '../../helpers/local-vault.js'
import {
  canonicalRequest,
  equalInConstantTime,
  parseAuthorization,
  signatureOf,
  type Authorization,
} from '../../../lib/local/auth/signature.js'
import { sha256 } from '../../helpers/signing.js'

const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'

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

const REGION = 'us-east-1'
const KEYS = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: SECRET, accountId: '111122223333' }
const python = spawnSync('python3', ['-c', 'import botocore, urllib3'])

/** Requests as botocore signs and sends them. */
function botocoreRequests(endpoint: string, cases: readonly object[]): RawRequest[] {
  const script = fileURLToPath(new URL('../../fixtures/botocore_signatures.py', import.meta.url))
  const input = JSON.stringify({ ...KEYS, region: REGION, cases })
  const { stdout, stderr } = spawnSync('python3', [script], { input, encoding: 'utf8' })
  if (stdout === '') throw new Error(stderr)
  return (JSON.parse(stdout) as RawRequest[]).map((it) => ({
    ...it,
    headers: {
      host: new URL(endpoint).host,
      'x-amz-date': undefined,
      'x-amz-glacier-version': undefined,
      ...Object.fromEntries(
        Object.entries(it.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
      ),
    },
    sign: false,
  }))
}

t.test(
  'what botocore signs is verified as it sends it',
  { skip: python.status !== 0 && 'botocore is not installed' },
  async (t: Test) => {
    const vault = await localVaultFor(t, { credentials: KEYS })
    const { endpoint } = vault
    const version = { 'x-amz-glacier-version': '2012-06-01' }
    const targets = [
      '/-/vaults',
      '//-//vaults',
      '/./-/vaults',
      '/x/../-/vaults',
      '/-/vaults?limit=5&marker=',
      '/-/vaults?marker&limit=5',
      '/-/vaults?marker=a+b',
      '/-/vaults?marker=a%20b%2Bc%2Fd',
      '/-/vaults?limit=10&limit=5&a-b=1&a=2&a=1',
      '/-/vaults/a%20b',
      '/-/vaults/%E2%82%AC',
      "/-/vaults/x!'()*~",
    ]
    const headers = {
      ...version,
      'X-Amz-Spaced': '  a   b  ',
      'Content-Type': 'text/plain',
      'User-Agent': 'botocore',
    }
    const cases = targets.flatMap((target) => {
      const request = { method: 'GET', url: `${endpoint}${target}`, headers }
      return [
        request,
        { ...request, headers: version, expires: 3600 },
        { ...request, method: 'PUT', body: 'body' },
      ]
    })
    for (const request of botocoreRequests(endpoint, cases)) {
      const { status, json } = await send(vault, request)
      t.not(status, 403, `${request.method} ${request.path}: ${String(json.message)}`)
    }
    const [presignedList, absolute] = botocoreRequests(endpoint, [
      { method: 'GET', url: `${endpoint}/-/vaults`, headers: version, expires: 60 },
      { method: 'GET', url: `${endpoint}/-/vaults`, headers: version },
    ]) as [RawRequest, RawRequest]
    t.match(await send(vault, presignedList), { status: 200, json: { VaultList: { length: 0 } } })
    const tampered = {
      ...presignedList,
      path: presignedList.path.replace('X-Amz-Expires=60', 'X-Amz-Expires=61'),
    }
    t.match(await send(vault, tampered), { status: 403, json: { code: 'InvalidSignatureException' } })
    t.match(
      await send(vault, { ...absolute, path: `${endpoint}${absolute.path}` }),
      { status: 200 },
      'as to a proxy',
    )
  },
)

t.test('texts are compared whole', async (t) => {
  t.ok(equalInConstantTime('abc', 'abc'))
  for (const other of ['abd', 'ab', 'abcd', '']) t.notOk(equalInConstantTime('abc', other))
})
