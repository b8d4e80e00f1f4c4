import { createHash } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { hmac, signingKeyOf } from '../../../../lib/local/auth/signature.js'
import { AwsChunkedBody } from '../../../../lib/local/bucket/body/aws-chunked.js'
import { runningChecksum } from '../../../../lib/local/bucket/checksums/checksum-algorithms.js'
import { checksum, localBucketFor, sendS3, type RawS3Request } from '../../../helpers/local-bucket.js'
import { patternBytes } from '../../../helpers/pattern-source.js'

const EMPTY = createHash('sha256').digest('hex')
const TRAILER = 'x-amz-checksum-sha256'

/** A chunked body; with a function that signs, its chunks and trailers are signed. */
function encoded(
  pieces: readonly Uint8Array[],
  trailers: Readonly<Record<string, string>> = {},
  sign?: (kind: string, rest: string) => string,
): Buffer {
  const chunks = [...pieces, Buffer.alloc(0)].map((piece) => {
    const signature = sign?.('PAYLOAD', `${EMPTY}\n${createHash('sha256').update(piece).digest('hex')}`)
    const line = `${piece.length.toString(16)}${signature === undefined ? '' : `;chunk-signature=${signature}`}\r\n`
    return Buffer.concat([Buffer.from(line), piece, Buffer.from(piece.length > 0 ? '\r\n' : '')])
  })
  const lines = Object.entries(trailers).map(([name, value]) => `${name}:${value}\n`)
  const signature =
    lines.length > 0
      ? sign?.('TRAILER', createHash('sha256').update(lines.join('')).digest('hex'))
      : undefined
  const last = signature === undefined ? '' : `x-amz-trailer-signature:${signature}\r\n`
  return Buffer.concat([
    ...chunks,
    Buffer.from(`${lines.map((line) => line.replace('\n', '\r\n')).join('')}${last}\r\n`),
  ])
}

async function decoded(body: AwsChunkedBody, source: readonly Buffer[]): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of body.decode(
    (async function* () {
      yield* source
    })(),
  ))
    chunks.push(chunk)
  return Buffer.concat(chunks)
}

t.test('a chunked body is decoded, wherever its bytes are cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 5 }),
      fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 }),
      async (pieces, cuts) => {
        const whole = encoded(pieces, { [TRAILER]: 'value' })
        const source: Buffer[] = []
        for (let at = 0, n = 0; at < whole.length; n++) {
          const size = cuts[n % cuts.length] ?? 1
          source.push(whole.subarray(at, at + size))
          at += size
        }
        const body = new AwsChunkedBody(undefined, new Set([TRAILER]))
        t.ok(Buffer.concat(pieces).equals(await decoded(body, source)))
        t.equal(body.trailers.get(TRAILER), 'value')
      },
    ),
    { numRuns: 100 },
  )
})

t.test('a body in another form is refused', async (t) => {
  const cases: readonly [string, string, string][] = [
    ['nothing', '', 'IncompleteBody'],
    ['no end', '3\r\nabc\r\n', 'IncompleteBody'],
    ['no end of the trailers', '0\r\n', 'IncompleteBody'],
    ['a chunk that is cut', '3\r\nab', 'IncompleteBody'],
    ['no size', 'x\r\n', 'InvalidRequest'],
    ['a chunk that is too long', '3\r\nabcd\r\n', 'InvalidRequest'],
    ['a line that is too long', '0'.repeat(300), 'InvalidRequest'],
    ['a long line with an end', `${'0'.repeat(300)}\r\n`, 'InvalidRequest'],
    ['a signature', `1;chunk-signature=${'0'.repeat(64)}\r\na\r\n0\r\n\r\n`, 'InvalidRequest'],
    ['a trailer that was not declared', '0\r\na:b\r\n\r\n', 'MalformedTrailerError'],
    ['a trailer that is no header', '0\r\ngarbage\r\n\r\n', 'MalformedTrailerError'],
    ['no trailer', '0\r\n\r\n', 'MalformedTrailerError'],
    ['trailers that are too long', `0\r\n${'a'.repeat(9000)}`, 'InvalidRequest'],
  ]
  for (const [name, text, code] of cases) {
    const body = new AwsChunkedBody(undefined, new Set([TRAILER]))
    await t.rejects(decoded(body, [Buffer.from(text)]), { code }, name)
  }
})

t.test('streamed bodies are checked with their trailers and signatures', async (t) => {
  const server = await localBucketFor(t)
  await sendS3(server, { method: 'PUT', path: '/bkt' })
  const bytes = patternBytes(20_000)
  const pieces = [bytes.subarray(0, 8192), bytes.subarray(8192, 16_384), bytes.subarray(16_384)]
  const put = (
    kind: string,
    makeBody: RawS3Request['makeBody'],
    headers: RawS3Request['headers'] = {},
  ): RawS3Request => ({
    method: 'PUT',
    path: '/bkt/k',
    headers: {
      'x-amz-content-sha256': `STREAMING-${kind}`,
      'x-amz-decoded-content-length': String(bytes.length),
      'content-encoding': 'aws-chunked',
      'transfer-encoding': 'chunked',
      ...(kind.endsWith('TRAILER') && { 'x-amz-trailer': TRAILER }),
      ...headers,
    },
    ...(makeBody && { makeBody }),
  })
  const secret = server.credentials.secretAccessKey
  const signed =
    (trailers: Readonly<Record<string, string>> = {}, key = secret): RawS3Request['makeBody'] =>
    (signature, scope, timestamp) => {
      const [date = '', region = '', service = ''] = scope.split('/')
      let last = signature
      return encoded(pieces, trailers, (kind, rest) => {
        const text = [`AWS4-HMAC-SHA256-${kind}`, timestamp, scope, last, rest].join('\n')
        last = hmac(signingKeyOf({ date, region, service }, key), text).toString('hex')
        return last
      })
    }
  const unsigned =
    (trailers: Readonly<Record<string, string>> = {}): RawS3Request['makeBody'] =>
    () =>
      encoded(pieces, trailers)
  const right = { [TRAILER]: checksum(bytes) }
  const wrong = { [TRAILER]: checksum('x') }
  const [plain, both, trailer] = [
    'AWS4-HMAC-SHA256-PAYLOAD',
    'AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
    'UNSIGNED-PAYLOAD-TRAILER',
  ] as const
  const short = { 'x-amz-decoded-content-length': '19999' }
  const cases: readonly [string, RawS3Request, string][] = [
    ['signed chunks', put(plain, signed()), '200 '],
    ['chunks with another key', put(plain, signed({}, 'x')), '403 SignatureDoesNotMatch'],
    ['chunks without signatures', put(plain, unsigned()), '400 InvalidRequest'],
    ['signed chunks and trailers', put(both, signed(right)), '200 '],
    ['a wrong trailer, signed', put(both, signed(wrong)), '400 BadDigest'],
    [
      'a trailer without a signature',
      put(both, (a, b, c) => {
        const text = Buffer.from(signed(right)?.(a, b, c) ?? '').toString('latin1')
        return Buffer.from(text.replace(/x-amz-trailer-signature.*\r\n/, ''), 'latin1')
      }),
      '403 SignatureDoesNotMatch',
    ],
    ['unsigned chunks with a trailer', put(trailer, unsigned(right)), '200 '],
    ['a wrong trailer', put(trailer, unsigned(wrong)), '400 BadDigest'],
    ['a trailer that is no checksum', put(trailer, unsigned({ [TRAILER]: 'x' })), '400 InvalidRequest'],
    ['an announced trailer that is absent', put(trailer, unsigned()), '400 MalformedTrailerError'],
    ['more bytes than announced', put(plain, signed(), short), '400 IncompleteBody'],
    [
      'fewer bytes than announced',
      put(plain, signed(), { 'x-amz-decoded-content-length': '20001' }),
      '400 IncompleteBody',
    ],
    [
      'no decoded length',
      put(plain, signed(), { 'x-amz-decoded-content-length': undefined }),
      '411 MissingContentLength',
    ],
    [
      'a length that is no number',
      put(plain, signed(), { 'x-amz-decoded-content-length': 'x' }),
      '400 InvalidArgument',
    ],
  ]
  for (const [name, request, expected] of cases) {
    const { status, code } = await sendS3(server, request)
    t.equal(`${status} ${code}`, expected, name)
    if (status !== 200) continue
    t.ok((await sendS3(server, { method: 'GET', path: '/bkt/k' })).body.equals(bytes), name)
    await sendS3(server, { method: 'DELETE', path: '/bkt/k' })
  }
  const zipped = put(plain, signed(), { 'content-encoding': 'gzip, aws-chunked' })
  t.equal((await sendS3(server, zipped)).status, 200)
  t.equal((await sendS3(server, { method: 'HEAD', path: '/bkt/k' })).headers['content-encoding'], 'gzip')
})

t.test('the checksums are those of their algorithms', (t) => {
  for (const [algorithm, value] of [
    ['CRC32', 'cbf43926'],
    ['CRC32C', 'e3069283'],
    ['CRC64NVME', 'ae8b14860a799888'],
    ['SHA1', 'f7c3bc1d808e04732adf679965ccc34ca7ae3441'],
  ] as const) {
    const running = runningChecksum(algorithm)
    running.update(Buffer.from('1234'))
    running.update(Buffer.from('56789'))
    t.equal(running.digest().toString('hex'), value, algorithm)
  }
  t.end()
})
