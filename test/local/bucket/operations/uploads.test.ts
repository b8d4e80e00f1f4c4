import { createHash } from 'node:crypto'
import t, { type Test } from 'tap'
import type { LocalBucket, LocalBucketOptions } from '../../../../lib/local/index.js'
import { GIB, MIB } from '../../../../lib/sizes.js'
import { runningChecksum } from '../../../../lib/local/bucket/checksums/checksum-algorithms.js'
import {
  checksum,
  elementIn,
  localBucketFor,
  sendS3,
  sha256,
  type RawS3Request,
  type RawS3Response,
} from '../../../helpers/local-bucket.js'
import { patternBytes } from '../../../helpers/pattern-source.js'

const FIVE = patternBytes(5 * MIB)
const SMALL = patternBytes(1000)
const SHA256 = { 'x-amz-checksum-algorithm': 'SHA256' }

async function serverWithBucket(t: Test, options: Partial<LocalBucketOptions> = {}): Promise<LocalBucket> {
  const server = await localBucketFor(t, options)
  await sendS3(server, { method: 'PUT', path: '/bkt' })
  return server
}

async function create(
  server: LocalBucket,
  headers: NonNullable<RawS3Request['headers']> = SHA256,
  key = 'k',
): Promise<string> {
  const { text } = await sendS3(server, {
    method: 'POST',
    path: `/bkt/${key}?uploads`,
    headers,
  })
  return elementIn(text, 'UploadId') ?? ''
}

function part(
  id: string,
  number: number | string,
  body: Uint8Array,
  headers?: RawS3Request['headers'],
): RawS3Request {
  return {
    method: 'PUT',
    path: `/bkt/k?partNumber=${number}&uploadId=${id}`,
    body,
    headers: headers ?? { 'x-amz-checksum-sha256': checksum(body) },
  }
}

interface Listed {
  readonly number: number | string
  readonly bytes: Uint8Array
  readonly etag?: string
  readonly sha256?: string | undefined
}

function complete(
  id: string,
  parts: readonly Listed[],
  headers: NonNullable<RawS3Request['headers']> = {},
  key = 'k',
): RawS3Request {
  const xml = parts.map((one) => {
    const etag = one.etag ?? createHash('md5').update(one.bytes).digest('hex')
    const hash = 'sha256' in one ? one.sha256 : checksum(one.bytes)
    const element = hash === undefined ? '' : `<ChecksumSHA256>${hash}</ChecksumSHA256>`
    return `<Part><PartNumber>${one.number}</PartNumber><ETag>"${etag}"</ETag>${element}</Part>`
  })
  const body = `<CompleteMultipartUpload>${xml.join('')}</CompleteMultipartUpload>`
  return { method: 'POST', path: `/bkt/${key}?uploadId=${id}`, body, headers }
}

function outcome({ status, code }: RawS3Response): string {
  return `${status} ${code}`
}

t.test('parts', async (t) => {
  const server = await serverWithBucket(t)
  const id = await create(server)
  const other = await create(server, {})
  const crc = runningChecksum('CRC32')
  crc.update(SMALL)
  const crc32 = { 'x-amz-checksum-crc32': crc.digest().toString('base64') }
  const cases: readonly [string, RawS3Request, string][] = [
    ['number 0', part(id, 0, SMALL), '400 InvalidArgument'],
    ['number 10,001', part(id, 10_001, SMALL), '400 InvalidArgument'],
    ['no number', part(id, 'x', SMALL), '400 InvalidArgument'],
    ['number 10,000', part(id, 10_000, SMALL), '200 '],
    ['an unknown upload', part('x', 1, SMALL), '404 NoSuchUpload'],
    [
      'another key',
      { ...part(id, 1, SMALL), path: `/bkt/other?partNumber=1&uploadId=${id}` },
      '404 NoSuchUpload',
    ],
    ['no checksum', part(id, 1, SMALL, {}), '400 InvalidRequest'],
    ['a checksum of another algorithm', part(id, 1, SMALL, crc32), '400 InvalidRequest'],
    ['a wrong checksum', part(id, 1, SMALL, { 'x-amz-checksum-sha256': checksum('x') }), '400 BadDigest'],
    ['no length', part(id, 1, SMALL, { 'transfer-encoding': 'chunked' }), '411 MissingContentLength'],
    [
      '5 GiB and a byte',
      part(id, 1, SMALL, { 'content-length': String(5 * GIB + 1), connection: 'close' }),
      '400 EntityTooLarge',
    ],
    ['an upload without checksums', part(other, 1, SMALL), '400 InvalidRequest'],
    ['the default of SDKs for it', part(other, 1, SMALL, crc32), '200 '],
    ['an empty part', part(id, 2, Buffer.alloc(0)), '200 '],
    ['a copy', part(id, 1, SMALL, { 'x-amz-copy-source': '/bkt/k' }), '501 NotImplemented'],
  ]
  for (const [name, request, expected] of cases)
    t.equal(outcome(await sendS3(server, request)), expected, name)
  for (const [name, headers] of [
    ['an unknown algorithm', { 'x-amz-checksum-algorithm': 'ROT13' }],
    ['a type without an algorithm', { 'x-amz-checksum-type': 'COMPOSITE' }],
    ['a type that the algorithm does not have', { ...SHA256, 'x-amz-checksum-type': 'FULL_OBJECT' }],
  ] as const)
    t.equal(
      outcome(await sendS3(server, { method: 'POST', path: '/bkt/k?uploads', headers })),
      '400 InvalidRequest',
      name,
    )
  t.equal(outcome(await sendS3(server, { method: 'POST', path: '/none/k?uploads' })), '404 NoSuchBucket')
})

t.test('completions', async (t) => {
  const server = await serverWithBucket(t, { repeatableFor: 1000 })
  const id = await create(server)
  for (const [number, bytes] of [
    [1, FIVE],
    [2, SMALL],
    [3, SMALL],
    [5, FIVE],
  ] as const)
    t.equal((await sendS3(server, part(id, number, bytes))).status, 200)
  const first = { number: 1, bytes: FIVE }
  const second = { number: 2, bytes: SMALL }
  const right = [first, second]
  const composite = checksum(Buffer.concat([sha256(FIVE), sha256(SMALL)]))
  const size = String(FIVE.length + SMALL.length)
  const cases: readonly [string, RawS3Request, string][] = [
    ['no parts', complete(id, []), '400 MalformedXML'],
    ['no XML', { ...complete(id, right), body: 'x' }, '400 MalformedXML'],
    ['other XML', { ...complete(id, right), body: '<Other/>' }, '400 MalformedXML'],
    [
      'a part without an ETag',
      {
        ...complete(id, right),
        body: '<CompleteMultipartUpload><Part><PartNumber>1</PartNumber></Part></CompleteMultipartUpload>',
      },
      '400 MalformedXML',
    ],
    ['a part without a number', complete(id, [{ number: 'x', bytes: FIVE }]), '400 MalformedXML'],
    ['part 0', complete(id, [{ number: 0, bytes: FIVE }]), '400 InvalidArgument'],
    ['another order', complete(id, [second, first]), '400 InvalidPartOrder'],
    ['a part twice', complete(id, [first, first]), '400 InvalidPartOrder'],
    ['a hole', complete(id, [first, { number: 5, bytes: FIVE }]), '400 InvalidPartOrder'],
    ['not from 1', complete(id, [second]), '400 InvalidPartOrder'],
    [
      'a part that was not sent',
      complete(id, [...right, { number: 3, bytes: SMALL, etag: 'x' }]),
      '400 InvalidPart',
    ],
    ['another checksum', complete(id, [first, { ...second, sha256: checksum('x') }]), '400 InvalidPart'],
    ['no checksum', complete(id, [first, { ...second, sha256: undefined }]), '400 InvalidRequest'],
    ['a small part', complete(id, [...right, { number: 3, bytes: SMALL }]), '400 EntityTooSmall'],
    ['another composite', complete(id, right, { 'x-amz-checksum-sha256': checksum('x') }), '400 BadDigest'],
    [
      'a composite of more parts',
      complete(id, right, { 'x-amz-checksum-sha256': `${composite}-3` }),
      '400 BadDigest',
    ],
    [
      'a checksum of another algorithm',
      complete(id, right, { 'x-amz-checksum-crc32': 'AAAAAA==' }),
      '400 InvalidRequest',
    ],
    ['another type', complete(id, right, { 'x-amz-checksum-type': 'FULL_OBJECT' }), '400 InvalidRequest'],
    ['another size', complete(id, right, { 'x-amz-mp-object-size': '1' }), '400 InvalidRequest'],
    ['an unknown upload', complete('x', right), '404 NoSuchUpload'],
    ['another key', complete(id, right, {}, 'other'), '404 NoSuchUpload'],
  ]
  for (const [name, request, expected] of cases)
    t.equal(outcome(await sendS3(server, request)), expected, name)
  await sendS3(server, { method: 'PUT', path: '/bkt/k', body: 'x' })
  const headers = {
    'x-amz-checksum-sha256': composite,
    'x-amz-checksum-type': 'COMPOSITE',
    'x-amz-mp-object-size': size,
  }
  const only = { ...headers, 'if-none-match': '*' }
  t.equal(outcome(await sendS3(server, complete(id, right, only))), '412 PreconditionFailed')
  t.match(
    (await sendS3(server, { method: 'GET', path: `/bkt/k?uploadId=${id}` })).text,
    /<PartNumber>5</,
    'it is open',
  )
  const done = await sendS3(server, complete(id, right, headers))
  t.equal(elementIn(done.text, 'ChecksumSHA256'), `${composite}-2`)
  t.equal(
    (await sendS3(server, complete(id, right, headers))).text.replace(/Location.*Location/, ''),
    done.text.replace(/Location.*Location/, ''),
    'it can be repeated',
  )
  t.equal(outcome(await sendS3(server, part(id, 1, FIVE))), '404 NoSuchUpload')
  const whole = await sendS3(server, { method: 'GET', path: '/bkt/k' })
  t.ok(whole.body.equals(Buffer.concat([FIVE, SMALL])))
  server.control.advanceClock(1001)
  t.equal(outcome(await sendS3(server, complete(id, right))), '404 NoSuchUpload', 'but not for ever')
  const aborted = await create(server)
  t.equal((await sendS3(server, { method: 'DELETE', path: `/bkt/k?uploadId=${aborted}` })).status, 204)
  for (const request of [
    part(aborted, 1, SMALL),
    complete(aborted, right),
    { method: 'GET', path: `/bkt/k?uploadId=${aborted}` },
  ])
    t.equal(outcome(await sendS3(server, request)), '404 NoSuchUpload')
})

t.test('a checksum of the whole object is combined from those of the parts', async (t) => {
  const server = await serverWithBucket(t)
  for (const algorithm of ['CRC32', 'CRC32C', 'CRC64NVME'] as const) {
    const name = algorithm.toLowerCase()
    const value = (...pieces: Uint8Array[]): string => {
      const running = runningChecksum(algorithm)
      for (const piece of pieces) running.update(piece)
      return running.digest().toString('base64')
    }
    const id = await create(server, {
      'x-amz-checksum-algorithm': algorithm,
      'x-amz-checksum-type': 'FULL_OBJECT',
    })
    await sendS3(server, part(id, 1, FIVE, { [`x-amz-checksum-${name}`]: value(FIVE) }))
    await sendS3(server, part(id, 2, SMALL, { [`x-amz-checksum-${name}`]: value(SMALL) }))
    const parts = [
      { number: 1, bytes: FIVE, sha256: undefined },
      { number: 2, bytes: SMALL, sha256: undefined },
    ]
    const headers = { [`x-amz-checksum-${name}`]: value(FIVE, SMALL), 'x-amz-checksum-type': 'FULL_OBJECT' }
    const done = await sendS3(server, complete(id, parts, headers))
    t.equal(elementIn(done.text, `Checksum${algorithm}`), value(FIVE, SMALL), algorithm)
  }
})

t.test('without hashes of parts, checksums are ignored', async (t) => {
  const server = await serverWithBucket(t, { partHashes: false })
  const id = await create(server)
  const sent = await sendS3(server, part(id, 1, SMALL, { 'x-amz-checksum-sha256': checksum('x') }))
  t.equal(sent.status, 200)
  t.notHas(sent.headers, 'x-amz-checksum-sha256')
  t.notMatch((await sendS3(server, { method: 'GET', path: `/bkt/k?uploadId=${id}` })).text, /Checksum/)
  const done = await sendS3(
    server,
    complete(id, [{ number: 1, bytes: SMALL }], { 'x-amz-checksum-sha256': checksum('y') }),
  )
  t.equal(done.status, 200)
  t.notMatch(done.text, /Checksum/)
  const attributes = await sendS3(server, {
    method: 'GET',
    path: '/bkt/k?attributes',
    headers: { 'x-amz-object-attributes': 'ObjectParts,Checksum' },
  })
  t.match(attributes.text, /<ObjectParts><PartsCount>1<\/PartsCount><\/ObjectParts>/)
  t.equal(
    outcome(
      await sendS3(server, {
        ...part(await create(server), 1, SMALL),
        headers: { 'x-amz-content-sha256': '0'.repeat(64) },
      }),
    ),
    '400 XAmzContentSHA256Mismatch',
  )
})

t.test('lists have pages', async (t) => {
  const server = await serverWithBucket(t)
  const ids = []
  for (const key of ['a', 'b', 'b', 'c/1']) ids.push(await create(server, {}, key))
  const uploads: string[] = []
  for (let query = '', more = true; more;) {
    const { text } = await sendS3(server, { method: 'GET', path: `/bkt?uploads&max-uploads=1${query}` })
    uploads.push(elementIn(text, 'Key') ?? '')
    more = elementIn(text, 'IsTruncated') === 'true'
    query = `&key-marker=${elementIn(text, 'NextKeyMarker')}&upload-id-marker=${elementIn(text, 'NextUploadIdMarker')}`
  }
  t.strictSame(uploads, ['a', 'b', 'b', 'c/1'])
  const after = await sendS3(server, { method: 'GET', path: '/bkt?uploads&key-marker=b&prefix=c' })
  t.strictSame(
    [...after.text.matchAll(/<Key>(.*?)<\/Key>/g)].map(([, key]) => key),
    ['c/1'],
  )
  for (const [query, expected] of [
    ['?uploads&max-uploads=x', '400 InvalidArgument'],
    ['?uploads&delimiter=/', '501 NotImplemented'],
    [`/a?uploadId=${ids[0]}&max-parts=-1`, '400 InvalidArgument'],
    [`/a?uploadId=${ids[0]}&part-number-marker=x`, '400 InvalidArgument'],
    [`/a?uploadId=${ids[1]}`, '404 NoSuchUpload'],
    ['?list-type=2&max-keys=x', '400 InvalidArgument'],
    ['?list-type=2&continuation-token=x', '400 InvalidArgument'],
    ['?list-type=1', '501 NotImplemented'],
  ] as const)
    t.equal(outcome(await sendS3(server, { method: 'GET', path: `/bkt${query}` })), expected, query)
  const keys = ['a/1', 'a/2', 'b', 'c/1', 'd', '\u{1f600}', '\uff5e']
  for (const key of keys)
    await sendS3(server, { method: 'PUT', path: `/bkt/${encodeURIComponent(key)}`, body: key })
  const listed: string[] = []
  for (let query = '', more = true; more;) {
    const { text } = await sendS3(server, {
      method: 'GET',
      path: `/bkt?list-type=2&max-keys=2&delimiter=%2F&fetch-owner=true${query}`,
    })
    listed.push(...[...text.matchAll(/<(?:Key|Prefix)>([^<]+)</g)].map(([, key = '']) => key))
    more = elementIn(text, 'IsTruncated') === 'true'
    query = `&continuation-token=${elementIn(text, 'NextContinuationToken')}`
  }
  t.strictSame(listed, ['b', 'a/', 'd', 'c/', '\uff5e', '\u{1f600}'], 'in the order of bytes')
  const start = await sendS3(server, { method: 'GET', path: '/bkt?list-type=2&start-after=c%2F1&prefix=' })
  t.strictSame(
    [...start.text.matchAll(/<Key>(.*?)<\/Key>/g)].map(([, key]) => key),
    keys.slice(4).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
  )
  const none = await sendS3(server, { method: 'GET', path: '/bkt?list-type=2&max-keys=0' })
  t.match(none.text, /<KeyCount>0<.*<IsTruncated>false</)
})

t.test('attributes and restores', async (t) => {
  const server = await serverWithBucket(t, { restoreDelay: { standard: 1000 } })
  const headers = { 'x-amz-storage-class': 'GLACIER' }
  await sendS3(server, { method: 'PUT', path: '/bkt/k', body: 'x', headers })
  await sendS3(server, { method: 'PUT', path: '/bkt/s', body: 'x' })
  const restore = (body: string, key = 'k'): RawS3Request => ({
    method: 'POST',
    path: `/bkt/${key}?restore`,
    body: `<RestoreRequest>${body}</RestoreRequest>`,
  })
  for (const [name, request, expected] of [
    ['no days', restore(''), '400 MalformedXML'],
    ['0 days', restore('<Days>0</Days>'), '400 InvalidArgument'],
    ['a million days', restore('<Days>1000000</Days>'), '400 InvalidArgument'],
    ['an unknown tier', restore('<Days>1</Days><Tier>Fast</Tier>'), '400 MalformedXML'],
    ['a selection', restore('<Days>1</Days><Type>SELECT</Type>'), '501 NotImplemented'],
    ['an object of another class', restore('<Days>1</Days>', 's'), '403 InvalidObjectState'],
    ['an object that does not exist', restore('<Days>1</Days>', 'x'), '404 NoSuchKey'],
    [
      'Expedited',
      restore('<Days>1</Days><GlacierJobParameters><Tier>Standard</Tier></GlacierJobParameters>'),
      '202 ',
    ],
    ['again', restore('<Days>1</Days><Tier>Expedited</Tier>'), '409 RestoreAlreadyInProgress'],
  ] as const)
    t.equal(outcome(await sendS3(server, request)), expected, name)
  const shown = { 'x-amz-optional-object-attributes': 'RestoreStatus' }
  const list = async (): Promise<string> =>
    (await sendS3(server, { method: 'GET', path: '/bkt?list-type=2', headers: shown })).text
  t.match(await list(), /<IsRestoreInProgress>true</)
  server.control.completeRestores()
  t.match(await list(), /<IsRestoreInProgress>false<.*<RestoreExpiryDate>/)
  t.match(server.control.time, Date)
  t.equal((await sendS3(server, { method: 'GET', path: '/bkt/k' })).status, 200)
  const attributes = (names: string, key = 'k'): RawS3Request => ({
    method: 'GET',
    path: `/bkt/${key}?attributes`,
    headers: { 'x-amz-object-attributes': names },
  })
  t.match(
    (await sendS3(server, attributes('ETag, ObjectSize,StorageClass'))).text,
    /<ETag>\w{32}<.*<StorageClass>GLACIER<.*<ObjectSize>1</,
  )
  t.equal(outcome(await sendS3(server, attributes('Color'))), '400 InvalidArgument')
  t.equal(outcome(await sendS3(server, attributes('ETag', 'x'))), '404 NoSuchKey')
})
