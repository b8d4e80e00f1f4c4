import { createHash } from 'node:crypto'
import t from 'tap'
import type { BucketClient } from '../../../lib/s3/bucket-client.js'
import type { AttributesPage, ObjectPart } from '../../../lib/s3/bucket-responses.js'
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

/** Describes an object whose attributes have these pages. */
function describe(...pages: AttributesPage[]): Promise<DescribedObject> {
  const markers: (string | undefined)[] = []
  const client: Partial<BucketClient> = {
    getAttributes: ({ marker }) => {
      markers.push(marker)
      return Promise.resolve(pages[markers.length - 1] ?? pageOf())
    },
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
    ['no hash', describe(pageOf({ hash: undefined })), /has no SHA-256, so/],
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
