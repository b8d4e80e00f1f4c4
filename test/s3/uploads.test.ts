import { CreateBucketCommand, GetObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { PassThrough, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { Catalog } from '../../lib/catalog/catalog.js'
import type { LocalBucket, LocalBucketOptions } from '../../lib/local/index.js'
import { compositeOf } from '../../lib/s3/object-at-key.js'
import { COMPOSITE_SCHEME } from '../../lib/s3/composite-scheme.js'
import { s3Client } from '../../lib/s3/sdk/s3-client.js'
import { s3Store } from '../../lib/s3/s3-store-of.js'
import { S3_LIMITS } from '../../lib/s3/s3-limits.js'
import { S3Store } from '../../lib/s3/s3-store.js'
import { MIB } from '../../lib/sizes.js'
import type { UploadWarning } from '../../lib/store/archive.js'
import type { HashScheme } from '../../lib/store/hash-scheme.js'
import { rechunk } from '../../lib/stages/rechunk.js'
import { hashParts, type HashedPart } from '../../lib/tree-hash/hash-parts.js'
import { archiveStream } from '../../lib/vault/archive-stream.js'
import { archiveWriter } from '../../lib/vault/archive-writer.js'
import { resumeUpload } from '../../lib/vault/resume-upload.js'
import { uploadArchive } from '../../lib/vault/upload-archive.js'
import { localBucketFor, s3ClientFor } from '../helpers/local-bucket.js'
import { patternBytes } from '../helpers/pattern-source.js'
import { VirtualClock } from '../helpers/virtual-clock.js'

/** The smallest part that S3 accepts. */
const PART = 5 * MIB
const LIMITS = { ...S3_LIMITS, minPartSize: PART, maxPartSize: PART }
const LONG = patternBytes(3 * PART + 7)

interface Place {
  readonly bucket: LocalBucket
  readonly sdk: S3Client
  /** A store of a key, with objects that can be read at once. */
  readonly storeOf: (key: string) => S3Store
}

async function start(test: Test, options: Partial<LocalBucketOptions> = {}): Promise<Place> {
  const bucket = await localBucketFor(test, options)
  const sdk = s3ClientFor(test, bucket)
  await sdk.send(new CreateBucketCommand({ Bucket: 'backups' }))
  const client = s3Client(sdk)
  const storeOf = (key: string): S3Store =>
    new S3Store({ client, bucket: 'backups', key, storageClass: 'GLACIER_IR' }, LIMITS)
  return { bucket, sdk, storeOf }
}

async function bytesAt(sdk: S3Client, key: string): Promise<Buffer> {
  const { Body } = await sdk.send(new GetObjectCommand({ Bucket: 'backups', Key: key }))
  return Buffer.from((await Body?.transformToByteArray()) ?? [])
}

/** Begins an upload that has some parts of these bytes; its ID. */
async function withParts(store: S3Store, bytes: Buffer, indexes: readonly number[]): Promise<string> {
  const { uploadId } = await store.initiateUpload({ partSize: PART })
  const chunks = Readable.from([bytes])
    .pipe(rechunk(PART))
    .pipe(hashParts({ hashes: 'linear' }))
  for await (const part of chunks) {
    const { index, start, end, bytes: body, linearHash } = part as HashedPart
    if (indexes.includes(index))
      await store.uploadPart({
        uploadId,
        index,
        range: { start, end },
        bytes: body,
        linearHash,
        hash: linearHash,
      })
  }
  return uploadId
}

t.test('a source of any size is one object, and it is what the source was', async (t) => {
  const { sdk, storeOf } = await start(t)
  for (const size of [1, PART - 1, PART, PART + 1, 2 * PART, 2 * PART + 1]) {
    const bytes = LONG.subarray(0, size)
    const key = `of ${size} bytes`
    const [archive] = await uploadArchive([bytes], { store: storeOf(key) })
    const { size: stored, hash, storageClass } = await s3Client(sdk).headObject({ bucket: 'backups', key })
    t.match(archive, {
      archiveId: `s3://backups/${key}`,
      size,
      parts: Math.ceil(size / PART),
    })
    t.match({ stored, storageClass }, { stored: size, storageClass: 'GLACIER_IR' })
    t.equal(archive.hash, hash && compositeOf(hash))
    t.ok((await bytesAt(sdk, key)).equals(bytes), key)
  }
  await t.rejects(uploadArchive([], { store: storeOf('empty') }), { code: 'ERR_EMPTY_ARCHIVE' })
})

t.test('a writer and a stream take a store as they take a vault', async (t) => {
  const { sdk, storeOf } = await start(t)
  const bytes = LONG.subarray(0, PART + 9)
  const writer = archiveWriter({ store: storeOf('writer') })
  await pipeline(Readable.from([bytes]), rechunk(PART), hashParts(), writer)
  t.match(writer.archives, [{ archiveId: 's3://backups/writer', parts: 2 }])
  const stream = archiveStream({ store: storeOf('stream') })
  await pipeline(Readable.from([bytes]), new PassThrough(), stream)
  t.match(stream.archives, [{ archiveId: 's3://backups/stream', parts: 2 }])
  for (const key of ['writer', 'stream']) t.ok((await bytesAt(sdk, key)).equals(bytes), key)
})

t.test('each byte that goes to a bucket is hashed once, in every way to send it', async (t) => {
  const { sdk } = await start(t)
  const treeHashes: unknown[] = []
  class WatchedStore extends S3Store {
    override readonly hashes: HashScheme = {
      ...COMPOSITE_SCHEME,
      ofPart(checksums) {
        treeHashes.push(checksums.treeHash)
        return COMPOSITE_SCHEME.ofPart(checksums)
      },
    }
  }
  const client = s3Client(sdk)
  const storeOf = (key: string): S3Store => new WatchedStore({ client, bucket: 'backups', key }, LIMITS)
  const bytes = LONG.subarray(0, PART + 9)
  await uploadArchive([bytes], { store: storeOf('a') })
  await pipeline(Readable.from([bytes]), archiveStream({ store: storeOf('b') }))
  const writer = archiveWriter({ store: storeOf('c') })
  const hashing = hashParts({ hashes: writer.partHashes })
  await pipeline(Readable.from([bytes]), rechunk(PART), hashing, writer)
  t.strictSame(treeHashes, Array(6).fill(undefined))
})

t.test('an upload is resumed with any pattern of holes: nothing that is stored is sent again', async (t) => {
  const { bucket, sdk, storeOf } = await start(t)
  const all = [0, 1, 2, 3]
  for (const there of [[0, 2], [1, 3], all]) {
    const key = `holes-${there.join('-')}`
    const uploadId = await withParts(storeOf(key), LONG, there)
    const before = bucket.traffic.of('UploadPart').requests
    // A new store knows nothing of what another process has sent.
    const [archive] = await resumeUpload([LONG], { store: storeOf(key), uploadId })
    t.equal(bucket.traffic.of('UploadPart').requests - before, all.length - there.length, key)
    t.match(archive, { parts: 4, size: LONG.length })
    t.ok((await bytesAt(sdk, key)).equals(LONG), key)
  }
})

t.test('parts that differ are sent again, and a shorter source replaces nothing', async (t) => {
  const { bucket, sdk, storeOf } = await start(t)
  const uploadId = await withParts(storeOf('changed'), LONG, [0, 1])
  const shorter = resumeUpload([LONG.subarray(0, PART + 1)], { store: storeOf('changed'), uploadId })
  await t.rejects(shorter, { cause: { code: 'ERR_RESUME_MISMATCH' } })
  const changed = Buffer.from(LONG)
  changed.writeUInt8(changed.readUInt8(PART) ^ 1, PART)
  const before = bucket.traffic.of('UploadPart').requests
  const upload = resumeUpload([changed], { store: storeOf('changed'), uploadId })
  const warnings: UploadWarning[] = []
  upload.on('warning', (warning) => warnings.push(warning))
  await upload
  t.match(warnings, [{ code: 'PARTS_DIFFERED' }])
  t.equal(bucket.traffic.of('UploadPart').requests - before, 3)
  t.ok((await bytesAt(sdk, 'changed')).equals(changed))
})

t.test('a volume is resumed after those that are stored', async (t) => {
  const { bucket, sdk, storeOf } = await start(t)
  const maxArchiveSize = 2 * PART
  bucket.faults.add({ fault: 'access-denied', operation: 'UploadPart', nth: 4 })
  const broken = uploadArchive([LONG], {
    store: storeOf('long'),
    concurrency: 1,
    maxArchiveSize,
  })
  const error: unknown = await broken.catch((thrown: unknown) => thrown)
  const { uploadId = '' } = error as { readonly uploadId?: string }
  t.match(uploadId, /^volume2:/)
  bucket.faults.clear()
  const earlierVolumes = broken.archives
  t.match(earlierVolumes, [{ archiveId: 's3://backups/long' }])
  const before = bucket.traffic.of('UploadPart').requests
  const archives = await resumeUpload([LONG], {
    store: storeOf('long'),
    uploadId,
    earlierVolumes,
    maxArchiveSize,
  })
  t.equal(bucket.traffic.of('UploadPart').requests - before, 1)
  t.match(archives, [{ volume: 1 }, { volume: 2, archiveId: 's3://backups/long.volume2', size: PART + 7 }])
  const found = ['long', 'long.volume2'].map((key) => bytesAt(sdk, key))
  t.ok(Buffer.concat(await Promise.all(found)).equals(LONG))
})

t.test('a completion that had no response is found by its intent', async (t) => {
  const { bucket, sdk, storeOf } = await start(t)
  const bytes = LONG.subarray(0, PART + 3)
  bucket.faults.add({ fault: 'lose-answer', operation: 'CompleteMultipartUpload' })
  const catalog = await Catalog.open(join(t.testdir(), 'catalog.jsonl'))
  const journal = catalog.journal({ region: bucket.region, endpoint: bucket.endpoint }, { name: 'docs' })
  const intents: Parameters<typeof journal.completing>[1][] = []
  const recording = {
    ...journal,
    completing: async (...told: Parameters<typeof journal.completing>) => {
      intents.push(told[1])
      await journal.completing(...told)
    },
  }
  const failing = uploadArchive([bytes], {
    store: storeOf('lost'),
    journal: recording,
    retryFor: 0,
  })
  const error: unknown = await failing.catch((thrown: unknown) => thrown)
  const { uploadId = '' } = error as { readonly uploadId?: string }
  bucket.faults.clear()
  const before = bucket.traffic.of('UploadPart').requests
  const options = { isOnlyIntent: true, isSameAccount: true, journal }
  const [archive] = await resumeUpload([bytes], {
    store: storeOf('lost'),
    uploadId,
    intent: intents[0],
    ...options,
  })
  t.match(archive, { archiveId: 's3://backups/lost', size: bytes.length })
  t.equal(bucket.traffic.of('UploadPart').requests, before)
  t.ok((await bytesAt(sdk, 'lost')).equals(bytes))
  await catalog.close()
})

t.test('a server that knows no hashes has its parts and sizes compared, with a warning', async (t) => {
  const { bucket, sdk } = await start(t, { partHashes: false })
  let warnings = 0
  const onUnconfirmed = (): void => {
    warnings++
  }
  for (const bytes of [LONG.subarray(0, 5), LONG.subarray(0, 8 * MIB + 5)]) {
    const key = `of ${bytes.length} bytes`
    const store = s3Store({ client: sdk, bucket: 'backups', key, storageClass: 'GLACIER_IR', onUnconfirmed })
    const clock = new VirtualClock()
    await uploadArchive([bytes], { store, partSize: 8 * MIB, clock })
    t.ok((await bytesAt(sdk, key)).equals(bytes))
    t.equal(warnings, 1)
    warnings = 0
  }
  t.equal(bucket.traffic.of('UploadPart').requests, 2)
})
