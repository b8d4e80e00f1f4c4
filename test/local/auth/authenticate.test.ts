import { createHash } from 'node:crypto'
import t from 'tap'
import { authenticate, type AuthConfig } from '../../../lib/local/auth/authenticate.js'
import { claimedKeyOf } from '../../../lib/local/auth/claim.js'
import { normalizedPath } from '../../../lib/local/auth/normalized-path.js'
import { SignatureMismatch } from '../../../lib/local/auth/signature-mismatch.js'
import type { SignedRequest } from '../../../lib/local/auth/signature.js'
import { clock, localVaultFor, send, type RawRequest } from '../../helpers/local-vault.js'
import { rawConnection } from '../../helpers/raw-connection.js'
import { canonicalRequest, signatureOf } from '../../../lib/local/auth/signature.js'
import { sha256 } from '../../helpers/signing.js'

const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'

const REGION = 'us-east-1'
const NOW = Date.parse('2026-11-23T12:00:00Z')
const KEYS = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: SECRET, accountId: '111122223333' }

const GATEKEEPER: AuthConfig = {
  regions: [REGION],
  credentials: [KEYS],
  anyAccountId: undefined,
  now: () => NOW,
}

/** A request to list vaults, presigned: with other parameters, or without some. */
function presigned(
  changes: Readonly<Record<string, string | undefined>> = {},
  secretAccessKey = SECRET,
): SignedRequest {
  const parameters: Record<string, string | undefined> = {
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `${KEYS.accessKeyId}/20261123/${REGION}/glacier/aws4_request`,
    'X-Amz-Date': '20261123T120000Z',
    'X-Amz-Expires': '600',
    'X-Amz-SignedHeaders': 'host',
    'x-amz-glacier-version': '2012-06-01',
    ...changes,
  }
  const query = new URLSearchParams(
    Object.entries(parameters).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  ).toString()
  const request = {
    method: 'GET',
    path: '/-/vaults',
    query,
    headers: { host: 'here' },
    payloadHash: sha256(''),
  }
  const scope = `20261123/${REGION}/glacier/aws4_request`
  const names = (parameters['X-Amz-SignedHeaders'] ?? '').split(';')
  const signed = {
    ...KEYS,
    date: '20261123',
    region: REGION,
    service: 'glacier',
    scope,
    signedHeaders: names,
  }
  const signature = signatureOf(request, { ...signed, signature: '' }, '20261123T120000Z', secretAccessKey)
  return { ...request, query: `${query}&X-Amz-Signature=${signature}` }
}

/** The error with which a request is refused; `undefined` if it is accepted. */
function refusalOf(
  request: SignedRequest,
  authConfig = GATEKEEPER,
): { code: string; message: string } | undefined {
  try {
    authenticate(request, authConfig)
    return undefined
  } catch (error) {
    return error as { code: string; message: string }
  }
}

t.test('a presigned request is valid for the time it says, and no longer', async (t) => {
  t.equal(refusalOf(presigned()), undefined)
  const at = (time: number): AuthConfig => ({ ...GATEKEEPER, now: () => NOW + time })
  t.equal(refusalOf(presigned(), at(600_000)), undefined)
  t.match(refusalOf(presigned(), at(601_000)), {
    code: 'InvalidSignatureException',
    message:
      'Signature expired: 20261123T120000Z is now earlier than 20261123T120001Z (20261123T121001Z - 600 s.)',
  })
  t.equal(refusalOf(presigned(), at(-300_000)), undefined)
  t.match(refusalOf(presigned(), at(-301_000)), { message: /^Signature not yet current/ })
  t.equal(refusalOf(presigned({ 'X-Amz-Expires': '604800' }), at(604_800_000)), undefined)
})

t.test('a presigned request that is not as it should be is refused', async (t) => {
  const cases: [SignedRequest, RegExp][] = [
    [presigned({}, 'another'), /does not match the signature you provided/],
    [presigned({ 'X-Amz-Expires': '0' }), /X-Amz-Expires must be from 1 to 604800 seconds, not 0/],
    [presigned({ 'X-Amz-Expires': '604801' }), /not 604801/],
    [presigned({ 'X-Amz-Expires': '-1' }), /not -1/],
    [presigned({ 'X-Amz-Expires': '1e3' }), /not 1e3/],
    [presigned({ 'X-Amz-Expires': undefined }), /must have X-Amz-Expires\./],
    [
      presigned({ 'X-Amz-Credential': '', 'X-Amz-Date': undefined }),
      /must have X-Amz-Credential, X-Amz-Date\./,
    ],
    [presigned({ 'X-Amz-Algorithm': 'AWS4-ECDSA-P256-SHA256' }), /must be AWS4-HMAC-SHA256, not AWS4-ECDSA/],
    [presigned({ 'X-Amz-Credential': 'AKIA/x' }), /must be KEY\/DATE\/REGION/],
    [presigned({ 'X-Amz-Date': 'today' }), /Got 'today'/],
    [presigned({ 'X-Amz-SignedHeaders': 'x-other' }), /'Host' must be a 'SignedHeader'/],
    [
      presigned({ 'X-Amz-SignedHeaders': 'host;x-amz-date' }),
      /signed headers that were not sent: x-amz-date/,
    ],
    [presigned({ 'x-amz-glacier-version': undefined }), /Required parameter missing: x-amz-glacier-version/],
    [{ ...presigned(), query: `${presigned().query}&X-Amz-Expires=700` }, /X-Amz-Expires several times/],
    [{ ...presigned(), headers: { host: 'here', authorization: 'AWS4' } }, /or in the query, not in both/],
    [
      { ...presigned(), headers: { host: 'here', 'x-amz-content-sha256': '1' } },
      /not signed: x-amz-content-sha256/,
    ],
    [{ ...presigned(), headers: { host: 'there' } }, /does not match/],
    [{ ...presigned(), query: presigned().query.replace('X-Amz-Expires', 'X-Amz-Exp%69res') }, /^undefined$/],
  ]
  for (const [request, message] of cases)
    t.match(String(refusalOf(request)?.message), message, String(message))
})

t.test(
  'host and the headers of time, version, body and token must be signed, and the list in its form',
  async (t) => {
    const time = clock(NOW)
    const vault = await localVaultFor(t, { now: time.now })
    const list: RawRequest = { method: 'GET', path: '/-/vaults', time: NOW }
    const cases: [string[], Record<string, string>, RegExp | undefined][] = [
      [['host', 'x-amz-date', 'x-amz-glacier-version'], {}, undefined],
      [
        ['host', 'x-amz-date', 'x-amz-glacier-version'],
        { 'content-type': 'text/plain', 'x-amzn-trace-id': 'x', 'x-amz-archive-description': 'a' },
        undefined,
      ],
      [['host', 'x-amz-date'], {}, /not signed: x-amz-glacier-version$/],
      [
        ['host'],
        { 'x-amz-content-sha256': createHash('sha256').digest('hex') },
        /not signed: x-amz-content-sha256, x-amz-date, x-amz-glacier-version$/,
      ],
      [['x-amz-date', 'x-amz-glacier-version'], {}, /'Host' must be a 'SignedHeader'/],
      [['host', 'x-amz-glacier-version', 'x-amz-date'], {}, /lower case, sorted, and each once/],
      [['host', 'host', 'x-amz-date', 'x-amz-glacier-version'], {}, /each once, not host;host/],
      [['Host', 'x-amz-date', 'x-amz-glacier-version'], {}, /lower case, sorted/],
      [['host', 'range', 'x-amz-date', 'x-amz-glacier-version'], {}, /not sent: range$/],
    ]
    for (const [signed, headers, message] of cases) {
      const found = await send(vault, { ...list, headers, sign: { signed } })
      t.equal(found.status, message ? 403 : 200, signed.join(';'))
      if (message) t.match(found.json, { code: 'InvalidSignatureException', message })
    }
  },
)

t.test('a header that says who signed or when may be sent once; any other may be repeated', async (t) => {
  const headers = { host: 'here', 'x-amz-date': '20261123T120000Z', 'x-amz-glacier-version': '2012-06-01' }
  const signedWith = (given: SignedRequest['headers']): SignedRequest => {
    const request = { method: 'GET', path: '/-/vaults', query: '', headers: given, payloadHash: sha256('') }
    const scope = `20261123/${REGION}/glacier/aws4_request`
    const signedHeaders = Object.keys(given).sort()
    const all = { ...KEYS, date: '20261123', region: REGION, service: 'glacier', scope, signedHeaders }
    const signature = signatureOf(request, { ...all, signature: '' }, '20261123T120000Z', SECRET)
    const authorization =
      `AWS4-HMAC-SHA256 Credential=${KEYS.accessKeyId}/${scope}, ` +
      `SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`
    return { ...request, headers: { ...given, authorization } }
  }
  t.equal(refusalOf(signedWith({ ...headers, 'x-amz-meta': ['b', ' a\t '] })), undefined)
  for (const name of Object.keys(headers)) {
    const value = headers[name as keyof typeof headers]
    t.match(
      refusalOf(signedWith({ ...headers, [name]: [value, value] })),
      { code: 'InvalidParameterValueException', message: new RegExp(`header ${name} was sent 2 times`) },
      name,
    )
  }
  const request = signedWith(headers)
  const { authorization } = request.headers
  t.match(
    refusalOf({
      ...request,
      headers: { ...headers, authorization: [authorization, authorization].flat() as string[] },
    }),
    {
      message: /authorization was sent 2 times/,
    },
  )
})

t.test('several Host or Authorization headers are refused as they come', async (t) => {
  const vault = await localVaultFor(t)
  for (const name of ['Authorization', 'Host']) {
    const lines = [
      `${name}: a`,
      `${name}: b`,
      ...(name === 'Host' ? [] : ['Host: a']),
      'Connection: close',
      '',
      '',
    ]
    const text = await rawConnection(t, vault, 'GET /-/vaults HTTP/1.1', ...lines).closed()
    t.match(text, name === 'Host' ? /^HTTP\/1.1 400 / : /authorization was sent 2 times/)
  }
})

t.test('white space and bytes beyond ASCII in a header are signed as the service reads them', async (t) => {
  const request = {
    method: 'GET',
    path: '/',
    query: '',
    headers: { 'x-a': '  a \t b\t', 'x-b': ['c  ', '  d'], 'x-c': '\u00a0e\u00e9' },
    payloadHash: '',
  }
  t.match(canonicalRequest(request, ['x-a', 'x-b', 'x-c']), '\nx-a:a b\nx-b:c,d\nx-c:\u00a0e\u00e9\n\n')
})

t.test('a path is signed without empty and dot segments', async (t) => {
  const cases = {
    '': '/',
    '/': '/',
    '//': '/',
    '/a/': '/a/',
    '//a///b//': '/a/b/',
    '/a/./b': '/a/b',
    '/a/../b/..': '/',
    '/..': '/',
    '/%2e%2e/x': '/%2e%2e/x',
    '*': '*',
  }
  for (const [path, normalized] of Object.entries(cases)) t.equal(normalizedPath(path), normalized, path)
})

t.test('a refused signature says what was expected, without the session token', async (t) => {
  const sessionToken = 'TOKEN/with+signs=='
  const vault = await localVaultFor(t, { credentials: { ...KEYS, sessionToken } })
  const headers = { 'x-amz-security-token': sessionToken }
  const found = await send(vault, {
    method: 'GET',
    path: '/-/vaults?limit=5',
    headers,
    sign: { secretAccessKey: 'no' },
  })
  const message = String(found.json.message)
  t.match(
    message,
    /The Canonical String for this request should have been\n'GET\n\/-\/vaults\nlimit=5\nhost:127/,
  )
  t.match(message, '\nx-amz-security-token:[redacted]\n')
  t.match(
    message,
    /The String-to-Sign should have been\n'AWS4-HMAC-SHA256\n\d{8}T\d{6}Z\n\d{8}\/us-east-1\/glacier\/aws4_request\n[0-9a-f]{64}'\n$/,
  )
  t.notOk(message.includes('TOKEN'), message)
  const query = { 'X-Amz-Security-Token': sessionToken }
  const keys: AuthConfig = { ...GATEKEEPER, credentials: [{ ...KEYS, sessionToken }] }
  t.equal(refusalOf(presigned(query), keys), undefined, 'it counts in a query too')
  const refused = refusalOf(presigned(query, 'another'), keys)
  t.ok(refused instanceof SignatureMismatch)
  t.match(refused?.message, /[?&\n]X-Amz-Security-Token=\[redacted\]&/)
  t.notOk(refused?.message.includes('TOKEN'))
  t.notOk(refused?.message.includes('X-Amz-Signature='), 'the signature is no part of it')
})

t.test('a refused signature shows no secret either where a client signs what it should not', async (t) => {
  const vault = await localVaultFor(t, { credentials: KEYS })
  const signed = ['host', 'x-amz-date', 'x-amz-glacier-version']
  for (const [path, others] of [
    ['/-/vaults?x-amz-security-token=TOKEN&a=1', []],
    ['/-/vaults?a=1&x-amz-signature=TOKEN', []],
    ['/-/vaults?X%2DAmz%2DSecurity%2Dtoken=TOKEN', []],
    ['/-/vaults', ['authorization']],
  ] as const) {
    const sign = { secretAccessKey: 'no', signed: [...others, ...signed] }
    const { json } = await send(vault, { method: 'GET', path, sign })
    t.match(json.message, /\[redacted\]/)
    t.notMatch(json.message, /TOKEN|Credential=/)
  }
})

t.test('the access key ID a request names is known, whatever else is wrong', async (t) => {
  t.equal(claimedKeyOf(presigned({}, 'another')), KEYS.accessKeyId)
  t.equal(claimedKeyOf({ headers: {}, query: '' }), undefined)
  t.equal(claimedKeyOf({ headers: {}, query: 'X-Amz-Credential=x' }), undefined)
  t.equal(claimedKeyOf({ headers: { authorization: 'Basic YTpi' }, query: '' }), undefined)
})
