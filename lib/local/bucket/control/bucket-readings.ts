/**
 * The controls that read the buckets. They change nothing. Lists are paged, and only the records of one page are read; of a
 * bucket that this server has not listed yet, also the keys of the others.
 */
import { requiredIn } from '../../control/control-body.js'
import { listingOf } from '../../control/listing.js'
import { runsOf } from '../../control/runs.js'
import { unlessDamaged } from '../../disk/damage.js'
import type { MultipartRecord } from '../records/multipart-record.js'
import { noSuchUpload } from '../service/bucket-error.js'
import { isArchiveClass } from '../service/storage-classes.js'
import type { BucketStores } from '../storage/bucket-stores.js'
import type { RestoreState } from '../storage/restores.js'
import type { ControlledBucket } from './controlled-bucket.js'

type Query = URLSearchParams

/** The buckets of an account in a region, each with its current counts. */
export async function readBuckets(
  { stores, accountId, region }: ControlledBucket,
  query: Query,
): Promise<object> {
  const place = { region, accountId, ...Object.fromEntries(query) }
  const all = await stores.buckets.list(place.accountId)
  const here = all.filter((record) => record.region === place.region)
  const { items, ...rest } = listingOf(here, query, ({ name }) => name)
  const buckets: object[] = []
  for (const { name, creationDate } of items) {
    const objectCount = (await stores.objects.folderNames(name)).length
    const uploadCount = (await stores.uploads.ids(name)).length
    buckets.push({ bucket: name, creationDate, objectCount, uploadCount })
  }
  return { buckets, ...rest }
}

/** The objects of a bucket, in the order of the bytes of their keys. */
export async function readObjects(stores: BucketStores, query: Query): Promise<object> {
  const bucket = await bucketIn(stores, query)
  const keys = await stores.keys.of(bucket)
  const { items, ...rest } = listingOf(keys, query, (key) => key, { compare: inOrderOfBytes })
  const objects: object[] = []
  for (const key of items) {
    const read = describeObject(stores, bucket, key)
    const object = await unlessDamaged(read, stores.context.onFailure).then(
      (found) => found ?? { key, unreadable: true },
    )
    objects.push(object)
  }
  return { objects: objects.filter((object) => object !== GONE), ...rest }
}

/** The open uploads of a bucket, sorted by ID, each with the runs of the numbers of its parts. */
export async function readBucketUploads(stores: BucketStores, query: Query): Promise<object> {
  const bucket = await bucketIn(stores, query)
  const { items, ...rest } = listingOf(await stores.uploads.ids(bucket), query, (id) => id)
  const uploads: object[] = []
  for (const id of items) {
    const upload = await unlessDamaged(stores.uploads.lookUp(bucket, id), stores.context.onFailure)
    if (upload) uploads.push(await describeUpload(stores, bucket, upload))
  }
  return { uploads, ...rest }
}

/** The parts of an upload, by number. */
export async function readBucketParts(stores: BucketStores, query: Query): Promise<object> {
  const bucket = await bucketIn(stores, query)
  const uploadId = requiredIn(query, 'uploadId')
  if (!(await stores.uploads.lookUp(bucket, uploadId))) throw noSuchUpload(uploadId)
  const numbers = await stores.uploads.partNumbers(bucket, uploadId)
  const { items, ...rest } = listingOf(numbers, query, (number) => String(number).padStart(5, '0'))
  const parts = await stores.uploads.parts(bucket, uploadId, items)
  return {
    parts: parts.map(({ number, size, md5, checksum, lastModified }) => ({
      ...{ number, size, etag: md5, checksum, lastModified },
    })),
    ...rest,
  }
}

/**
 * The name of the bucket in a query.
 *
 * @throws {BucketError} 404 `NoSuchBucket`
 */
async function bucketIn({ buckets }: BucketStores, query: Query): Promise<string> {
  return (await buckets.find(requiredIn(query, 'bucket'))).name
}

/** Stands for an object that was deleted while its page was read. */
const GONE = {}

async function describeObject(stores: BucketStores, bucket: string, key: string): Promise<object> {
  const object = await stores.objects.lookUp(bucket, key)
  if (!object) return GONE
  const { size, etag, partCount, lastModified, settings } = object.record
  const { storageClass } = settings
  const restore = isArchiveClass(storageClass) ? await stores.restores.stateOf(object) : undefined
  return { key, size, etag, partCount, lastModified, storageClass, ...restoreFields(restore) }
}

/** The state of the restored copy: `null` for a class that needs none; and when the copy expires. */
function restoreFields(restore: RestoreState | undefined): object {
  const restoredUntil = restore?.state === 'restored' ? new Date(restore.expiresMs).toISOString() : null
  return { restore: restore?.state ?? null, restoredUntil }
}

async function describeUpload(
  { uploads }: BucketStores,
  bucket: string,
  { uploadId, key, initiated, settings }: MultipartRecord,
): Promise<object> {
  const numbers = await uploads.partNumbers(bucket, uploadId)
  const { storageClass } = settings
  return { uploadId, key, storageClass, initiated, partCount: numbers.length, runs: runsOf(numbers) }
}

function inOrderOfBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
