import { PutObjectCommand } from '@aws-sdk/client-s3'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { MIB } from '../../../../lib/sizes.js'
import { bucketWorld } from '../../../helpers/bucket-put.js'
import { configuredCredentials } from '../../../helpers/local-vault.js'
import { patternBytes } from '../../../helpers/pattern-source.js'

const credentials = await configuredCredentials(t)
const PART = 8 * MIB
const bytes = patternBytes(2 * PART + 5)
const K = 's3://backups/k'

t.test('a file is compared part by part with an object, and nothing is restored', async (t) => {
  const { run, dir, requests, sdk } = await bucketWorld(t, credentials)
  const [same, other, shorter] = [join(dir, 'same'), join(dir, 'other'), join(dir, 'shorter')]
  await writeFile(same, bytes)
  await writeFile(shorter, bytes.subarray(1))
  const changed = Buffer.from(bytes)
  changed[PART] = (changed[PART] ?? 0) ^ 1
  await writeFile(other, changed)
  t.match(await run(['put', K, '--part-size', '8MiB', '-q'], bytes), { code: 0 })

  t.strictSame(await run(['verify', same, K]), { code: 0, out: `${same}: OK\n`, err: '' })
  t.match(await run(['verify', '-', K], bytes), { code: 0, out: '-: OK\n' })
  const json = JSON.parse((await run(['verify', same, K, '--json'])).out) as object
  t.match(json, { file: same, archiveId: K, size: bytes.length })
  t.match(json, { hash: { algorithm: 'sha256-composite', value: /=-3$/, partSize: PART } })
  const differs = await run(['verify', other, K])
  t.match(differs, { code: 4, out: '' })
  t.match(
    differs.err,
    /The hash of bytes 8388608-16777215 of \S+other \(part 2\) does not match\. Expected: \w{64}\./,
  )
  t.match(await run(['verify', shorter, K]), {
    code: 4,
    err: /shorter: expected 16777221 bytes, found 16777220/,
  })
  t.match(await run(['verify', '-', K], bytes.subarray(0, PART)), { code: 4, err: /expected 16777221 bytes/ })
  t.match(await run(['verify', '-', K], Buffer.concat([bytes, bytes])), { code: 4, err: /found 33554442/ })
  t.match(await run(['verify', join(dir, 'none'), K]), { code: 1, err: /no such file/ })

  t.match(await run(['put', 's3://backups/one', '-q'], Buffer.from('x')), { code: 0 })
  await writeFile(same, 'x')
  t.match(await run(['verify', same, 's3://backups/one']), { code: 0 })
  await sdk.send(
    new PutObjectCommand({ Bucket: 'backups', Key: 'crc', Body: 'x', ChecksumAlgorithm: 'CRC32' }),
  )
  t.match(await run(['verify', same, 's3://backups/crc']), { code: 1, err: /cannot be verified/ })
  t.equal(requests('RestoreObject') + requests('GetObject'), 0)
})

t.test('a file is compared with all volumes of a set, or with one of them', async (t) => {
  const { run, dir } = await bucketWorld(t, credentials)
  const [whole, first] = [join(dir, 'whole'), join(dir, 'first')]
  await writeFile(whole, bytes)
  await writeFile(first, bytes.subarray(0, PART))
  const put = ['put', K, '--part-size', '8MiB', '--max-archive-size', '8MiB', '-q']
  t.match(await run(put, bytes), { code: 0 })
  const compared = await run(['verify', whole, K])
  t.match(compared, { code: 0, err: /The object is the first of 3 volumes, which are all compared\.\n/ })
  t.match(await run(['verify', whole, K, '-q']), { code: 0, err: '' })
  t.match(JSON.parse((await run(['verify', whole, K, '--json'])).out), {
    archiveId: K,
    size: bytes.length,
    volumes: [{ archiveId: K, size: PART }, { archiveId: `${K}.volume2` }, { size: 5 }],
  })
  t.match(await run(['verify', first, K, '--no-volumes']), { code: 0, err: '' })
  t.match(await run(['verify', first, K]), { code: 4, err: /expected 16777221 bytes/ })
  const changed = Buffer.from(bytes)
  changed[2 * PART] = (changed[2 * PART] ?? 0) ^ 1
  await writeFile(whole, changed)
  t.match(await run(['verify', whole, K]), { code: 4, err: /\(part 1 of volume 3\)/ })
})

t.test('the operands of verify are those of a vault or an object', async (t) => {
  const { run } = await bucketWorld(t, credentials)
  for (const [words, err] of [
    [['verify', 'f', K, 'docs.tar'], /Give the address of one object, .*not s3:\/\/backups\/k docs\.tar/],
    [['verify', 'f', K, '--inventory'], /--inventory is for vaults/],
    [['verify', 'f', K, '--job', 'j'], /--job is for vaults/],
    [['verify', 'f', 's3://backups'], /has no key/],
    [
      ['verify', 'f', 'docs'],
      /^error: missing required argument 'archive'\n\(run with --help for the usage\)\n$/,
    ],
    [['verify', 'f', 'docs', 'a', '--requester-pays'], /is for objects of a bucket/],
  ] as const)
    t.match(await run(words), { code: 2, err }, words.join(' '))
})
