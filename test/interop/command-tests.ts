import { once } from 'node:events'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Test } from 'tap'
import { createHash } from 'node:crypto'
import { MIB } from '../../lib/sizes.js'
import { patternBytes } from '../helpers/pattern-source.js'
import type { BucketTest } from './bucket-tests.js'
import type { OtherBucket } from './other-server.js'

// The command: what docs/cli.md promises of servers that state no SHA-256.

const STANDARD = ['--storage-class', 'STANDARD', '-q']
const PART_SIZE = 8 * MIB
const BYTES = patternBytes(3 * PART_SIZE + 5)
const WARNING = /WARNING: the server states no SHA-256 of the object/

/** Retrieves an object into a file, and compares it. */
async function assertStored(
  t: Test,
  { run, dir }: OtherBucket,
  object: string,
  bytes: Uint8Array,
  note: RegExp,
): Promise<void> {
  const file = join(dir, 'out')
  t.match(await run(['get', object, '-o', file]), { code: 0, stderr: note })
  t.ok((await readFile(file)).equals(bytes))
  await rm(file)
}

async function testOneRequest(t: Test, world: OtherBucket): Promise<void> {
  const { run, bucket, dir } = world
  const object = `s3://${bucket}/dir/größe.tar`
  const [first, second] = [Buffer.from('first'), Buffer.from('second')]
  const put = (bytes: Uint8Array, ...more: string[]): ReturnType<typeof run> =>
    run(['put', object, ...STANDARD, ...more], bytes)
  t.match(await put(first, '--metadata', 'owner=me'), { code: 0, stderr: WARNING })
  t.match(await world.client.headObject({ bucket, key: 'dir/größe.tar' }), {
    size: 5,
    metadata: { owner: 'me' },
  })
  t.match(await put(second), { code: 1, stderr: /exists, and is not overwritten/ })
  await assertStored(t, world, object, first, /by the SHA-256 that the catalog has/)
  t.match(await put(second, '--overwrite'), { code: 0, stderr: WARNING })
  await assertStored(t, world, object, second, /by the SHA-256 that the catalog has/)
  t.match(await run(['get', object]), {
    code: 1,
    stderr: /can only be verified when all of them have arrived/,
  })
  const late = await run(['get', object, '--check-late'])
  t.match(late, { code: 0, stderr: /If they are wrong, they have been output by then/ })
  t.ok(late.stdout.equals(second))
  await rm(join(dir, 'catalog.jsonl'))
  await assertStored(t, world, object, second, /by the MD5 that its ETag is/)
}

async function testParts(t: Test, world: OtherBucket): Promise<void> {
  const { run, bucket, dir, ways } = world
  const object = `s3://${bucket}/docs.tar`
  const put = await run(['put', object, ...STANDARD, '--part-size', '8MiB'], BYTES)
  if (ways.statesWrongComposite) {
    t.equal(put.code, 1, 'no object is called stored whose hash is wrong')
    return
  }
  t.match(put, { code: 0, stderr: WARNING })
  await assertStored(t, world, object, BYTES, /by the SHA-256 that the catalog has/)
  const refused = /no SHA-256 of its parts/
  t.match(await run(['get', object, '--range', '0-9']), { code: 1, stderr: refused })
  await rm(join(dir, 'catalog.jsonl'))
  await assertStored(t, world, object, BYTES, /by the MD5 of its parts that its ETag is/)
  t.match(await run(['verify', '/dev/null', object]), { code: 1, stderr: refused })
}

async function testKilled(t: Test, world: OtherBucket): Promise<void> {
  const { run, start, bucket, client, ways } = world
  if (ways.statesWrongComposite) return
  const key = 'killed.tar'
  const put = ['put', `s3://${bucket}/${key}`, ...STANDARD, '--part-size', '8MiB']
  const child = start(put)
  child.stdin.on('error', () => undefined)
  child.stdin.write(BYTES.subarray(0, 2 * PART_SIZE + 1))
  let uploadId: string | undefined
  while ((uploadId = (await client.listUploads({ bucket })).items[0]?.uploadId) === undefined);
  while ((await client.listParts({ bucket, key, uploadId })).items.length < 2);
  child.kill('SIGKILL')
  await once(child, 'close')
  t.match(await run([...put, '--resume'], BYTES), { code: 0, stderr: WARNING })
  t.strictSame((await client.listUploads({ bucket })).items, [])
  await assertStored(t, world, `s3://${bucket}/${key}`, BYTES, /by the SHA-256/)
}

async function testHoles(t: Test, world: OtherBucket): Promise<void> {
  const { run, bucket, client, ways } = world
  if (ways.statesWrongComposite) return
  const where = { bucket, key: 'holes.tar' }
  const uploadId = await client.createUpload({ ...where, metadata: { 'part-size': `${PART_SIZE}` } })
  for (const partNumber of [1, 3]) {
    const bytes = BYTES.subarray((partNumber - 1) * PART_SIZE, partNumber * PART_SIZE)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    await client.uploadPart({ ...where, uploadId, partNumber, bytes, sha256 })
  }
  const object = `s3://${bucket}/${where.key}`
  const put = await run(['put', object, ...STANDARD, '--upload-id', uploadId], BYTES)
  t.match(put, { code: 0, stderr: WARNING })
  await assertStored(t, world, object, BYTES, /by the SHA-256/)
}

async function testBucketCommands(t: Test, { run, bucket, client, dir, ways }: OtherBucket): Promise<void> {
  const place = `s3://${bucket}`
  for (const key of ['a', 'b'])
    t.equal((await run(['put', `${place}/${key}`, ...STANDARD], Buffer.from(key))).code, 0)
  const uploadId = await client.createUpload({ bucket, key: 'open' })
  t.match(await run(['uploads', place]), { code: 0, stdout: new RegExp(`${uploadId} +open`) })
  t.match(await run(['doctor', place]), { code: 0 })
  // It begins an upload of the default class.
  const doctor = await run(['doctor', place, '--write'])
  t.equal(doctor.code, ways.archiveClass === undefined ? 1 : 0)
  if (ways.archiveClass === undefined)
    t.match(doctor.stdout.toString(), /^FAILED +permissions .*storage class/m)
  await client.abortUpload({ bucket, key: 'open', uploadId })
  t.strictSame((await client.listUploads({ bucket })).items, [], 'doctor has left no upload')
  t.match(await run(['ls', place]), { code: 0, stdout: /s3:\/\/[^ ]+\/a\n.*s3:\/\/[^ ]+\/b\n$/ })
  t.match(await run(['rm', `${place}/a`, '--yes']), { code: 0 })
  t.match((await client.listObjects({ bucket })).items, [{ key: 'b' }])
  await rm(join(dir, 'catalog.jsonl'))
  const rebuilt = await run(['catalog', 'rebuild', place])
  t.match(rebuilt, { code: 0, stderr: /Objects in the bucket: 1\. Added to the catalog: 0\./ })
  t.match(rebuilt.stderr, /Left out, without a SHA-256/)
  t.match(await run(['rm', `${place}/b`, '--yes']), { code: 0 })
  t.strictSame((await client.listObjects({ bucket })).items, [])
}

async function testClasses(t: Test, { run, bucket, ways }: OtherBucket): Promise<void> {
  const put = await run(['put', `s3://${bucket}/k`, '-q'], Buffer.from('x'))
  if (ways.archiveClass === 'DEEP_ARCHIVE') t.equal(put.code, 0)
  else t.match(put, { code: 1, stderr: /storage class that they do not have as well: STANDARD exists/ })
}

/** The tests of the command. */
export const commandTests: readonly BucketTest[] = [
  ['an object of one request is stored once, overwritten on request, and retrieved verified', testOneRequest],
  ['an object of several parts is stored and retrieved verified, with the catalog and without it', testParts],
  ['an upload whose process was killed is resumed', testKilled],
  ['an upload with holes between its parts is resumed', testHoles],
  ['objects and uploads are listed and deleted, and the bucket is diagnosed', testBucketCommands],
  ['the default storage class is stored, or the refusal says what to choose', testClasses],
]
