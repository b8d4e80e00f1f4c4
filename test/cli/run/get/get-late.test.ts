import { PutObjectCommand, type PutObjectCommandInput } from '@aws-sdk/client-s3'
import { execFileSync } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import t from 'tap'
import { MIB } from '../../../../lib/sizes.js'
import { bucketWorld, type BucketWorld } from '../../../helpers/bucket-put.js'
import { configuredCredentials } from '../../../helpers/local-vault.js'
import { patternBytes } from '../../../helpers/pattern-source.js'

const credentials = await configuredCredentials(t)
/** Three ranges. */
const bytes = patternBytes(40 * MIB + 5)
const K = 's3://backups/k'

/** Stores bytes as another program does. */
async function storedBy({ sdk }: BucketWorld, more: Partial<PutObjectCommandInput> = {}): Promise<void> {
  const input = { Bucket: 'backups', Key: 'k', Body: bytes, ChecksumAlgorithm: 'CRC32' } as const
  await sdk.send(new PutObjectCommand({ ...input, ...more }))
}

t.test('an object of another program goes into a file, and to stdout only with --check-late', async (t) => {
  const world = await bucketWorld(t, credentials)
  const { run, dir, requests } = world
  await storedBy(world, { StorageClass: 'GLACIER' })
  const refused =
    /^glacier-pipe: The archive s3:\/\/backups\/k has no SHA-256 of its parts, so its bytes can only be verified when all of them have arrived\. Retrieve all of it into a file, .*-o FILE\..*--check-late[^\n]*\n$/
  t.match(await run(['get', K]), { code: 1, err: refused, out: '' })
  t.match(await run(['get', K, '-o', '-']), { code: 1, err: refused, out: '' })
  const file = join(dir, 'out')
  for (const more of [
    ['--range', '0-9'],
    ['--range', '5-', '--check-late'],
  ])
    t.match(await run(['get', K, '-o', file, ...more]), { code: 1, err: /only a range of it was requested/ })
  t.equal(requests('RestoreObject'), 0)
  t.match(await run(['get', K, '--no-wait']), { code: 0, out: `${K}\n` })
  const got = await run(['get', K, '-o', file])
  t.match(got, {
    code: 0,
    err: /k has no SHA-256 of its parts: its bytes are verified when all of them have arrived, by the MD5 that its ETag is\. The file gets its name then\.\n/,
  })
  t.ok((await readFile(file)).equals(bytes))
  t.equal(requests('RestoreObject'), 1)
  for (const [more, note] of [
    [[], /: If they are wrong|\. If they are wrong, they have been output by then\.\n/],
    [['-q'], /^$/],
  ] as const) {
    const { it, ended } = world.start(['get', K, '--check-late', ...more], Readable.from([]))
    t.match(await ended, { code: 0, err: note })
    t.ok(it.outBytes().equals(bytes))
  }
  t.match(await run(['verify', file, K]), {
    code: 1,
    err: /has no SHA-256 of its parts, so its bytes cannot be/,
  })
  const own = await run(
    ['put', 's3://backups/own', '--storage-class', 'STANDARD', '-q'],
    Buffer.from('hello'),
  )
  t.equal(own.code, 0, own.err)
  t.match(await run(['get', 's3://backups/own', '--check-late']), {
    code: 0,
    out: 'hello',
    err: /^(?!.*MD5)/s,
  })
})

t.test('wrong bytes never get a name, and stdout lacks the last ones', async (t) => {
  const world = await bucketWorld(t, credentials)
  const { run, dir, server } = world
  await storedBy(world)
  const file = join(dir, 'out')
  server.faults.add({ operation: 'GetObject', fault: 'corrupt-output', nth: 1 })
  t.match(await run(['get', K, '-o', file]), { code: 4, err: /does not match\. Expected: md5-/ })
  t.notOk((await readdir(dir)).includes('out'))
  server.faults.clear()
  server.faults.add({ operation: 'GetObject', fault: 'corrupt-output', nth: 1 })
  const { it, ended } = world.start(['get', K, '--check-late'], Readable.from([]))
  t.match(await ended, { code: 4 })
  t.ok(it.outBytes().length < bytes.length)
  server.faults.clear()
  t.match(await run(['get', K, '-o', file, '-q']), { code: 0, err: '' })
  t.ok((await readFile(file)).equals(bytes))
})

t.test('a download that fails is begun again, and says so', async (t) => {
  const world = await bucketWorld(t, credentials)
  const { run, dir, server } = world
  await storedBy(world, { StorageClass: 'GLACIER' })
  const file = join(dir, 'out')
  server.faults.add({ operation: 'GetObject', fault: 'reset-before', nth: 3 })
  const failed = await run(['get', K, '-o', file, '--concurrency', '1', '--retry-for', '0'])
  t.match(failed, {
    code: 3,
    err: /The restore is kept\. The object is retrieved again from its beginning\. To resume, run the same command again/,
  })
  server.faults.clear()
  t.match(await run(['get', K, '-o', file]), { code: 0 })
  t.ok((await readFile(file)).equals(bytes))
})

t.test(
  'a FIFO receives bytes as they arrive, which needs --check-late',
  { skip: process.platform === 'win32' },
  async (t) => {
    const world = await bucketWorld(t, credentials)
    await storedBy(world, { Body: 'abc' })
    const fifo = join(world.dir, 'fifo')
    execFileSync('mkfifo', [fifo])
    for (const [more, code, text] of [
      [[], 1, ''],
      [['--check-late'], 0, 'abc'],
    ] as const) {
      const read = readFile(fifo, 'utf8')
      t.match(await world.run(['get', K, '-o', fifo, ...more]), { code })
      t.equal(await read, text)
    }
  },
)
