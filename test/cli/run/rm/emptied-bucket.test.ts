import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import t, { type Test } from 'tap'
import { EmptiedBucket } from '../../../../lib/cli/run/rm/emptied-bucket.js'
import { AccessDeniedError, NotFoundError, ServiceError } from '../../../../lib/errors.js'
import type { RepeatableOperations } from '../../../../lib/s3/retry/retrying-bucket.js'
import { s3Client } from '../../../../lib/s3/sdk/s3-client.js'
import { localBucketFor, s3ClientFor } from '../../../helpers/local-bucket.js'

const Bucket = 'backups'
const archiveId = 's3://backups/a'

/** A bucket with some objects, of which each operation can be replaced. */
async function emptied(test: Test, keys: readonly string[], methods: Partial<RepeatableOperations> = {}) {
  const server = await localBucketFor(test, { region: 'eu-west-1' })
  const sdk = s3ClientFor(test, server)
  const CreateBucketConfiguration = { LocationConstraint: 'eu-west-1' as const }
  await sdk.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }))
  const store = async (Key: string, Body: string): Promise<void> => {
    await sdk.send(new PutObjectCommand({ Bucket, Key, Body }))
  }
  for (const key of keys) await store(key, `of ${key}`)
  const { endpoint, region, credentials } = server
  const client = s3Client({ endpoint, region, credentials })
  test.teardown(() => {
    client.destroy()
  })
  const used: RepeatableOperations = {
    headObject: (request) => client.headObject(request),
    deleteObject: (request) => client.deleteObject(request),
    headBucket: (request) => client.headBucket(request),
    listObjects: (request) => client.listObjects(request),
    listUploads: (request) => client.listUploads(request),
    getAttributes: (request) => client.getAttributes(request),
    abortUpload: (request) => client.abortUpload(request),
    ...methods,
  }
  const address = { vaultName: 's3://backups', region }
  const bucket = new EmptiedBucket({ client: used, single: used, request: { bucket: Bucket }, address })
  const stored = async (): Promise<unknown[]> => {
    const { Contents = [] } = await sdk.send(new ListObjectsV2Command({ Bucket }))
    return Contents.map(({ Key }) => Key)
  }
  return { bucket, store, stored, sdk, client, server }
}

t.test('an object is deleted as it was seen, and another one at its key is kept', async (t) => {
  const { bucket, store, stored } = await emptied(t, ['a', 'b'])
  t.match(await bucket.look('a'), { size: 4 })
  await bucket.deleteArchive({ archiveId })
  t.strictSame(await stored(), ['b'])
  await bucket.look('b')
  await store('b', 'newer')
  await t.rejects(bucket.deleteArchive({ archiveId: 's3://backups/b' }), {
    name: 'ServiceError',
    reason: 'object-changed',
  })
  t.strictSame(await stored(), ['b'])
})

t.test('where there was no object, none is deleted', async (t) => {
  const { bucket, store, stored } = await emptied(t, [])
  t.equal(await bucket.look('a'), 'missing')
  await store('a', 'newer')
  await bucket.deleteArchive({ archiveId })
  t.strictSame(await stored(), ['a'])
  const gone = await emptied(t, [])
  await gone.sdk.send(new DeleteBucketCommand({ Bucket }))
  t.equal(await gone.bucket.look('a'), 'missing', 'as a bucket that is missing')
  await t.rejects(gone.bucket.deleteArchive({ archiveId }), {
    name: 'NotFoundError',
    reason: 'bucket-not-found',
  })
})

t.test('an object without an ETag is deleted by one request', async (t) => {
  const world = await emptied(t, ['a'], {
    headObject: async (request) => ({ ...(await world.client.headObject(request)), etag: undefined }),
  })
  await world.bucket.look('a')
  await world.bucket.deleteArchive({ archiveId })
  t.strictSame(await world.stored(), [])
})

t.test('an object that may not be looked at is deleted by one request', async (t) => {
  const details = { operation: 'HeadObject', serviceCode: 'AccessDenied', status: 403 }
  const { bucket, stored, server } = await emptied(t, ['a', 'b'], {
    headObject: () => Promise.reject(new AccessDeniedError('denied', details)),
  })
  t.equal(await bucket.look('a'), 'unknown')
  await bucket.deleteArchive({ archiveId })
  t.strictSame(await stored(), ['b'])
  server.faults.add({ operation: 'DeleteObject', fault: 'error-500', times: 1 })
  await t.rejects(bucket.deleteArchive({ archiveId: 's3://backups/b' }), {
    name: 'ServiceError',
    status: 500,
  })
  t.strictSame(await stored(), ['b'])
})

t.test('an earlier attempt may have deleted it, also in a bucket with versions', async (t) => {
  const refused = (code: string, reason: 'object-changed' | 'object-not-found', status: number) => () =>
    Promise.reject(
      new (status === 404 ? NotFoundError : ServiceError)(code, {
        ...{ operation: 'DeleteObject', serviceCode: code, status, reason },
      }),
    )
  const changed = { deleteObject: refused('PreconditionFailed', 'object-changed', 412) }
  const one = await emptied(t, ['a'], changed)
  await one.bucket.look('a')
  await t.rejects(one.bucket.deleteArchive({ archiveId }), { name: 'ServiceError', reason: 'object-changed' })
  await one.client.deleteObject({ bucket: Bucket, key: 'a' })
  await t.resolves(one.bucket.deleteArchive({ archiveId }), 'a mark of its deletion is there')
  const other = await emptied(t, ['a'], { deleteObject: refused('NoSuchKey', 'object-not-found', 404) })
  await other.bucket.look('a')
  await t.resolves(other.bucket.deleteArchive({ archiveId }))
  const broken = await emptied(t, ['a'], { deleteObject: () => Promise.reject(new TypeError('broken')) })
  await broken.bucket.look('a')
  await t.rejects(broken.bucket.deleteArchive({ archiveId }), { message: 'broken' })
})

t.test('a second look protects what the first one has seen', async (t) => {
  for (const [before, change] of [
    ['of a', 'newer'],
    [undefined, 'newer'],
    ['of a', undefined],
  ] as const) {
    const { bucket, store, sdk } = await emptied(t, before === undefined ? [] : ['a'])
    await bucket.look('a')
    await bucket.look('a')
    if (change === undefined) await sdk.send(new DeleteObjectCommand({ Bucket, Key: 'a' }))
    else await store('a', change)
    await t.rejects(bucket.look('a'), { name: 'UsageError', message: /was changed since the question/ })
  }
})

t.test(
  'a server that knows no condition, and one whose object may not be looked at afterwards',
  async (t) => {
    const failing = (status: number, serviceCode: string, reason?: 'object-changed') => {
      return new ServiceError(serviceCode, { operation: 'DeleteObject', serviceCode, status, reason })
    }
    const keyed: string[] = []
    const old = await emptied(t, ['a'], {
      deleteObject: ({ key, ifMatch }) => {
        keyed.push(`${key} ${ifMatch === undefined ? 'any' : 'one'}`)
        return ifMatch === undefined ? Promise.resolve() : Promise.reject(failing(501, 'NotImplemented'))
      },
    })
    await old.bucket.look('a')
    await old.bucket.deleteArchive({ archiveId })
    t.strictSame(keyed, ['a one', 'a any'])
    const denied = new AccessDeniedError('denied', { operation: 'DeleteObject', serviceCode: 'AccessDenied' })
    const refusing = await emptied(t, ['a'], { deleteObject: () => Promise.reject(denied) })
    await refusing.bucket.look('a')
    await t.rejects(refusing.bucket.deleteArchive({ archiveId }), denied)

    let looks = 0
    const details = { operation: 'HeadObject', serviceCode: 'AccessDenied', status: 403 }
    const unseen = await emptied(t, ['a'], {
      deleteObject: () => Promise.reject(failing(412, 'PreconditionFailed', 'object-changed')),
      headObject: (request) =>
        looks++ === 0
          ? unseen.client.headObject(request)
          : Promise.reject(new AccessDeniedError('denied', details)),
    })
    await unseen.bucket.look('a')
    await t.rejects(unseen.bucket.deleteArchive({ archiveId }), {
      name: 'ServiceError',
      reason: 'object-changed',
      message: /was replaced, or an earlier attempt has deleted it/,
    })
  },
)
