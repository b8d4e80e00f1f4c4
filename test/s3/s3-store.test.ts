import { createHash } from 'node:crypto'
import t from 'tap'
import {
  CompletionRejectedError,
  CompletionUnknownError,
  ConnectionError,
  UploadFailedError,
  UploadGoneError,
} from '../../lib/errors.js'
import { S3Store, type S3StoreFacts } from '../../lib/s3/s3-store.js'
import { PART, resume, smallStore, storedBytes, upload } from '../helpers/bucket-uploads.js'
import { bucketError, MemoryBucket, type BucketCall } from '../helpers/memory-bucket.js'
import { patternBytes } from '../helpers/pattern-source.js'
import { GIB, MIB } from '../../lib/sizes.js'
import { combined } from '../../lib/store/hash-scheme.js'
import { recordingJournal } from '../helpers/uploads.js'

const BYTES = patternBytes(3 * PART + 5)
const COMPLETE = 'CompleteMultipartUpload'

const reset = new ConnectionError('reset', { operation: 'X', serviceCode: 'ECONNRESET' })

/** The hashes of the parts of bytes. */
function partHashes(bytes: Buffer): string[] {
  return Array.from({ length: Math.ceil(bytes.length / PART) }, (_, i) =>
    createHash('sha256')
      .update(bytes.subarray(i * PART, (i + 1) * PART))
      .digest('hex'),
  )
}

/** Fails the nth calls of operations, each with an error. */
function failing(
  ...rules: readonly (readonly [operation: string, nth: number, error: Error])[]
): (call: BucketCall) => void {
  const counts = new Map<string, number>()
  return ({ operation }) => {
    const count = (counts.get(operation) ?? 0) + 1
    counts.set(operation, count)
    for (const [which, nth, error] of rules) if (which === operation && nth === count) throw error
  }
}

t.test('a stream is one object with its properties, and its archive says where it is', async (t) => {
  const bucket = new MemoryBucket()
  bucket.hasVersions = true
  const facts: Partial<S3StoreFacts> = {
    storageClass: 'GLACIER_IR',
    metadata: { owner: 'ops' },
    tags: { a: 'b' },
    requesterPays: true,
    expectedBucketOwner: '123456789012',
  }
  const archives = await upload(smallStore(bucket, facts), BYTES, { description: 'größe' })
  t.match(archives, [
    {
      archiveId: 's3://backups/docs.tar',
      vaultName: 's3://backups',
      size: BYTES.length,
      hash: /^[A-Za-z0-9+/]{43}=-4$/,
      partSize: PART,
      parts: 4,
      volume: 1,
      firstVolume: undefined,
      location: /^s3:\/\/backups\/docs\.tar\?versionId=v\d+$/,
    },
  ])
  const object = bucket.objects.get('docs.tar')
  t.match(object?.facts, { storageClass: 'GLACIER_IR', tags: { a: 'b' } })
  t.strictSame(Object.keys(object?.facts.metadata ?? {}).sort(), ['description', 'owner', 'part-size'])
  t.equal(object?.facts.metadata?.['part-size'], '1024')
  for (const { request } of bucket.calls)
    t.match(request, { bucket: 'backups', requesterPays: true, expectedBucketOwner: '123456789012' })
  t.strictSame(bucket.operations, [
    ...['HeadObject', 'CreateMultipartUpload', ...Array<string>(4).fill('UploadPart')],
    ...['ListParts', COMPLETE],
  ])
})

t.test('a stream of one part is one request, of the default storage class', async (t) => {
  const bucket = new MemoryBucket()
  const [archive] = await upload(smallStore(bucket), BYTES.subarray(0, PART))
  t.match(archive, { parts: 1, hash: /=-1$/, location: undefined })
  t.strictSame(bucket.operations, ['PutObject'])
  t.match(bucket.objects.get('docs.tar')?.facts, { storageClass: 'DEEP_ARCHIVE' })
  t.strictSame(bucket.objects.get('docs.tar')?.facts.metadata, {})
})

t.test('an object is not overwritten, unless that is permitted', async (t) => {
  for (const size of [PART, 3 * PART]) {
    const bucket = new MemoryBucket()
    await upload(smallStore(bucket), Buffer.from('before'))
    await t.rejects(upload(smallStore(bucket), BYTES.subarray(0, size)), {
      name: 'ServiceError',
      reason: 'exists',
    })
    t.equal(bucket.uploads.size, 0, 'nothing was begun')
    t.equal(String(bucket.objects.get('docs.tar')?.bytes), 'before')
    await t.rejects(smallStore(bucket).assertAbsent(), { name: 'ServiceError', reason: 'exists' })
    const store = smallStore(bucket, { overwrite: true })
    await t.resolves(store.assertAbsent())
    t.strictSame(storedBytes(bucket, await upload(store, BYTES.subarray(0, size))), BYTES.subarray(0, size))
  }
})

t.test('an object that appears meanwhile is kept, and so is the upload', async (t) => {
  const bucket = new MemoryBucket()
  bucket.before = async ({ operation }) => {
    if (operation !== COMPLETE || bucket.objects.size > 0) return
    await smallStore(bucket).uploadArchive({ bytes: Buffer.from('x'), ...hashesOf('x') })
  }
  const error = await upload(smallStore(bucket), BYTES).catch((thrown: unknown) => thrown)
  t.match(error, { kept: true, cause: { reason: 'exists' } })
  t.equal(bucket.uploads.size, 1)
  t.equal(String(bucket.objects.get('docs.tar')?.bytes), 'x')
})

t.test('the same object that appears meanwhile is the archive, and the upload is aborted', async (t) => {
  for (const isAbortLost of [false, true]) {
    const bucket = new MemoryBucket()
    const other = smallStore(bucket)
    bucket.before = async ({ operation }) => {
      if (operation === 'AbortMultipartUpload' && isAbortLost) throw reset
      if (operation !== COMPLETE || bucket.operations.filter((name) => name === COMPLETE).length > 1) return
      await upload(other, BYTES)
    }
    const archives = await upload(smallStore(bucket), BYTES)
    t.strictSame(storedBytes(bucket, archives), BYTES)
    t.equal(bucket.uploads.size, isAbortLost ? 1 : 0)
  }
})

t.test('a lost completion ends in a look at the object, and never in an abort', async (t) => {
  const rows: readonly (readonly [string, ReturnType<typeof failing>, ReturnType<typeof failing>?])[] = [
    ['lost', failing([COMPLETE, 1, reset])],
    ['an error after it', failing([COMPLETE, 1, bucketError(COMPLETE, 'InternalError', 500)])],
    ['and the list fails', failing([COMPLETE, 1, reset]), failing(['ListParts', 2, reset])],
    [
      'and HEAD fails',
      failing([COMPLETE, 1, reset]),
      failing(['HeadObject', 2, reset], ['HeadObject', 3, reset]),
    ],
  ]
  for (const [what, after, before = (): void => undefined] of rows) {
    const bucket = new MemoryBucket()
    bucket.after = after
    bucket.before = before
    const archives = await upload(smallStore(bucket), BYTES)
    t.strictSame(storedBytes(bucket, archives), BYTES, what)
    t.equal(bucket.operations.filter((name) => name === COMPLETE).length, 1, what)
    t.notOk(bucket.operations.includes('AbortMultipartUpload'), what)
    t.strictSame(bucket.sentParts, [1, 2, 3, 4], what)
  }
})

t.test('a lost completion that cannot be looked at is unknown, and not a guess', async (t) => {
  const denied = bucketError('HeadObject', 'AccessDenied', 403)
  for (const unknown of ['denied', 'no hash', 'another'] as const) {
    const bucket = new MemoryBucket()
    bucket.after = failing([COMPLETE, 1, reset])
    bucket.before = ({ operation }) => {
      if (operation !== 'HeadObject' || !bucket.objects.has('docs.tar')) return
      if (unknown === 'denied') throw denied
      const object = bucket.objects.get('docs.tar')
      if (unknown === 'another' && object)
        bucket.objects.set('docs.tar', { ...object, hash: { sha256: '0'.repeat(64), parts: 4 } })
    }
    bucket.statesHash = (operation) => unknown !== 'no hash' || operation !== 'HeadObject'
    const journal = recordingJournal()
    await t.rejects(upload(smallStore(bucket), BYTES, { journal }), CompletionUnknownError, unknown)
    t.equal(journal.types.at(-1), 'unknown')
    t.notOk(bucket.operations.includes('AbortMultipartUpload'))
  }
})

t.test('a conflict and a precondition that no object explains end the upload, which is kept', async (t) => {
  const refusals = [
    [409, 'ConditionalRequestConflict', 'conditional-conflict'],
    [412, 'PreconditionFailed', 'exists'],
  ] as const
  for (const [status, code, reason] of refusals) {
    const bucket = new MemoryBucket()
    bucket.before = ({ operation }) => {
      if (operation === COMPLETE) throw bucketError(COMPLETE, code, status)
    }
    const error = await upload(smallStore(bucket), BYTES).catch((thrown: unknown) => thrown)
    t.ok(error instanceof UploadFailedError)
    t.match(error, { kept: true, cause: { reason, status } })
    t.equal(bucket.uploads.size, 1)
    const attempts = bucket.operations.filter((name) => name === COMPLETE).length
    t.equal(attempts, status === 409 ? 4 : 1, 'a conflict may pass')
  }
})

t.test('a conflict with an earlier attempt passes', async (t) => {
  for (const [operation, size] of [
    [COMPLETE, BYTES.length],
    ['PutObject', PART],
  ] as const) {
    const bucket = new MemoryBucket()
    const conflict = bucketError(operation, 'ConditionalRequestConflict', 409)
    bucket.before = failing([operation, 2, conflict], [operation, 3, conflict])
    bucket.after = failing([operation, 1, reset])
    const archives = await upload(smallStore(bucket), BYTES.subarray(0, size))
    t.strictSame(storedBytes(bucket, archives), BYTES.subarray(0, size))
  }
})

t.test('a whole archive whose response is lost is found, and stored once', async (t) => {
  const bucket = new MemoryBucket()
  bucket.after = failing(['PutObject', 1, reset])
  bucket.before = failing(['HeadObject', 1, reset])
  const journal = recordingJournal()
  const archives = await upload(smallStore(bucket), BYTES.subarray(0, 9), { journal })
  t.strictSame(storedBytes(bucket, archives), BYTES.subarray(0, 9))
  t.strictSame(journal.types, ['sending', 'stored'])
  t.equal(bucket.operations.filter((name) => name === 'PutObject').length, 3)

  const other = new MemoryBucket()
  other.before = async ({ operation }) => {
    if (operation !== 'PutObject' || other.objects.size > 0) return
    other.before = () => undefined
    await upload(smallStore(other), Buffer.from('another'))
  }
  await t.rejects(upload(smallStore(other), BYTES.subarray(0, 9)), { name: 'ServiceError', reason: 'exists' })
  t.equal(String(other.objects.get('docs.tar')?.bytes), 'another')
})

t.test('a server without hashes: parts and sizes confirm the object, with a warning', async (t) => {
  for (const size of [PART, BYTES.length]) {
    const bucket = new MemoryBucket()
    bucket.statesHash = () => false
    let warnings = 0
    const store = smallStore(bucket, { onUnconfirmed: () => warnings++ })
    const archives = await upload(store, BYTES.subarray(0, size))
    t.strictSame(storedBytes(bucket, archives), BYTES.subarray(0, size))
    t.equal(warnings, 1)
    t.equal(bucket.operations.at(-1), 'HeadObject')

    // The response has named the object; the look at it fails, and so does the request that is made again.
    const shaky = new MemoryBucket()
    shaky.statesHash = () => false
    let lost = 0
    shaky.before = ({ operation }) => {
      if (operation === 'HeadObject' && shaky.objects.size > 0 && ++lost === 1) throw reset
    }
    t.strictSame(storedBytes(shaky, await upload(smallStore(shaky), BYTES.subarray(0, size))).length, size)
    t.ok(lost > 1)
  }
})

t.test('a server without hashes that has stored another size has not stored the archive', async (t) => {
  for (const size of [PART, BYTES.length]) {
    const bucket = new MemoryBucket()
    bucket.statesHash = () => false
    bucket.after = ({ operation }) => {
      const object = bucket.objects.get('docs.tar')
      if (object && (operation === COMPLETE || operation === 'PutObject'))
        bucket.objects.set('docs.tar', { ...object, bytes: object.bytes.subarray(1) })
    }
    const store = smallStore(bucket, { onUnconfirmed: () => t.fail('nothing is confirmed') })
    await t.rejects(upload(store, BYTES.subarray(0, size)))
  }
})

t.test('an ETag proves nothing about other content', async (t) => {
  const bucket = new MemoryBucket()
  bucket.statesHash = () => false
  const store = smallStore(bucket, { overwrite: true })
  await upload(store, BYTES)
  // The upload disappears, and the object of the first one has the size of the second.
  bucket.before = ({ operation }) => {
    if (operation === COMPLETE) bucket.uploads.clear()
  }
  await t.rejects(upload(store, patternBytes(BYTES.length, 7)), UploadGoneError)
})

t.test('a part that arrives changed is sent again', async (t) => {
  const bucket = new MemoryBucket()
  const store = smallStore(bucket)
  const sent = bucket.uploadPart.bind(bucket)
  bucket.uploadPart = async (request) => ({ ...(await sent(request)), sha256: '0'.repeat(64) })
  await t.rejects(upload(store, BYTES), { cause: { code: 'ERR_HASH_MISMATCH', scope: 'part' } })
  t.ok(bucket.sentParts.length > 4)
  bucket.statesHash = () => false
  const { items } = await store.listParts({ uploadId: 'upload-1', partSize: PART })
  t.ok(items.length > 0)
  for (const { hash } of items) t.equal(hash, '0'.repeat(64), 'it is not taken for the part that was sent')
})

t.test('an upload that another has changed is refused, and says what is there', async (t) => {
  for (const statesHash of [true, false]) {
    const bucket = new MemoryBucket()
    bucket.statesHash = () => statesHash
    const [first, second] = [smallStore(bucket), smallStore(bucket)]
    bucket.before = async ({ operation }) => {
      if (operation !== 'ListParts') return
      bucket.before = () => undefined
      const range = { start: PART, end: 2 * PART }
      const bytes = Buffer.alloc(PART, 1)
      await second.uploadPart({ uploadId: 'upload-1', index: 1, range, bytes, ...hashesOf(bytes) })
    }
    const journal = recordingJournal()
    const error = await upload(first, BYTES, { journal }).catch((thrown: unknown) => thrown)
    t.ok(error instanceof UploadFailedError && error.cause instanceof CompletionRejectedError)
    t.match(error, {
      message: statesHash ? /4 parts, 3077 bytes of hash/ : /4 parts, 3077 bytes of a hash that is not/,
    })
    t.ok(journal.types.includes('rejected'))
    bucket.before = () => undefined
    const archives = await resume(smallStore(bucket), BYTES, { uploadId: 'upload-1' })
    t.strictSame(storedBytes(bucket, archives), BYTES, 'it can be resumed')
  }
})

t.test('what an earlier run was about to store does not replace an object that is newer', async (t) => {
  for (const isDenied of [false, true]) {
    const bucket = new MemoryBucket()
    bucket.before = failing([COMPLETE, 1, bucketError(COMPLETE, 'AccessDenied', 403)])
    const store = smallStore(bucket, { overwrite: true })
    await t.rejects(upload(store, BYTES), { code: 'ERR_UPLOAD_FAILED', kept: true })
    await upload(store, Buffer.from('newer'))
    if (isDenied)
      bucket.before = ({ operation }) => {
        if (operation === 'HeadObject') throw bucketError(operation, 'AccessDenied', 403)
      }
    const content = { size: BYTES.length, hash: combined(store.hashes, partHashes(BYTES)) }
    const request = { uploadId: 'upload-1', ...content }
    const error: unknown = await store
      .completeUpload({ ...request, keepsExisting: true })
      .catch((e: unknown) => e)
    t.match(error, { reason: 'completion-refused', cause: { reason: 'exists' } })
    t.ok(store.isContentRefusal(error), 'the upload can still be completed')
    t.equal(String(bucket.objects.get('docs.tar')?.bytes), 'newer')
    t.match(await store.completeUpload(request), { hash: content.hash })
    t.strictSame(bucket.objects.get('docs.tar')?.bytes, BYTES, 'the content of this run may replace it')
  }
})

t.test('any other failure of such a completion stays what it is', async (t) => {
  const bucket = new MemoryBucket()
  bucket.before = failing([COMPLETE, 1, reset], [COMPLETE, 2, reset])
  const store = smallStore(bucket, { overwrite: true })
  await t.rejects(upload(store, BYTES, { retryFor: 0 }), { code: 'ERR_UPLOAD_FAILED', kept: true })
  const content = { size: BYTES.length, hash: combined(store.hashes, partHashes(BYTES)) }
  await t.rejects(store.completeUpload({ uploadId: 'upload-1', ...content, keepsExisting: true }), reset)
})

t.test('an upload that fails is aborted if that is wanted', async (t) => {
  const bucket = new MemoryBucket()
  bucket.before = failing(['UploadPart', 2, bucketError('UploadPart', 'AccessDenied', 403)])
  await t.rejects(upload(smallStore(bucket), BYTES, { onFailure: 'abort' }), {
    code: 'ERR_UPLOAD_FAILED',
    kept: false,
  })
  t.equal(bucket.uploads.size, 0)
})

t.test('a description is kept whatever it is, also if it looks like a mark of a volume', async (t) => {
  for (const size of [PART, BYTES.length]) {
    const bucket = new MemoryBucket()
    const description = '{"Volume":2}'
    const [archive] = await upload(smallStore(bucket), BYTES.subarray(0, size), { description })
    t.match(archive, { archiveId: 's3://backups/docs.tar', description })
    t.equal(bucket.objects.get('docs.tar')?.facts.metadata?.description, description)
  }
})

t.test('credentials are refreshed by the client, if it can', async (t) => {
  const bucket: MemoryBucket & { refreshCredentials?: (signal?: AbortSignal) => Promise<void> } =
    new MemoryBucket()
  await t.resolves(smallStore(bucket).refreshCredentials())
  let refreshed = 0
  bucket.refreshCredentials = async () => {
    refreshed++
  }
  const expired = bucketError('UploadPart', 'ExpiredToken', 400)
  bucket.before = failing(['UploadPart', 1, expired], ['UploadPart', 2, expired])
  t.strictSame(storedBytes(bucket, await upload(smallStore(bucket), BYTES)), BYTES)
  t.equal(refreshed, 2)
})

t.test('a hash that a store states otherwise is a mismatch only if the object has it', async (t) => {
  const bucket = new MemoryBucket()
  const complete = bucket.completeUpload.bind(bucket)
  bucket.completeUpload = async (request) => {
    return { ...(await complete(request)), hash: { sha256: '0'.repeat(64), parts: 4 } }
  }
  const journal = recordingJournal()
  t.strictSame(storedBytes(bucket, await upload(smallStore(bucket), BYTES, { journal })), BYTES)
  t.ok(journal.types.includes('mismatched'))
  t.equal(journal.types.at(-1), 'stored')
})

function hashesOf(bytes: Uint8Array | string): { linearHash: string; hash: string } {
  const linearHash = createHash('sha256').update(bytes).digest('hex')
  return { linearHash, hash: linearHash }
}

t.test('a long stream continues in the keys of its volumes, and each is resumed by its ID', async (t) => {
  const bytes = patternBytes(5 * PART + 3)
  const options = { maxArchiveSize: 2 * PART }
  const bucket = new MemoryBucket()
  const archives = await upload(smallStore(bucket), bytes, { ...options, description: 'a' })
  const firstVolume = 's3://backups/docs.tar'
  t.match(archives, [
    { archiveId: firstVolume, volume: 1, firstVolume: undefined, parts: 2, description: 'a' },
    { archiveId: `${firstVolume}.volume2`, volume: 2, firstVolume, parts: 2 },
    { archiveId: `${firstVolume}.volume3`, volume: 3, firstVolume, parts: 2, size: PART + 3 },
  ])
  t.strictSame(storedBytes(bucket, archives), bytes)
  const metadata = [...bucket.objects.values()].map(({ facts }) => facts.metadata)
  t.strictSame(metadata, [
    { 'part-size': '1024', description: 'a' },
    { 'part-size': '1024', volume: '2' },
    { 'part-size': '1024', volume: '3' },
  ])

  const broken = new MemoryBucket()
  const denied = bucketError('UploadPart', 'AccessDenied', 403)
  broken.before = failing(['UploadPart', 4, denied])
  const stored = upload(smallStore(broken), bytes, { ...options, concurrency: 1 })
  await t.rejects(stored, { code: 'ERR_UPLOAD_FAILED', uploadId: 'volume2:upload-5', kept: true })
  broken.before = () => undefined
  const uploadId = 'volume2:upload-5'
  await t.rejects(resume(smallStore(broken), bytes, { uploadId, ...options }), { code: 'ERR_INCOMPLETE_SET' })
  const first = archives.slice(0, 1)
  broken.calls.length = 0
  const rest = await resume(smallStore(broken), bytes, { uploadId, earlierVolumes: first, ...options })
  t.strictSame(storedBytes(broken, rest), bytes)
  t.match(
    rest,
    archives.map(({ archiveId, description }) => ({ archiveId, description })),
  )
  t.strictSame(broken.sentParts, [1, 2, 2], 'one part of the second volume, and the third')
  t.equal(broken.uploads.size, 0)
})

t.test('the last volume of one part is one request to its own key', async (t) => {
  const bytes = patternBytes(2 * PART + 3)
  const bucket = new MemoryBucket()
  const archives = await upload(smallStore(bucket), bytes, { maxArchiveSize: 2 * PART })
  t.strictSame(storedBytes(bucket, archives), bytes)
  t.match(bucket.calls.at(-1), { operation: 'PutObject', key: 'docs.tar.volume2' })
})

t.test(
  'parts that the store or the memory makes too small are refused before anything is sent',
  async (t) => {
    const bucket = new MemoryBucket()
    const store = new S3Store({ client: bucket, bucket: 'backups', key: 'docs.tar' })
    const partSize = 4 * MIB
    await t.rejects(upload(store, BYTES, { partSize }), {
      name: 'RangeError',
      message: /partSize.* from 8388608 to/,
    })
    await t.rejects(upload(store, BYTES, { memory: 16 * MIB }), {
      name: 'RangeError',
      message: /memory.* 33554432 bytes/,
    })
    await t.rejects(
      upload(store, BYTES, { partSize: 4 * GIB, memory: 16 * GIB, maxArchiveSize: GIB }),
      RangeError,
    )
    t.equal(bucket.calls.length, 0)
  },
)

t.test('a list says where parts are if it can: by the part size, or by the larger of two', async (t) => {
  const bucket = new MemoryBucket()
  const store = smallStore(bucket)
  const { uploadId } = await store.initiateUpload({ partSize: PART })
  t.match(await store.listParts({ uploadId }), { items: { length: 0 }, upload: { partSize: undefined } })
  const send = async (index: number, size: number): Promise<unknown> => {
    const bytes = patternBytes(size)
    const range = { start: index * PART, end: index * PART + size }
    return store.uploadPart({ uploadId, index, range, bytes, ...hashesOf(bytes) })
  }
  await send(3, 5)
  t.match(await store.listParts({ uploadId }), { items: [{ start: 15 }], upload: { partSize: undefined } })
  t.match(await store.listParts({ uploadId, partSize: PART }), {
    items: [{ start: 3 * PART, end: 3 * PART + 5 }],
  })
  await send(1, PART)
  t.match(await store.listParts({ uploadId, limit: 1 }), {
    items: [{ start: PART }, { start: 3 * PART }],
    upload: { partSize: PART, description: undefined },
  })
  bucket.pageSize = 1
  const { marker } = await store.listParts({ uploadId })
  t.match(await store.listParts({ uploadId, marker, partSize: PART }), {
    items: [{ start: 3 * PART }],
    marker: undefined,
  })
})

t.test('an error of another kind is no refusal of the content', async (t) => {
  const store = smallStore(new MemoryBucket())
  t.ok(store.isContentRefusal(bucketError(COMPLETE, 'InvalidPart', 400)))
  for (const error of [bucketError(COMPLETE, 'NoSuchUpload', 404), new Error('x'), undefined])
    t.notOk(store.isContentRefusal(error))
  t.strictSame(store.markIn(store.describeVolume('a', { volume: 2, firstVolume: 'x' })), {
    volume: 2,
    firstVolume: 's3://backups/docs.tar',
  })
})
