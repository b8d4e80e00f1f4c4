import { createReadStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { inspect } from 'node:util'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetBucketLocationCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  RestoreObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import t from 'tap'
import { startLocalBucket, startLocalVault } from '../../../lib/local/index.js'
import { MIB } from '../../../lib/sizes.js'
import { checksum, localBucketFor, s3ClientFor, sha256 } from '../../helpers/local-bucket.js'
import { patternBytes } from '../../helpers/pattern-source.js'

const Bucket = 'backups'

t.test('the SDK stores an object in parts, finds it, and reads it back', async (t) => {
  const server = await localBucketFor(t)
  const client = s3ClientFor(t, server)
  await client.send(new CreateBucketCommand({ Bucket }))
  t.match(await client.send(new ListBucketsCommand()), {
    Buckets: [{ Name: Bucket, BucketRegion: 'us-east-1' }],
  })
  t.match(await client.send(new HeadBucketCommand({ Bucket })), { BucketRegion: 'us-east-1' })
  t.equal((await client.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint, undefined)

  const Key = 'srv/größe & more//x.tar'
  const bytes = patternBytes(12 * MIB + 5)
  const parts = [bytes.subarray(0, 6 * MIB), bytes.subarray(6 * MIB, 12 * MIB), bytes.subarray(12 * MIB)]
  const { UploadId } = await client.send(
    new CreateMultipartUploadCommand({
      Bucket,
      Key,
      ChecksumAlgorithm: 'SHA256',
      StorageClass: 'STANDARD_IA',
      Metadata: { owner: 'me' },
      Tagging: 'a=b&c=d',
    }),
  )
  const upload = { Bucket, Key, UploadId }
  const listed = await client.send(new ListMultipartUploadsCommand({ Bucket }))
  t.match(listed, { Uploads: [{ Key, UploadId, ChecksumAlgorithm: 'SHA256', ChecksumType: 'COMPOSITE' }] })
  const Parts = []
  for (const [index, Body] of parts.entries()) {
    const part = { ...upload, PartNumber: index + 1, Body, ChecksumSHA256: checksum(Body) }
    const { ETag, ChecksumSHA256 } = await client.send(new UploadPartCommand(part))
    t.equal(ChecksumSHA256, checksum(Body))
    Parts.push({ PartNumber: index + 1, ETag, ChecksumSHA256 })
  }
  const found = await client.send(new ListPartsCommand({ ...upload, MaxParts: 2 }))
  t.match(found, { IsTruncated: true, NextPartNumberMarker: '2', Parts: Parts.slice(0, 2) })
  t.match(await client.send(new ListPartsCommand({ ...upload, PartNumberMarker: '2' })), {
    IsTruncated: false,
    Parts: Parts.slice(2),
  })
  const composite = `${checksum(Buffer.concat(parts.map((part) => sha256(part))))}-3`
  const completion = {
    ...upload,
    MultipartUpload: { Parts },
    ChecksumSHA256: composite,
    MpuObjectSize: bytes.length,
    IfNoneMatch: '*',
  }
  const completed = await client.send(new CompleteMultipartUploadCommand(completion))
  t.match(completed, { ChecksumSHA256: composite, ChecksumType: 'COMPOSITE', Key })
  const again = await client.send(
    new CompleteMultipartUploadCommand({ ...completion, IfNoneMatch: undefined }),
  )
  t.equal(again.ETag, completed.ETag)

  const head = await client.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }))
  t.match(head, {
    ContentLength: bytes.length,
    ChecksumSHA256: composite,
    StorageClass: 'STANDARD_IA',
    Metadata: { owner: 'me' },
    TagCount: 2,
  })
  const got = await client.send(new GetObjectCommand({ Bucket, Key }))
  t.ok(bytes.equals(Buffer.from((await got.Body?.transformToByteArray()) ?? [])))
  const range = await client.send(new GetObjectCommand({ Bucket, Key, Range: 'bytes=6291450-6291460' }))
  t.equal(range.ContentRange, `bytes 6291450-6291460/${bytes.length}`)
  t.ok(bytes.subarray(6291450, 6291461).equals(Buffer.from((await range.Body?.transformToByteArray()) ?? [])))
  const third = await client.send(
    new GetObjectCommand({ Bucket, Key, PartNumber: 3, ChecksumMode: 'ENABLED' }),
  )
  t.match(third, { ContentLength: 5, PartsCount: 3, ChecksumSHA256: checksum(parts[2] ?? '') })
  await third.Body?.transformToByteArray()

  const attributes = await client.send(
    new GetObjectAttributesCommand({
      Bucket,
      Key,
      ObjectAttributes: ['ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize'],
      MaxParts: 2,
    }),
  )
  t.match(attributes, {
    ObjectSize: bytes.length,
    StorageClass: 'STANDARD_IA',
    Checksum: { ChecksumSHA256: composite.replace('-3', ''), ChecksumType: 'COMPOSITE' },
    ObjectParts: {
      TotalPartsCount: 3,
      IsTruncated: true,
      NextPartNumberMarker: '2',
      Parts: [{ PartNumber: 1, Size: 6 * MIB, ChecksumSHA256: Parts[0]?.ChecksumSHA256 }, { PartNumber: 2 }],
    },
  })
  const list = await client.send(new ListObjectsV2Command({ Bucket, Prefix: 'srv/' }))
  t.match(list, { KeyCount: 1, Contents: [{ Key, Size: bytes.length, StorageClass: 'STANDARD_IA' }] })

  await client.send(new DeleteObjectCommand({ Bucket, Key }))
  await t.rejects(client.send(new HeadObjectCommand({ Bucket, Key })), { name: 'NotFound' })
  await client.send(new DeleteBucketCommand({ Bucket }))
  await t.rejects(client.send(new HeadBucketCommand({ Bucket })), { name: 'NotFound' })
})

t.test('the defaults of the SDK are understood: a CRC in a trailer, for a stream', async (t) => {
  const server = await localBucketFor(t)
  const client = s3ClientFor(t, server)
  await client.send(new CreateBucketCommand({ Bucket }))
  const path = join(t.testdir({}), 'source')
  const bytes = patternBytes(300_000)
  await writeFile(path, bytes)
  const Body = createReadStream(path)
  await client.send(new PutObjectCommand({ Bucket, Key: 'a', Body, ContentLength: bytes.length }))
  const got = await client.send(new GetObjectCommand({ Bucket, Key: 'a' }))
  t.type(got.ChecksumCRC32, 'string')
  t.equal(got.ContentEncoding, undefined)
  t.ok(bytes.equals(Buffer.from((await got.Body?.transformToByteArray()) ?? [])))
  await client
    .send(new PutObjectCommand({ Bucket, Key: 'b', Body: 'text', ChecksumAlgorithm: 'CRC64NVME' }))
    .catch((error: unknown) => t.match(error, /crt/i, 'the SDK needs another package for that'))
})

t.test('an archived object is read only after it was restored, until its copy expires', async (t) => {
  const server = await localBucketFor(t, { restoreDelay: 'realistic' })
  const client = s3ClientFor(t, server)
  await client.send(new CreateBucketCommand({ Bucket }))
  await client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'text', StorageClass: 'DEEP_ARCHIVE' }))
  const get = new GetObjectCommand({ Bucket, Key: 'a' })
  const head = new HeadObjectCommand({ Bucket, Key: 'a' })
  const restore = (Tier: 'Standard' | 'Bulk' | 'Expedited', Days = 2): RestoreObjectCommand =>
    new RestoreObjectCommand({ Bucket, Key: 'a', RestoreRequest: { Days, GlacierJobParameters: { Tier } } })
  await t.rejects(client.send(get), { name: 'InvalidObjectState', StorageClass: 'DEEP_ARCHIVE' })
  t.equal((await client.send(head)).Restore, undefined)
  await t.rejects(client.send(restore('Expedited')), { name: 'InvalidArgument' })
  t.match(await client.send(restore('Bulk')), { $metadata: { httpStatusCode: 202 } })
  await t.rejects(client.send(restore('Bulk')), { name: 'RestoreAlreadyInProgress' })
  t.equal((await client.send(head)).Restore, 'ongoing-request="true"')
  await t.rejects(client.send(get), { name: 'InvalidObjectState' })
  server.control.advanceClock(48 * 3_600_000 + 1)
  t.match((await client.send(head)).Restore, /^ongoing-request="false", expiry-date="\w+, .* 00:00:00 GMT"$/)
  t.equal(await (await client.send(get)).Body?.transformToString(), 'text')
  t.match(await client.send(restore('Standard', 5)), { $metadata: { httpStatusCode: 200 } })
  server.control.advanceClock(4 * 86_400_000)
  t.equal(await (await client.send(get)).Body?.transformToString(), 'text')
  server.control.advanceClock(3 * 86_400_000)
  await t.rejects(client.send(get), { name: 'InvalidObjectState' })
  t.equal((await client.send(head)).Restore, undefined)
})

t.test('everything is there after a restart, in a folder that two servers can share', async (t) => {
  const dir = t.testdir({})
  const first = await startLocalBucket({ dir })
  const client = s3ClientFor(t, first)
  await client.send(new CreateBucketCommand({ Bucket }))
  await client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'one' }))
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'b' }))
  const part = { Bucket, Key: 'b', UploadId, PartNumber: 7, Body: 'two' }
  const { ETag } = await client.send(new UploadPartCommand(part))
  const second = await localBucketFor(t, { dir })
  t.strictSame(second.credentials.accessKeyId, first.credentials.accessKeyId)
  const other = s3ClientFor(t, second)
  await other.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'three' }))
  const read = async (from: typeof client, Key: string): Promise<string | undefined> =>
    (await from.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString()
  t.equal(await read(client, 'a'), 'three')
  await first.close()
  await first[Symbol.asyncDispose]()
  const Parts = [{ PartNumber: 7, ETag }]
  await other.send(
    new CompleteMultipartUploadCommand({ Bucket, Key: 'b', UploadId, MultipartUpload: { Parts } }),
  )
  t.equal(await read(other, 'b'), 'two')
  const gone = new AbortMultipartUploadCommand({ Bucket, Key: 'b', UploadId })
  await t.rejects(other.send(gone), { name: 'NoSuchUpload' })
  t.notMatch(inspect(second, { depth: 9 }), second.credentials.secretAccessKey)
})

t.test('a missing bucket is created when something is stored in it, with the option', async (t) => {
  const strict = await localBucketFor(t)
  const put = new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' })
  await t.rejects(s3ClientFor(t, strict).send(put), { name: 'NoSuchBucket' })
  const server = await localBucketFor(t, { createBuckets: true })
  const client = s3ClientFor(t, server)
  await t.rejects(client.send(new HeadBucketCommand({ Bucket })), { name: 'NotFound' }, 'not by reading')
  await client.send(put)
  await client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'b' }))
  const lock = { ObjectLockMode: 'COMPLIANCE', ObjectLockRetainUntilDate: new Date('2100-01-01') } as const
  await t.rejects(client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'c', ...lock })), {
    name: 'InvalidRequest',
  })
  await client.send(new CreateMultipartUploadCommand({ Bucket: 'locked', Key: 'c', ...lock }))
  const { Buckets = [] } = await client.send(new ListBucketsCommand())
  t.same(
    Buckets.map(({ Name }) => Name),
    [Bucket, 'locked'],
  )
  await t.rejects(client.send(new PutObjectCommand({ Bucket: '..', Key: 'a', Body: 'x' })))
})

t.test('the ID of the folder is that of the local vault in it', async (t) => {
  const dir = t.testdir()
  const vault = await startLocalVault({ dir })
  await vault.close()
  const { id } = await localBucketFor(t, { dir })
  t.equal(id, vault.id)
})
