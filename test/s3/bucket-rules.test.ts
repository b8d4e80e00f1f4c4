import t from 'tap'
import { checkRequest, REQUESTS, type Calls } from '../../lib/s3/bucket-rules.js'

const SHA = 'ab'.repeat(32)
const base = { bucket: 'backups', expectedBucketOwner: '123456789012', requesterPays: true }
const keyed = { ...base, key: 'docs.tar' }
const object = { ...keyed, versionId: 'v' }
const upload = { ...keyed, uploadId: 'u' }
const page = { marker: 'm', limit: 1000 }
const sent = {
  bytes: Buffer.from('abc'),
  sha256: SHA,
  sendLimit: { take: () => undefined },
  onSent: () => undefined,
}
const lock = { mode: 'GOVERNANCE', retainUntil: '2030-01-01', legalHold: true }
const created = {
  ...keyed,
  storageClass: 'GLACIER',
  metadata: { 'a-B_1.': 'x y' },
  tags: { 'ä b': '' },
  kmsKeyId: 'k',
  lock,
  contentType: 'text/plain',
}
const parts = [
  { partNumber: 1, etag: '"e"', sha256: SHA },
  { partNumber: 2, etag: '"f"' },
]

/** A right request of each call, with all its fields. */
const RIGHT: Record<keyof Calls, Record<string, unknown>> = {
  headObject: object,
  putObject: { ...created, ...sent, ifAbsent: true },
  createUpload: created,
  uploadPart: { ...upload, ...sent, partNumber: 10_000 },
  listParts: { ...upload, ...page },
  completeUpload: { ...upload, parts, hash: { sha256: SHA, parts: 2 }, size: 0, ifAbsent: false },
  abortUpload: upload,
  getObject: { ...object, range: { start: 0, end: 1 }, objectSize: 9, ifMatch: '"e"' },
  restoreObject: { ...object, days: 1, tier: 'Bulk' },
  getAttributes: { ...object, ...page },
  listObjects: { ...base, prefix: '', ...page },
  listUploads: { ...base, prefix: 'a/', ...page },
  deleteObject: { ...object, ifMatch: '"e"' },
  headBucket: base,
}

const many = Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`t${i}`, '']))

/** Wrong values of each field: of a wrong type, and out of range. */
const WRONG: Record<string, readonly [types: readonly unknown[], ranges: readonly unknown[]]> = {
  bucket: [[7], ['', 'AB', 'b/c']],
  key: [[7], ['', 'a\nb', '../x']],
  prefix: [[7], ['a\nb', 'x'.repeat(1025)]],
  expectedBucketOwner: [[7], ['', '1', '12345678901x']],
  requesterPays: [['yes'], []],
  signal: [['x', {}], []],
  versionId: [[7], ['', 'a b', 'a\n', 'x'.repeat(4097)]],
  uploadId: [[7], ['', 'a b']],
  ifMatch: [[7], ['', 'a\n']],
  marker: [[7], ['']],
  limit: [['1'], [0, 1001, 1.5]],
  bytes: [['abc'], []],
  sha256: [[7], ['', 'x', SHA.toUpperCase(), `${SHA}0`]],
  sendLimit: [[7, {}], []],
  onSent: [[7], []],
  partNumber: [['1'], [0, 10_001, 1.5]],
  ifAbsent: [[1], []],
  storageClass: [[7], ['', 'glacier']],
  metadata: [
    [7, [], { a: 1 }],
    [{ 'a b': '' }, { a: 'ä' }, { a: 'x\n' }, { a: 'x'.repeat(2048) }],
  ],
  tags: [
    [7, { a: 1 }],
    [many, { '': '' }, { a: 'x'.repeat(257) }, { ['x'.repeat(129)]: '' }, { 'a&b': '' }],
  ],
  kmsKeyId: [[7], ['', 'a\n', 'ä']],
  contentType: [[7], ['', 'a\nb']],
  lock: [
    [7, { mode: 7 }, { other: 1 }],
    [
      { mode: 'OTHER' },
      { mode: 'COMPLIANCE' },
      { retainUntil: '2030-01-01' },
      { ...lock, retainUntil: 'soon' },
    ],
  ],
  parts: [
    [7, [7], [{}], [{ partNumber: 1, etag: 7 }], [{ partNumber: 1, etag: 'e', sha256: 7 }]],
    [
      [{ partNumber: 0, etag: 'e' }],
      [{ partNumber: 1, etag: '' }],
      [{ partNumber: 1, etag: 'e', sha256: 'x' }],
    ],
  ],
  hash: [
    [7, {}],
    [{ sha256: 'x' }, { sha256: SHA, parts: 'x' }],
  ],
  size: [['1'], [-1, 1.5]],
  range: [[7, { start: 0 }], [{ start: 1, end: 1 }]],
  objectSize: [['1'], [-1]],
  days: [['1'], [0, 1.5]],
  tier: [[7], ['Fast']],
}

const checking = (call: string, request: unknown) => (): void => {
  checkRequest(call as 'headObject', request as never)
}

t.test('a request with all its fields is right, and a wrong field is named', (t) => {
  for (const [call, request] of Object.entries(RIGHT)) {
    checking(call, request)()
    t.strictSame(
      Object.keys({ ...request, signal: 1 }).sort(),
      Object.keys(REQUESTS[call as keyof Calls]).sort(),
      `the fields of ${call}`,
    )
    for (const field of Object.keys(REQUESTS[call as keyof Calls])) {
      const [types, ranges] = WRONG[field] ?? [[], []]
      t.ok(types.length > 0, `${field} has wrong values`)
      for (const value of types) {
        const wrong = { ...request, [field]: value }
        t.throws(checking(call, wrong), { name: 'TypeError', message: field }, `${field} of ${call}`)
      }
      for (const value of ranges) {
        const wrong = { ...request, [field]: value }
        t.throws(checking(call, wrong), { name: 'RangeError', message: field }, `${field} of ${call}`)
      }
    }
  }
  t.end()
})

t.test('a missing field and an unknown one are refused', (t) => {
  for (const [call, request] of Object.entries(RIGHT)) {
    t.throws(checking(call, { ...request, bucket: undefined }), { name: 'TypeError', message: /bucket/ })
    t.throws(checking(call, { ...request, Bucket: 'b' }), { message: /Did you mean bucket\?/ })
    t.throws(checking(call, null), TypeError)
  }
  t.end()
})
