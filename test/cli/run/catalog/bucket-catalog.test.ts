import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { rm, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { MIB } from '../../../../lib/sizes.js'
import { bucketWorld } from '../../../helpers/bucket-put.js'
import { configuredCredentials } from '../../../helpers/local-vault.js'
import { patternBytes } from '../../../helpers/pattern-source.js'

const credentials = await configuredCredentials(t)

t.test('a lost catalog is rebuilt from the bucket, without a job', async (t) => {
  const { run, sdk, dir, records } = await bucketWorld(t, credentials)
  const file = join(dir, 'catalog.jsonl')
  const parts = ['--part-size', '8MiB', '--description', 'größer']
  t.match(await run(['put', 's3://backups/big', ...parts], patternBytes(9 * MIB)), { code: 0 })
  t.match(await run(['put', 's3://backups/2026/small', '--storage-class', 'GLACIER'], Buffer.from('hello')), {
    code: 0,
  })
  const before = (await records()).filter(({ type }) => type === 'archive')
  await sdk.send(
    new PutObjectCommand({ Bucket: 'backups', Key: 'other', Body: 'x', ChecksumAlgorithm: 'CRC32' }),
  )
  await rm(file)
  const diff = await run(['catalog', 'diff', 's3://backups'])
  t.match(
    diff.out,
    /^\+ {2}\S+ +5 B {2}s3:\/\/backups\/2026\/small {2}2026\/small {2}\(not in the catalog\)\n/,
  )
  t.match(
    diff.out,
    /other {2}\(not in the catalog, and without a SHA-256 or a key that a request can name\)\n$/,
  )
  t.match(await run(['catalog', 'rebuild', 's3://backups/2026/', '--json']), {
    code: 0,
    out: '{"vaultName":"s3://backups","objects":1,"added":1,"replaced":0,"reconciled":0,"withoutHash":0}\n',
  })
  t.match(await run(['catalog', 'rebuild', 's3://backups']), {
    code: 0,
    err: /Objects in the bucket: 3\. Added to the catalog: 1\.\n.*without a SHA-256 .*: 1 object\.\n/,
  })
  const rebuilt = await records()
  for (const record of before) {
    const { archiveId, size, hash, storageClass, description } = record as unknown as Record<string, unknown>
    t.match(
      rebuilt.find((one) => 'archiveId' in one && one.archiveId === archiveId),
      {
        size,
        hash: { value: (hash as { value: string }).value },
        storageClass,
        ...(typeof description === 'string' && { description }),
      },
    )
  }
  t.match(await run(['catalog', 'rebuild', 's3://backups', '--quiet']), { code: 0, err: '' })
  t.equal((await records()).length, rebuilt.length, 'nothing is added twice')
})

t.test('what was replaced, deleted and stored again elsewhere is found', async (t) => {
  const { run, sdk, dir, records } = await bucketWorld(t, credentials)
  const file = join(dir, 'catalog.jsonl')
  const put = (key: string, text: string) =>
    run(['put', `s3://backups/${key}`, '--overwrite'], Buffer.from(text))
  for (const key of ['a', 'b', 'c']) t.match(await put(key, 'first'), { code: 0 })
  t.match(await run(['rm', 's3://backups/c', '--yes']), { code: 0 })
  const catalog = await readFile(file)
  t.match(await put('a', 'other'), { code: 0 })
  t.match(await put('c', 'first'), { code: 0 })
  await sdk.send(new DeleteObjectCommand({ Bucket: 'backups', Key: 'b' }))
  await writeFile(file, catalog)
  const { out } = await run(['catalog', 'diff', 's3://backups'])
  t.match(
    out,
    /^\+ .*\/a {2}a {2}\(replaced since it was recorded\)\n\+ .*c {2}\(not in the catalog\)\n- .*b {2}\(not in the bucket\)\n$/,
  )
  t.equal((await run(['catalog', 'diff', 's3://backups/b'])).out.split('\n').length, 2)
  t.match(await run(['catalog', 'rebuild', 's3://backups']), {
    code: 0,
    err: /Added to the catalog: 2\.\n.*1 object replaced/,
  })
  t.match((await run(['ls', 's3://backups'])).out, /^c .*$/m, 'it is there again')
  t.match((await records()).at(-1), { archiveId: 's3://backups/c' })
})

t.test('an object whose upload had an unknown outcome gets the record of its stream', async (t) => {
  const { run, dir, records } = await bucketWorld(t, credentials)
  t.match(await run(['put', 's3://backups/k'], Buffer.from('hello')), { code: 0 })
  const [sending] = await records()
  await writeFile(join(dir, 'catalog.jsonl'), `${JSON.stringify(sending)}\n`)
  t.match(await run(['catalog', 'rebuild', 's3://backups']), {
    code: 0,
    err: /1 object had an unknown outcome/,
  })
  const { intentId, streamId } = sending as unknown as Record<string, string>
  t.match((await records()).at(-1), { type: 'archive', intentId, streamId, name: 'k' })
  t.match((await run(['ls'])).out, /^k .*k +s3:\/\/backups\n$/, 'it no longer only may exist')
})

t.test('an option about inventories is a usage error, and a failure is reported', async (t) => {
  const { run, server } = await bucketWorld(t, credentials)
  t.match(await run(['catalog', 'rebuild', 's3://backups', '--job', 'x']), {
    code: 2,
    err: /--job is for vaults/,
  })
  t.match(await run(['put', 's3://backups/k'], Buffer.from('hello')), { code: 0 })
  server.faults.add({ operation: 'HeadObject', fault: 'error', status: 404, code: 'NoSuchKey', nth: 1 })
  t.match(
    await run(['catalog', 'rebuild', 's3://backups']),
    { code: 0, err: /Objects in the bucket: 0\./ },
    'deleted meanwhile',
  )
  server.faults.add({ operation: 'HeadObject', fault: 'error', status: 403, code: 'AccessDenied' })
  t.match(await run(['catalog', 'diff', 's3://backups']), { code: 1 })
})

t.test('an object whose key no request can name is left out, and shown without its controls', async (t) => {
  const { run, sdk } = await bucketWorld(t, credentials)
  t.match(await run(['put', 's3://backups/größe #1?%41+ b', '-q'], Buffer.from('hello')), { code: 0 })
  for (const Key of ['a/../b', './c', 'x\u001b[31my'])
    await sdk.send(new PutObjectCommand({ Bucket: 'backups', Key, Body: 'x', ChecksumAlgorithm: 'SHA256' }))
  await rm(join(t.testdirName, 'catalog.jsonl'))
  const diff = await run(['catalog', 'diff', 's3://backups'])
  t.match(diff, { code: 0, out: /x\\u001b\[31my/ })
  t.notMatch(diff.out, '\u001b')
  t.match(await run(['catalog', 'rebuild', 's3://backups']), {
    code: 0,
    err: /Objects in the bucket: 4\. Added to the catalog: 1\.\n.*Left out.*3 objects/,
  })
})

t.test(
  'an object that the catalog has, and whose SHA-256 the service does not state, is no difference',
  async (t) => {
    const { run, server } = await bucketWorld(t, credentials)
    t.match(await run(['put', 's3://backups/a'], Buffer.from('hello')), { code: 0 })
    t.match(await run(['catalog', 'diff', 's3://backups']), { code: 0, out: '' })
    server.faults.add({ operation: 'HeadObject', fault: 'no-hash' })
    t.match(await run(['catalog', 'diff', 's3://backups']), { code: 0, out: '' })
  },
)
