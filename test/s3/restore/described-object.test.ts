import { createHash } from 'node:crypto'
import t from 'tap'
import type { BucketClient } from '../../../lib/s3/bucket-client.js'
import type { AttributesPage, ObjectFacts, ObjectPart } from '../../../lib/s3/bucket-responses.js'
import { ServiceError } from '../../../lib/errors.js'
import { CompositeHash, toWireHash } from '../../../lib/s3/composite-hash.js'
import { describeObject, type DescribedObject } from '../../../lib/s3/restore/described-object.js'

const HASHES = ['a', 'b', 'c'].map((text) => createHash('sha256').update(text).digest('hex'))
const PARTS: ObjectPart[] = HASHES.map((sha256, i) => ({ partNumber: i + 1, size: 10, sha256 }))
const COMPOSITE = createHash('sha256')
  .update(Buffer.from(HASHES.join(''), 'hex'))
  .digest('hex')

function pageOf(more: Partial<AttributesPage> = {}): AttributesPage {
  return {
    ...{
      items: PARTS,
      marker: undefined,
      size: 30,
      etag: 'e',
      versionId: undefined,
      storageClass: 'GLACIER',
    },
    ...{ hash: { sha256: COMPOSITE, parts: undefined }, parts: 3 },
    ...more,
  }
}

const MD5 = createHash('md5').update('abc').digest('hex')
const FACTS: ObjectFacts = {
  ...{ size: 30, etag: `"${MD5}"`, versionId: undefined, storageClass: 'GLACIER', lastModified: undefined },
  ...{ hash: undefined, metadata: {}, restore: undefined, archiveStatus: undefined },
}

/** Describes an object whose attributes have these pages. */
function describe(...pages: AttributesPage[]): Promise<DescribedObject> {
  return describeAs({}, ...pages)
}

/** Describes an object that HeadObject describes as well. */
function describeAs(found: Partial<ObjectFacts>, ...pages: AttributesPage[]): Promise<DescribedObject> {
  const markers: (string | undefined)[] = []
  const client: Partial<BucketClient> = {
    getAttributes: ({ marker }) => {
      markers.push(marker)
      return Promise.resolve(pages[markers.length - 1] ?? pageOf())
    },
    headObject: () => Promise.resolve({ ...FACTS, ...found }),
  }
  return describeObject(client as BucketClient, { bucket: 'backups', key: 'a' })
}

t.test('the parts of an object are read page by page, and together have its composite', async (t) => {
  const whole = await describe(pageOf())
  t.match(whole, {
    ...{ size: 30, etag: '"e"', hash: `${Buffer.from(COMPOSITE, 'hex').toString('base64')}-3` },
    parts: [
      { start: 0, end: 10, hash: HASHES[0] },
      { start: 10, end: 20, hash: HASHES[1] },
      { start: 20, end: 30, hash: HASHES[2] },
    ],
  })
  const pages = [pageOf({ items: PARTS.slice(0, 2), marker: '2' }), pageOf({ items: PARTS.slice(2) })]
  t.strictSame(await describe(...pages), whole)
  t.equal((await describe(pageOf({ etag: '"quoted"' }))).etag, '"quoted"')
  t.equal((await describe(pageOf({ etag: undefined }))).etag, undefined)
})

t.test('an object that was stored in one request is one part', async (t) => {
  const [sha256 = ''] = HASHES
  const found = await describe(pageOf({ items: [], hash: { sha256, parts: undefined }, parts: undefined }))
  t.strictSame(found.parts, [{ start: 0, end: 30, hash: sha256 }])
  t.match(found.hash, /-1$/)
})

t.test('an object that cannot be verified is refused, with its address', async (t) => {
  const unverifiable: [string, Promise<unknown>, RegExp][] = [
    [
      'no hash, and several parts',
      describeAs({ etag: `"${MD5}-3"` }, pageOf({ hash: undefined, etag: `${MD5}-3` })),
      /has no SHA-256, and its ETag is no MD5 of its bytes \(it was stored in several parts/,
    ],
    [
      'no hash, and a key of KMS',
      describeAs({ encryption: 'aws:kms' }, pageOf({ hash: undefined, etag: MD5 })),
      /no MD5 of its bytes \(it is encrypted with aws:kms\), so its bytes cannot be verified/,
    ],
    [
      'no hash, and another object',
      describe(pageOf({ hash: undefined })),
      /was replaced while it was described/,
    ],
    ['no parts', describe(pageOf({ items: [] })), /has a SHA-256 that its parts do not give|expected 30/],
    ['a gap', describe(pageOf({ items: PARTS.slice(1) })), /no SHA-256 of each part/],
    [
      'a part without a hash',
      describe(pageOf({ items: [{ partNumber: 1, size: 30, sha256: undefined }], parts: 1 })),
      /no SHA-256 of each part/,
    ],
    [
      'another composite',
      describe(pageOf({ hash: { sha256: String(HASHES[0]), parts: 3 } })),
      /has a SHA-256 that its parts do not give/,
    ],
    [
      'another object',
      describe(pageOf({ items: PARTS.slice(0, 2), marker: '2' }), pageOf({ etag: 'other' })),
      /was replaced while it was described/,
    ],
  ]
  for (const [name, found, message] of unverifiable) {
    const error = await found.catch((thrown: unknown) => thrown)
    t.match(error, { message }, name)
    if (name !== 'no parts') t.match(error, { code: 'ERR_UNVERIFIABLE', archiveId: 's3://backups/a' }, name)
  }
  await t.rejects(describe(pageOf({ size: 0 })), { code: 'ERR_SIZE_MISMATCH' })
  await t.rejects(describe(pageOf({ size: 31 })), { code: 'ERR_SIZE_MISMATCH', expected: 31, actual: 30 })
})

t.test('a list of parts that does not end is an error, and does not fill the memory', async (t) => {
  const repeated = pageOf({ items: [], marker: '1' })
  await t.rejects(describe(repeated, repeated, repeated), { code: 'ERR_REPEATED_MARKER' })
  const many = Array.from({ length: 10_001 }, (_, i) => ({ partNumber: i + 1, size: 1, sha256: HASHES[0] }))
  await t.rejects(describe(pageOf({ items: many, size: many.length })), {
    code: 'ERR_UNVERIFIABLE',
    message: /more than 10000 parts/,
  })
  const endless = Array.from({ length: 3 }, (_, i) => pageOf({ items: many.slice(0, 5000), marker: `${i}` }))
  await t.rejects(describe(...endless), { code: 'ERR_UNVERIFIABLE', message: /more than 10000 parts/ })
})

t.test('a server that does not know the attributes describes an object by HeadObject', async (t) => {
  const failure = (serviceCode: string): ServiceError =>
    new ServiceError('no', { operation: 'GetObjectAttributes', serviceCode })
  const describeBy = (
    error: Error,
    found: Partial<ObjectFacts>,
    known?: string,
  ): Promise<DescribedObject> => {
    const client: Partial<BucketClient> = {
      getAttributes: () => Promise.reject(error),
      headObject: () => Promise.resolve({ ...FACTS, ...found }),
    }
    return describeObject(client as BucketClient, { bucket: 'backups', key: 'a' }, known)
  }
  const composite = toWireHash(new CompositeHash().update(String(HASHES[0])).digest())
  for (const code of ['UnexpectedResponse', 'IncompleteResponse', 'NotImplemented', 'MethodNotAllowed']) {
    const { beginHash, ...found } = await describeBy(failure(code), {})
    t.strictSame(found, { size: 30, hash: `md5-${MD5}`, parts: [], etag: `"${MD5}"` }, code)
    t.equal(beginHash?.().update(Buffer.from('abc')) instanceof Object, true)
    t.match(await describeBy(failure(code), {}, composite), { hash: composite }, code)
  }
  const unknown = failure('NotImplemented')
  const inParts = { etag: `"${MD5}-3"`, metadata: { 'part-size': '10' } }
  t.match(await describeBy(unknown, inParts), { hash: `md5-${MD5}-3` })
  await t.rejects(describeBy(unknown, { ...inParts, metadata: {} }), { code: 'ERR_UNVERIFIABLE' })
  await t.rejects(describeBy(unknown, { size: 0 }), { code: 'ERR_SIZE_MISMATCH' })
  for (const error of [failure('SlowDown'), new Error('other')]) await t.rejects(describeBy(error, {}), error)
  const own = { hash: { sha256: COMPOSITE, parts: 3 } }
  for (const found of [own, { etag: undefined }])
    t.equal(await describeBy(unknown, found).catch((error: unknown) => error), unknown, 'S3, or a page')
  const single = pageOf({ items: [], hash: undefined, parts: undefined, etag: MD5 })
  t.match(await describeAs({}, single), { hash: `md5-${MD5}` }, 'what is known of another object is not used')
})

t.test('an object without SHA-256 has the hash of all its bytes, if its ETag is their MD5', async (t) => {
  const single = pageOf({ items: [], hash: undefined, parts: undefined, etag: MD5 })
  for (const encryption of [undefined, 'AES256']) {
    const { beginHash, ...found } = await describeAs({ encryption }, single)
    t.strictSame(found, { size: 30, hash: `md5-${MD5}`, parts: [], etag: `"${MD5}"` })
    const hasher = beginHash?.()
    for (const text of ['a', '', 'bc']) hasher?.update(Buffer.from(text))
    t.equal(hasher?.digest(), found.hash)
  }
  await t.rejects(describe({ ...single, size: 0 }), { code: 'ERR_SIZE_MISMATCH' })
})
