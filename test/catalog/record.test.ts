import t from 'tap'
import { encodeDescription } from '../../lib/glacier/description.js'
import { recordsIn } from '../../lib/catalog/lines/parse-line.js'
import { recordTimeMs } from '../../lib/catalog/record-time.js'
import { isSameStreamName } from '../../lib/catalog/stream-name.js'
import { isBucketName, isInSameVault } from '../../lib/catalog/vault-address.js'

const vault = { vaultName: 'backups', region: 'eu-west-1' }

t.test('a record is of a vault by name, region and endpoint, however the endpoint was typed', async (t) => {
  const table: [string | undefined, string | undefined, boolean][] = [
    [undefined, undefined, true],
    ['http://localhost:9000', 'http://localhost:9000', true],
    ['HTTP://LOCALHOST:9000/', 'http://localhost:9000', true],
    ['https://gate.example:443/base/', 'https://gate.example/base', true],
    ['https://gate.example/base', 'https://gate.example', false],
    ['http://localhost:9000', 'http://localhost:9001', false],
    ['http://localhost:9000', undefined, false],
    [undefined, 'http://localhost:9000', false],
    ['https://glacier.eu-west-1.amazonaws.com/', undefined, true],
    ['local', 'local:1b4e28ba', true],
    ['local', 'local', true],
    ['local:1b4e28ba', 'local:1b4e28ba', true],
    ['local:1b4e28ba', 'local:77a1c0de', false],
    ['local', 'http://localhost:9000', false],
    ['local', undefined, false],
    ['http://localhost:9000', 'local:1b4e28ba', false],
  ]
  for (const [recorded, used, expected] of table) {
    const what = `${recorded ?? 'none'} and ${used ?? 'none'}`
    t.equal(isInSameVault({ ...vault, endpoint: recorded }, { ...vault, endpoint: used }), expected, what)
  }
  t.notOk(isInSameVault(vault, { ...vault, vaultName: 'other' }))
  t.notOk(isInSameVault(vault, { ...vault, region: 'eu-west-2' }))
})

t.test('a record whose fields are not of their types is skipped, and others are read', (t) => {
  const record = { type: 'begun', time: 't', vaultName: 'v', uploadId: 'u', partSize: 1, volume: 1 }
  t.strictSame(recordsIn(JSON.stringify(record)), [record])
  const wrong = [
    { description: 7 },
    { name: {} },
    { uploadId: 1 },
    { archiveId: null },
    { time: [] },
    { partSize: '1' },
    { size: -1 },
    { volume: 1.5 },
    { firstPart: 'x' },
    { firstPart: null },
    { hash: 'x' },
    { hash: null },
    { hash: {} },
    { hash: { value: 7 } },
  ]
  for (const fields of wrong)
    t.strictSame(recordsIn(JSON.stringify({ ...record, ...fields })), [], JSON.stringify(fields))
  t.strictSame(recordsIn(JSON.stringify({ ...record, firstPart: { size: 1, treeHash: 'x' } })).length, 1)
  t.strictSame(recordsIn(JSON.stringify({ ...record, hash: { value: 'x-1' } })).length, 1)
  t.end()
})

t.test('the time of a record is one of the years 0 to 9999', (t) => {
  for (const time of ['0000-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z'])
    t.equal(new Date(recordTimeMs(time)).toISOString(), time)
  for (const time of ['-000001-12-31T23:59:59.999Z', '+010000-01-01T00:00:00.000Z', 'soon', ''])
    t.ok(Number.isNaN(recordTimeMs(time)), time)
  t.end()
})

t.test('names are the same in any Unicode form, and an empty name is none', (t) => {
  const encoded = encodeDescription('caf\u00e9')
  for (const [recorded, name, isSame] of [
    [undefined, undefined, true],
    ['', undefined, true],
    ['n', undefined, false],
    [undefined, 'n', false],
    ['', 'n', false],
    ['n', '', false],
    ['cafe\u0301', 'caf\u00e9', true],
    [encoded, 'caf\u00e9', true],
    [encoded, encoded, true],
  ] as const)
    t.equal(isSameStreamName(recorded, name), isSame, `${recorded} and ${name}`)
  t.end()
})

t.test('the name of a bucket begins with s3://, and has no key', (t) => {
  t.ok(isBucketName('s3://my.bucket-1'))
  t.ok(isBucketName('s3://b'))
  for (const name of ['backups', 'xs3://backups', 's3://', 's3://backups/', 's3://backups/k', 's3://Backups'])
    t.notOk(isBucketName(name), name)
  t.end()
})
