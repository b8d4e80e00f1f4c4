import { CreateBucketCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { mkdtemp, readdir, readFile, rm, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { NotFoundError, ServiceError } from '../../lib/errors.js'
import type { LocalBucket, LocalBucketOptions } from '../../lib/local/index.js'
import type { ArchiveReader } from '../../lib/retrieve/archive-reader.js'
import { s3Client } from '../../lib/s3/sdk/s3-client.js'
import { S3_LIMITS } from '../../lib/s3/s3-limits.js'
import { S3Store, type S3StoreFacts } from '../../lib/s3/s3-store.js'
import { MIB } from '../../lib/sizes.js'
import type { RetrieveArchiveOptions } from '../../lib/vault/retrieval-options.js'
import { retrieveArchive, startRetrieval } from '../../lib/vault/retrieve-archive.js'
import { retrieveToFile } from '../../lib/vault/retrieve-to-file.js'
import { uploadArchive } from '../../lib/vault/upload-archive.js'
import { localBucketFor, s3ClientFor } from '../helpers/local-bucket.js'
import { patternBytes } from '../helpers/pattern-source.js'

/** The smallest part that S3 accepts. */
const PART = 5 * MIB
const LIMITS = { ...S3_LIMITS, minPartSize: PART, maxPartSize: PART }
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const LONG = patternBytes(3 * PART + 7)

interface Place {
  readonly bucket: LocalBucket
  readonly sdk: S3Client
  readonly storeOf: (key: string, more?: Partial<S3StoreFacts>) => S3Store
  /** Uploads bytes in parts of the smallest size; the address of the object. */
  readonly put: (key: string, bytes: Buffer, more?: Partial<S3StoreFacts>) => Promise<string>
}

async function start(test: Test, options: Partial<LocalBucketOptions> = {}): Promise<Place> {
  const bucket = await localBucketFor(test, options)
  const sdk = s3ClientFor(test, bucket)
  await sdk.send(new CreateBucketCommand({ Bucket: 'backups' }))
  const client = s3Client(sdk)
  const storeOf = (key: string, more: Partial<S3StoreFacts> = {}): S3Store =>
    new S3Store({ client, bucket: 'backups', key, ...more })
  const put = async (key: string, bytes: Buffer, more: Partial<S3StoreFacts> = {}): Promise<string> => {
    const store = new S3Store({ client, bucket: 'backups', key, ...more }, LIMITS)
    const [{ archiveId }] = await uploadArchive([bytes], { store })
    return archiveId
  }
  return { bucket, sdk, storeOf, put }
}

const address = (key: string): string => `s3://backups/${key}`

async function bytesOf(reader: ArchiveReader): Promise<Buffer> {
  return Buffer.concat((await reader.toArray()) as Buffer[])
}

t.test('an object comes back whole, part by part, or a range of it, whatever its class', async (t) => {
  const { bucket, storeOf, put } = await start(t)
  for (const size of [1, PART, PART + 1, LONG.length]) {
    for (const storageClass of ['DEEP_ARCHIVE', 'GLACIER_IR', 'STANDARD'] as const) {
      const key = `${size} ${storageClass}`
      const bytes = LONG.subarray(0, size)
      const archiveId = await put(key, bytes, { storageClass })
      const before = bucket.traffic.of('RestoreObject').carriedOut
      const found = await bytesOf(retrieveArchive({ store: storeOf(key), archiveId, poll: { firstMs: 1 } }))
      t.ok(found.equals(bytes), key)
      const restores = bucket.traffic.of('RestoreObject').carriedOut - before
      t.equal(restores, storageClass === 'DEEP_ARCHIVE' ? 1 : 0, 'only an archived object is restored')
    }
  }
  const archiveId = address(`${LONG.length} DEEP_ARCHIVE`)
  const store = storeOf('any')
  const before = bucket.traffic.of('GetObject').carriedOut
  const range = { start: PART + 3, end: PART + 9 }
  const found = await bytesOf(retrieveArchive({ store, archiveId, range }))
  t.ok(found.equals(LONG.subarray(range.start, range.end)))
  t.equal(
    bucket.traffic.of('GetObject').carriedOut - before,
    1,
    'only the part that has the range is fetched',
  )
  const outside = { start: LONG.length - 1, end: LONG.length + 1 }
  await t.rejects(bytesOf(retrieveArchive({ store, archiveId, range: outside })), {
    name: 'RangeError',
    message: /must end within the archive of/,
  })
})

t.test('a restore that is running is used, and none is started for nothing', async (t) => {
  const { bucket, storeOf: storeAt, put } = await start(t, { restoreDelay: HOUR_MS })
  let aheadMs = 0
  const pass = (ms: number): void => {
    aheadMs += ms
    bucket.control.advanceClock(ms)
  }
  const storeOf = (key: string): S3Store => storeAt(key, { now: () => Date.now() + aheadMs })
  const archiveId = await put('a', LONG)
  const restores = (): number => bucket.traffic.of('RestoreObject').carriedOut
  const again = (): Promise<string[]> => startRetrieval({ store: storeOf('a'), archiveId, tier: 'Bulk' })
  t.strictSame(await again(), [archiveId])
  t.strictSame(await again(), [archiveId], 'another process finds it')
  t.equal(restores(), 1)

  const reader = retrieveArchive({ store: storeOf('a'), archiveId, poll: { firstMs: 1, maxMs: 1 } })
  const seen: unknown[] = []
  reader.on('job', (jobId, found) => seen.push([jobId, found]))
  reader.on('waiting', ({ status, archiveSize }) => {
    seen.push([status, archiveSize])
    pass(HOUR_MS + 1)
  })
  t.ok((await bytesOf(reader)).equals(LONG))
  t.strictSame(seen, [
    [archiveId, true],
    ['InProgress', LONG.length],
  ])
  t.equal(restores(), 1)

  const [job] = (await storeOf('a').listJobs({ archiveId })).items
  t.match(job, { status: 'Succeeded', expiryDate: /T00:00:00.000Z$/ })
  const leftMs = Date.parse(String(job?.expiryDate)) - (Date.now() + aheadMs)
  t.ok(leftMs > DAY_MS && leftMs <= 2 * DAY_MS)
  pass(leftMs - 2 * HOUR_MS)
  t.strictSame(await again(), [archiveId])
  t.equal(restores(), 2, 'a copy that is deleted soon is kept for longer')
  pass(30 * DAY_MS)
  t.strictSame((await storeOf('a').listJobs({ archiveId })).items, [])
  t.strictSame((await storeOf('a').listJobs({})).items, [], 'no archive is named')
})

t.test('a restored copy that is deleted while it is read is restored again', async (t) => {
  const { bucket, storeOf, put } = await start(t)
  const archiveId = await put('a', LONG)
  const reader = retrieveArchive({ store: storeOf('a'), archiveId, concurrency: 1, poll: { firstMs: 1 } })
  const jobs: string[] = []
  reader.on('job', (jobId) => jobs.push(jobId))
  reader.once('range', () => {
    bucket.control.advanceClock(10 * DAY_MS)
  })
  t.ok((await bytesOf(reader)).equals(LONG))
  t.strictSame(jobs, [archiveId, `${archiveId} (restore 2)`])
  t.equal(bucket.traffic.of('RestoreObject').carriedOut, 2)
  await t.rejects(storeOf('a').describeJob({ jobId: 'other' }), RangeError)
  const store = storeOf('a')
  bucket.control.advanceClock(10 * DAY_MS)
  await t.rejects(store.describeJob({ jobId: archiveId }), NotFoundError)
  await t.rejects(store.describeJob({ jobId: archiveId }), NotFoundError)
})

t.test('a damaged part is fetched again, and one that stays damaged is not handed on', async (t) => {
  const { bucket, storeOf, put } = await start(t)
  const archiveId = await put('a', LONG, { storageClass: 'STANDARD' })
  const read = (retryFor: number): ArchiveReader =>
    retrieveArchive({ store: storeOf('a'), archiveId, retryFor, concurrency: 1 })
  bucket.faults.add({ fault: 'corrupt-output', operation: 'GetObject', times: 1 })
  t.ok((await bytesOf(read(60_000))).equals(LONG))
  bucket.faults.add({ fault: 'corrupt-output', operation: 'GetObject', every: 2 })
  const reader = read(0)
  const handedOn: Buffer[] = []
  reader.on('data', (chunk) => handedOn.push(chunk))
  await t.rejects(reader.toArray(), { code: 'ERR_HASH_MISMATCH', scope: 'range' })
  const found = Buffer.concat(handedOn)
  t.ok(found.equals(LONG.subarray(0, found.length)), 'a prefix of the right bytes')
})

t.test('a file is resumed part by part', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'glacier-pipe-s3-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const file = join(folder, 'a')
  const { bucket, storeOf, put } = await start(t)
  const archiveId = await put('a', LONG)
  const gets = (): number => bucket.traffic.of('GetObject').carriedOut
  bucket.faults.add({ fault: 'error', operation: 'GetObject', nth: 3 })
  await t.rejects(
    retrieveToFile(file, { store: storeOf('a'), archiveId, concurrency: 1, retryFor: 0 }),
    ServiceError,
  )
  bucket.faults.clear()
  const before = gets()
  await retrieveToFile(file, { store: storeOf('a'), archiveId })
  t.ok((await readFile(file)).equals(LONG))
  t.ok(gets() - before < 4, 'a part that was written is not fetched again')

  await truncate(file, 3)
  await t.rejects(retrieveToFile(file, { store: storeOf('a'), archiveId: ['s3://other/a'] }), {
    name: 'RangeError',
    message: /in s3:\/\/backups, not s3:\/\/other\/a/,
  })
})

t.test('an object without SHA-256 is checked as a whole: handed on only if the caller agrees', async (t) => {
  const { bucket, sdk, storeOf } = await start(t)
  const Body = LONG
  await sdk.send(
    new PutObjectCommand({
      Bucket: 'backups',
      Key: 'crc',
      Body,
      ChecksumAlgorithm: 'CRC32',
      StorageClass: 'GLACIER',
    }),
  )
  const request = { archiveId: address('crc'), rangeSize: 4 * MIB, concurrency: 2 }
  const read = (more: Partial<RetrieveArchiveOptions> = {}): Promise<Buffer> =>
    bytesOf(retrieveArchive({ store: storeOf('crc'), ...request, ...more } as RetrieveArchiveOptions))
  const late = { code: 'ERR_UNVERIFIABLE', isCheckedLate: true, archiveId: request.archiveId }
  await t.rejects(read(), late)
  await t.rejects(read({ checkLate: true, range: { start: 0, end: 5 } }), late)
  t.equal(bucket.traffic.of('RestoreObject').carriedOut, 0)
  const ranges: unknown[] = []
  const reader = retrieveArchive({ store: storeOf('crc'), ...request, checkLate: true, poll: { firstMs: 1 } })
  reader.on('range', (range) => ranges.push(range))
  t.ok((await bytesOf(reader)).equals(LONG))
  t.strictSame(ranges, [], 'they are not verified when they are handed on')
  t.strictSame(await startRetrieval({ store: storeOf('crc'), ...request }), [request.archiveId])
  bucket.faults.add({ fault: 'corrupt-output', operation: 'GetObject', nth: 2 })
  const handedOn: Buffer[] = []
  const damaged = retrieveArchive({ store: storeOf('crc'), ...request, checkLate: true })
  damaged.on('data', (chunk) => handedOn.push(chunk))
  await t.rejects(damaged.toArray(), { code: 'ERR_HASH_MISMATCH', scope: 'archive', expected: /^md5-/ })
  t.ok(Buffer.concat(handedOn).length < LONG.length, 'never all bytes')
})

t.test('a file of an object without SHA-256 gets its name when all bytes are verified', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'glacier-pipe-s3-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const file = join(folder, 'a')
  const { bucket, sdk, storeOf } = await start(t)
  await sdk.send(
    new PutObjectCommand({ Bucket: 'backups', Key: 'md5', Body: LONG, ChecksumAlgorithm: 'CRC32C' }),
  )
  const options = { archiveId: address('md5'), rangeSize: 4 * MIB, concurrency: 1, retryFor: 0 }
  const download = (): Promise<void> => retrieveToFile(file, { store: storeOf('md5'), ...options })
  bucket.faults.add({ fault: 'corrupt-output', operation: 'GetObject', nth: 2 })
  await t.rejects(download(), { code: 'ERR_HASH_MISMATCH', scope: 'archive' })
  bucket.faults.clear()
  bucket.faults.add({ fault: 'reset-before', operation: 'GetObject', nth: 3 })
  await t.rejects(download(), { code: 'ERR_CONNECTION' })
  bucket.faults.clear()
  await t.rejects(readFile(file), { code: 'ENOENT' })
  const before = bucket.traffic.of('GetObject').carriedOut
  await download()
  t.ok((await readFile(file)).equals(LONG))
  t.equal(bucket.traffic.of('GetObject').carriedOut - before, 4, 'it is fetched again from its beginning')
  t.strictSame(await readdir(folder), ['a'])
})

t.test('an object that cannot be verified is refused before anything is restored', async (t) => {
  const { bucket, sdk, storeOf } = await start(t)
  await sdk.send(
    new PutObjectCommand({
      ...{ Bucket: 'backups', Key: 'crc', Body: 'abc', StorageClass: 'GLACIER', ChecksumAlgorithm: 'CRC32' },
      ...{ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: 'key' },
    }),
  )
  await t.rejects(
    bytesOf(retrieveArchive({ store: storeOf('crc'), archiveId: address('crc'), checkLate: true })),
    { code: 'ERR_UNVERIFIABLE', isCheckedLate: false, message: /encrypted with aws:kms/ },
  )
  await sdk.send(
    new PutObjectCommand({
      ...{ Bucket: 'backups', Key: 'empty', Body: '' },
      ChecksumAlgorithm: 'SHA256',
    }),
  )
  await t.rejects(bytesOf(retrieveArchive({ store: storeOf('empty'), archiveId: address('empty') })), {
    code: 'ERR_SIZE_MISMATCH',
  })
  await t.rejects(
    bytesOf(retrieveArchive({ store: storeOf('none'), archiveId: address('none') })),
    NotFoundError,
  )
  t.equal(bucket.traffic.of('RestoreObject').carriedOut, 0)
})

t.test('a store that has retrieved an object retrieves the one that replaces it, too', async (t) => {
  const { storeOf, put } = await start(t)
  const facts = { storageClass: 'STANDARD', overwrite: true } as const
  const store = storeOf('a', facts)
  for (const bytes of [LONG, LONG.subarray(1), LONG.subarray(0, 5)]) {
    const archiveId = await put('a', bytes, facts)
    t.ok((await bytesOf(retrieveArchive({ store, archiveId }))).equals(bytes))
  }
})

t.test(
  'a file that is resumed after its object was replaced has the bytes of the new one, or none',
  async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'glacier-pipe-s3-'))
    t.teardown(() => rm(folder, { recursive: true }))
    const file = join(folder, 'a')
    const { bucket, storeOf, put } = await start(t)
    const facts = { storageClass: 'STANDARD', overwrite: true } as const
    const other = Buffer.from(LONG).fill(1, 0, 9)
    for (const replacement of [
      other,
      LONG.subarray(0, PART),
      LONG.subarray(0, PART + 3),
      LONG.subarray(0, 5),
    ]) {
      await rm(file, { force: true })
      const archiveId = await put('a', LONG, facts)
      bucket.faults.add({ fault: 'error', operation: 'GetObject', nth: 3 })
      const retrieve = (concurrency?: number): Promise<void> =>
        retrieveToFile(file, { store: storeOf('a'), archiveId, concurrency, retryFor: 0 })
      await t.rejects(retrieve(1), ServiceError)
      bucket.faults.clear()
      await put('a', replacement, facts)
      const error: unknown = await retrieve().catch((thrown: unknown) => thrown)
      if (error !== undefined) {
        t.match(error, { code: 'ERR_HASH_MISMATCH', scope: 'archive' })
        await t.rejects(readFile(file), { code: 'ENOENT' })
        await retrieve() // the notes are forgotten
      }
      t.ok((await readFile(file)).equals(replacement), `${replacement.length} bytes`)
    }
  },
)
