import { createHash } from 'node:crypto'
import t from 'tap'
import { ConnectionError, HashMismatchError, ServiceError } from '../../lib/errors.js'
import { mayHaveActed } from '../../lib/store/failure.js'
import { CompositeHash, toWireHash } from '../../lib/s3/composite-hash.js'
import {
  assertAbsent,
  assertStored,
  compositeOf,
  confirmed,
  foundAfter,
  isAboutExisting,
} from '../../lib/s3/object-at-key.js'
import { bucketError, MemoryBucket } from '../helpers/memory-bucket.js'

const at = { bucket: 'backups', key: 'docs.tar' }
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const BYTES = Buffer.from('hello')
const CONTENT = { size: 5, hash: toWireHash(new CompositeHash().update(sha256(BYTES)).digest()) }
const ADDRESS = 's3://backups/docs.tar'

const reset = new ConnectionError('reset', { operation: 'HeadObject', serviceCode: 'ECONNRESET' })
const EXISTS = bucketError('PutObject', 'PreconditionFailed', 412)
const CONFLICT = bucketError('CompleteMultipartUpload', 'ConditionalRequestConflict', 409)
const GONE = bucketError('CompleteMultipartUpload', 'NoSuchUpload', 404)
const DENIED = bucketError('HeadObject', 'AccessDenied', 403)

/** Of an object that exists and may not be looked at. */
const MAY_BE_OWN = {
  ...{ name: 'ServiceError', reason: 'exists', serviceCode: 'PreconditionFailed', cause: EXISTS },
  message: /If an earlier attempt had no response, it may be the one that this upload has stored/,
}

/** A bucket with an object, whose later requests fail with an error, if one is given. */
async function bucketWith(bytes: Uint8Array | undefined, error?: Error): Promise<MemoryBucket> {
  const bucket = new MemoryBucket()
  if (bytes) await bucket.putObject({ ...at, bytes, sha256: sha256(bytes) })
  bucket.before = () => {
    if (error) throw error
  }
  return bucket
}

function fail(): never {
  throw new Error('it is confirmed')
}

t.test('an object that a response names with its hash needs no request', async (t) => {
  const bucket = new MemoryBucket()
  const whole = { hash: { sha256: sha256(BYTES), parts: undefined }, versionId: undefined }
  const expected = { archiveId: ADDRESS, hash: CONTENT.hash, location: undefined }
  t.strictSame(await confirmed(bucket, at, whole, CONTENT, fail), expected)
  const composite = { hash: new CompositeHash().update(sha256(BYTES)).digest(), versionId: 'v1' }
  const location = `${ADDRESS}?versionId=v1`
  t.strictSame(await confirmed(bucket, at, composite, CONTENT, fail), {
    ...expected,
    location,
    versionId: 'v1',
  })
  t.equal(compositeOf(composite.hash), compositeOf(whole.hash))
  t.equal(bucket.calls.length, 0)
})

t.test('an object that is named without a hash is looked at', async (t) => {
  const unhashed = { hash: undefined, versionId: 'v7' }
  const bucket = await bucketWith(BYTES)
  const found = await confirmed(bucket, at, unhashed, CONTENT, fail)
  t.match(found, { archiveId: ADDRESS, hash: CONTENT.hash })
  t.match(bucket.calls.at(-1), { operation: 'HeadObject', request: { versionId: 'v7' } })

  bucket.statesHash = () => false
  let warnings = 0
  const warn = (): void => {
    warnings++
  }
  t.match(await confirmed(bucket, at, unhashed, CONTENT, warn), { hash: CONTENT.hash })
  t.equal(warnings, 1)
  await t.rejects(confirmed(bucket, at, unhashed, { ...CONTENT, size: 6 }, fail), HashMismatchError)

  const other = await bucketWith(Buffer.from('other'))
  t.not((await confirmed(other, at, unhashed, CONTENT, fail)).hash, CONTENT.hash)

  const denied = await bucketWith(BYTES, DENIED)
  t.match(await confirmed(denied, at, unhashed, CONTENT, warn), { hash: CONTENT.hash })
  t.equal(warnings, 2)
  await t.rejects(confirmed(await bucketWith(BYTES, reset), at, unhashed, CONTENT, fail), reset)
})

t.test('a look that fails after the object is stored says that the request was carried out', async (t) => {
  const unhashed = { hash: undefined, versionId: undefined }
  const refused = new ConnectionError('refused', { operation: 'HeadObject', serviceCode: 'ECONNREFUSED' })
  const missing = bucketError('HeadObject', 'NotFound', 404)
  for (const error of [refused, missing, bucketError('HeadObject', 'HTTP 400', 400)]) {
    const bucket = await bucketWith(BYTES, error)
    const thrown: unknown = await confirmed(bucket, at, unhashed, CONTENT, fail).catch((e: unknown) => e)
    t.match(thrown, { serviceCode: 'IncompleteResponse', cause: error })
    t.ok(mayHaveActed(thrown), error.message)
    t.notOk(mayHaveActed(error), 'the failure of the look alone says the opposite')
  }
  const throwing = await bucketWith(BYTES)
  throwing.before = () => {
    throw 'text' // eslint-disable-line @typescript-eslint/only-throw-error -- a client may throw anything
  }
  await t.rejects(confirmed(throwing, at, unhashed, CONTENT, fail), /cannot be confirmed: text/)
})

t.test('an object with the content is found after a failure that may be about it', async (t) => {
  for (const error of [EXISTS, CONFLICT, GONE]) {
    const found = await foundAfter(await bucketWith(BYTES), at, CONTENT, error)
    t.strictSame(found, { archiveId: ADDRESS, hash: CONTENT.hash, location: undefined })
    for (const bytes of [undefined, Buffer.from('other'), Buffer.from('hello!')])
      await t.rejects(foundAfter(await bucketWith(bytes), at, CONTENT, error), error)
    const unseen = foundAfter(await bucketWith(BYTES, DENIED), at, CONTENT, error)
    await t.rejects(unseen, error === EXISTS ? MAY_BE_OWN : error)
    // A request that may succeed later decides nothing.
    await t.rejects(foundAfter(await bucketWith(BYTES, reset), at, CONTENT, error), reset)
  }
  const versions = new MemoryBucket()
  versions.hasVersions = true
  await versions.putObject({ ...at, bytes: BYTES, sha256: sha256(BYTES) })
  t.match(await foundAfter(versions, at, CONTENT, EXISTS), { location: `${ADDRESS}?versionId=v1` })
})

t.test('after any other failure, nothing is looked for', async (t) => {
  for (const error of [reset, DENIED, new Error('x'), bucketError('PutObject', 'NoSuchBucket', 404)]) {
    const bucket = await bucketWith(BYTES)
    const before = bucket.calls.length
    await t.rejects(foundAfter(bucket, at, CONTENT, error), error)
    t.equal(bucket.calls.length, before)
  }
})

t.test(
  'an object without a hash is recognized by the ETag that a response of this content named',
  async (t) => {
    const bucket = await bucketWith(BYTES)
    bucket.statesHash = () => false
    const etag = bucket.objects.get(at.key)?.etag
    await t.rejects(foundAfter(bucket, at, CONTENT, EXISTS), EXISTS)
    await t.rejects(foundAfter(bucket, at, CONTENT, EXISTS, '"other"'), EXISTS)
    await t.rejects(foundAfter(bucket, at, { ...CONTENT, size: 6 }, EXISTS, etag), EXISTS)
    t.match(await foundAfter(bucket, at, CONTENT, EXISTS, etag), { hash: CONTENT.hash })
    // A hash decides against an ETag.
    const other = await bucketWith(Buffer.from('other'))
    await t.rejects(foundAfter(other, at, CONTENT, EXISTS, other.objects.get(at.key)?.etag), EXISTS)
  },
)

t.test('a key must be free, as far as that may be known', async (t) => {
  const details = {
    reason: 'exists',
    status: 412,
    serviceCode: 'PreconditionFailed',
    operation: 'HeadObject',
  }
  await t.rejects(assertAbsent(await bucketWith(BYTES), at), {
    ...details,
    message: /s3:\/\/backups\/docs\.tar exists/,
  })
  await t.resolves(assertAbsent(await bucketWith(undefined), at))
  await t.resolves(assertAbsent(await bucketWith(BYTES, DENIED), at))
  await t.rejects(assertAbsent(await bucketWith(undefined, reset), at), reset)
  const nothingSaid = new ServiceError('x', { operation: 'HeadObject', serviceCode: 'HTTP 400', status: 400 })
  await t.resolves(assertAbsent(await bucketWith(undefined, nothingSaid), at))
  t.ok(isAboutExisting(EXISTS) && isAboutExisting(CONFLICT))
  t.notOk([GONE, reset, new Error('x'), undefined].some(isAboutExisting))
})

t.test('an object that an earlier run has stored is there, is gone or was replaced', async (t) => {
  const check = async (bytes: Uint8Array | undefined, error?: Error, content = CONTENT): Promise<void> =>
    assertStored(await bucketWith(bytes, error), at, content)
  await t.resolves(check(BYTES))
  await t.rejects(check(undefined), {
    code: 'ERR_NOT_FOUND',
    reason: 'object-not-found',
    message: /s3:\/\/backups\/docs\.tar, which .* is gone\. /,
  })
  const replaced = { code: 'ERR_SERVICE', reason: 'object-changed', message: /was replaced/ }
  await t.rejects(check(Buffer.from('other')), replaced)
  await t.rejects(check(Buffer.from('longer')), replaced)
  const unhashed = await bucketWith(BYTES)
  unhashed.headObject = async (request) => ({
    ...(await MemoryBucket.prototype.headObject.call(unhashed, request)),
    hash: undefined,
  })
  await t.resolves(assertStored(unhashed, at, CONTENT))
  await t.rejects(assertStored(unhashed, at, { ...CONTENT, size: 6 }), replaced)
  await t.resolves(check(undefined, DENIED))
  const nothingSaid = new ServiceError('x', { operation: 'HeadObject', serviceCode: 'HTTP 400', status: 400 })
  await t.resolves(check(undefined, nothingSaid))
  await t.rejects(check(BYTES, reset), reset)
})
