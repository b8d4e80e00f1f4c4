import t from 'tap'
import { checkRecord } from '../../../lib/catalog/exchange/record-check.js'
import type { CatalogRecord } from '../../../lib/catalog/record.js'

const time = '2026-01-01T00:00:00.000Z'
const place = { time, region: 'eu-west-1', vaultName: 'backups' }
const hash = 'a'.repeat(64)
const content = { size: 5, treeHash: hash }

/** A record of each type with the fields that it must have, and no others. */
const records: readonly CatalogRecord[] = [
  { type: 'archive', ...place, ...content, archiveId: 'a', volume: 1 },
  { type: 'begun', ...place, uploadId: 'u', partSize: 4, volume: 1 },
  { type: 'completing', time, uploadId: 'u' },
  { type: 'sending', ...place, ...content, intentId: 'i', volume: 1 },
  { type: 'rejected', time },
  { type: 'mismatched', ...place, archiveId: 'a', size: 5, sentTreeHash: hash },
  { type: 'aborted', ...place },
  { type: 'expired', ...place },
  { type: 'superseded', ...place },
  { type: 'unknown', ...place },
  { type: 'ended', time, uploadId: 'u' },
  { type: 'orphan', ...place, ...content },
  { type: 'deleted', ...place, archiveId: 'a' },
]

/** The names of required fields that another one may replace. */
const REQUIRED_NAMES: Readonly<Record<string, string>> = {
  treeHash: 'treeHash or hash',
  sentTreeHash: 'sentTreeHash or sentHash',
}

/** The problem of a record; `undefined` if it is valid. */
function problemOf(record: object | null): string | undefined {
  const checked = checkRecord(JSON.stringify(record))
  return 'problem' in checked ? checked.problem : undefined
}

/** The problem of a record of an archive with another value of a field. */
function problemWith(field: string, value: unknown): string | undefined {
  return problemOf({ ...records[0], [field]: value })
}

t.test('each type of record has fields that it must have', async (t) => {
  for (const record of records) {
    t.equal(problemOf(record), undefined, record.type)
    for (const field of Object.keys(record).filter((name) => name !== 'type'))
      t.equal(
        problemOf({ ...record, [field]: undefined }),
        `a record of the type ${record.type} must have the field ${REQUIRED_NAMES[field] ?? field}.`,
      )
  }
})

t.test('an archive in a bucket has a hash that states its algorithm', async (t) => {
  const composite = { algorithm: 'sha256-composite', value: `${'A'.repeat(43)}=-3`, partSize: 8 }
  const archive = { type: 'archive', ...place, archiveId: 's3://b/k', volume: 1, size: 5 }
  t.equal(problemOf({ ...archive, hash: composite }), undefined)
  for (const value of [hash, '0123456789abcdef'.repeat(4)])
    t.equal(problemOf({ ...archive, hash: { algorithm: 'sha256', value } }), undefined)
  for (const value of [`${'0'.repeat(43)}=-10`, `${'+/'.repeat(21)}A=-10000`])
    t.equal(problemOf({ ...archive, hash: { ...composite, value } }), undefined)
  const part = { size: 5, hash: { algorithm: 'sha256', value: hash } }
  t.equal(problemOf({ type: 'completing', time, uploadId: 'u', firstPart: part }), undefined)
  const sent = { type: 'mismatched', ...place, archiveId: 'a', size: 5, sentHash: composite }
  t.equal(problemOf(sent), undefined)
  for (const wrong of [
    { ...composite, algorithm: 'md5' },
    { ...composite, value: 'x' },
    { ...composite, value: 7 },
    { ...composite, value: `x${composite.value}` },
    { ...composite, value: `${composite.value}x` },
    { ...composite, value: `${'A'.repeat(43)}=-0` },
    { algorithm: 'sha256', value: `x${hash}` },
    { algorithm: 'sha256', value: `${hash}x` },
    hash,
    null,
  ])
    t.match(problemOf({ ...archive, hash: wrong }), /^the field hash has a value that is not valid/)
})

t.test('each field has values that are valid, and others that are not', async (t) => {
  const ids = { valid: ['x', '-', 'é'], wrong: ['', 'a\nb', 7, null] }
  const texts = { valid: ['', 'a\nb'], wrong: [7, null, {}] }
  const hashes = {
    valid: [hash, '0123456789abcdef'.repeat(4)],
    wrong: [`x${hash}`, `${hash}x`, 'a', 'G'.repeat(64), 7],
  }
  const counts = { valid: [1, 2, Number.MAX_SAFE_INTEGER], wrong: [0, -1, 1.5, '1', 2 ** 53, null] }
  const marks = { valid: [true], wrong: [false, 'true', 1] }
  const longTime = `${time.slice(0, -1)}${'0'.repeat(16)}Z`
  const cases: Record<string, { readonly valid: readonly unknown[]; readonly wrong: readonly unknown[] }> = {
    time: { valid: [time, longTime], wrong: ['soon', '', 7, `${longTime.slice(0, -1)}0Z`, null] },
    region: ids,
    endpoint: ids,
    vaultName: {
      valid: ['', 'a_b.C-9', 'v'.repeat(255), 's3://my.bucket-1'],
      wrong: ['a/b', 'v'.repeat(256), 'a b', 7, 's3://', 's3://B-1', 's3://abc/'],
    },
    accountId: { valid: ['123456789012', '-'], wrong: ['x-', '-x', '1', '1234567890123', 'a'.repeat(12), 7] },
    archiveId: ids,
    uploadId: ids,
    intentId: ids,
    streamId: ids,
    firstVolume: ids,
    versionId: ids,
    storageClass: ids,
    name: texts,
    description: texts,
    size: { valid: [0, 1, Number.MAX_SAFE_INTEGER], wrong: [-1, 1.5, '1', 2 ** 53, null] },
    treeHash: hashes,
    sentTreeHash: hashes,
    partSize: counts,
    parts: counts,
    volume: counts,
    more: marks,
    settles: marks,
    firstPart: {
      valid: [{ size: 0, treeHash: hash }],
      wrong: [null, [], 'x', { size: -1, treeHash: hash }, { size: 1, treeHash: 'x' }, { treeHash: hash }],
    },
    sentHash: { valid: [{ algorithm: 'sha256', value: hash }], wrong: [hash, null, { algorithm: 'sha256' }] },
    owner: { valid: [{}, { host: 'h' }], wrong: [[], null, 'x'] },
  }
  t.equal(longTime.length, 40)
  for (const [field, { valid, wrong }] of Object.entries(cases)) {
    for (const value of valid)
      t.equal(problemWith(field, value), undefined, `${field}: ${JSON.stringify(value)}`)
    for (const value of wrong)
      t.match(
        problemWith(field, value),
        `the field ${field} has a value that is not valid: `,
        `${field}: ${JSON.stringify(value)}`,
      )
  }
})

t.test('a line that is no object has a problem, not an error', async (t) => {
  for (const text of ['null', '[]', '7', '"x"', '', '{', 'undefined'])
    t.strictSame(checkRecord(text), { problem: 'it is not a JSON object.' }, text)
  for (const record of [{}, { type: 7 }, { type: null }])
    t.equal(problemOf(record), 'it has no type of record.')
  t.equal(problemOf({ type: 'new' }), 'this version does not know records of the type "new".')
})

t.test('a value is shown whole if it has at most 60 characters', async (t) => {
  const start = 'the field vaultName has a value that is not valid: '
  const longest = ` ${'x'.repeat(57)}` // and two quotes
  t.equal(problemWith('vaultName', longest), `${start}"${longest}".`)
  t.equal(problemWith('vaultName', `${longest}y`), `${start}"${longest}y….`)
})
