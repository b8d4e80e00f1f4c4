/** PutObject and DeleteObject. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { newUploadOrJobId } from '../../records/identifiers.js'
import type { ObjectRecord } from '../records/object-record.js'
import { partFileName } from '../records/part-record.js'
import { withBucket, withBucketToStore } from '../requests/bucket-access.js'
import type { BucketRequest, BucketResponse, ObjectRequest } from '../requests/bucket-request.js'
import { deletionCondition, writeCondition, type WriteCondition } from '../requests/conditions.js'
import { objectSettings } from '../requests/object-headers.js'
import { accessDenied, invalidRequest } from '../service/bucket-error.js'
import { timeOf } from '../storage/bucket-context.js'
import { checksumHeaders, encryptionHeaders } from './object-response-headers.js'
import { assertNoVersion } from './read-object.js'
import { assertLength, receiveBody } from './stored-body.js'

/** PutObject. With a condition, it is checked before the body is received, and again when the object is stored. */
export async function putObject(given: BucketRequest): Promise<BucketResponse> {
  const request = await withBucketToStore(given)
  assertLength(request)
  const settings = objectSettings(request)
  const { announced } = request.body
  const hasLock = Object.keys(settings.headers).some((name) => name.startsWith('x-amz-object-lock-'))
  if (hasLock && announced.md5 === undefined && announced.checksum === undefined) {
    throw invalidRequest(
      'Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters',
    )
  }
  const condition = writeCondition(request)
  const store = async (): Promise<ObjectRecord> => storeObject(request, settings, condition)
  const { conditionalWrites } = request.stores
  const record = await (condition ? conditionalWrites.run(request.bucket, request.key, store) : store())
  const headers = {
    etag: `"${record.etag}"`,
    ...checksumHeaders(record.checksum),
    ...encryptionHeaders(settings),
  }
  return { status: 200, headers, storageClass: settings.storageClass }
}

async function storeObject(
  request: ObjectRequest,
  settings: ObjectRecord['settings'],
  condition: WriteCondition | undefined,
): Promise<ObjectRecord> {
  const { bucket, key, body, stores } = request
  const { context, objects, buckets } = stores
  condition?.(await objects.lookUp(bucket, key))
  return context.disk.unfinished(async (temporary) => {
    await mkdir(temporary, { mode: 0o700 })
    const { size, md5, checksum } = await receiveBody(request, join(temporary, partFileName(1)))
    const time = timeOf(context)
    const { algorithm } = body
    const record: ObjectRecord = {
      key,
      id: newUploadOrJobId(),
      size,
      etag: md5,
      lastModified: time,
      storedAt: time,
      settings,
      checksum: algorithm && checksum !== null ? { algorithm, type: 'FULL_OBJECT', value: checksum } : null,
      partCount: null,
    }
    await context.disk.writeJson(join(temporary, 'object.json'), record)
    await buckets.withLock(bucket, async () => {
      condition?.(await objects.lookUp(bucket, key))
      await objects.publish(bucket, record, temporary)
    })
    return record
  })
}

/** DeleteObject: without a condition, 204 for one that does not exist, too. An object that is locked stays. */
export async function deleteObject(given: BucketRequest): Promise<BucketResponse> {
  const request = await withBucket(given)
  const { bucket, key, stores } = request
  assertNoVersion(request)
  const condition = deletionCondition(request)
  await stores.buckets.withLock(bucket, async () => {
    const found = await stores.objects.lookUp(bucket, key)
    condition?.(found)
    const headers = found?.record.settings.headers ?? {}
    const until = Date.parse(headers['x-amz-object-lock-retain-until-date'] ?? '')
    if (until > stores.context.now() || headers['x-amz-object-lock-legal-hold'] === 'ON')
      throw accessDenied('Access Denied because object protected by object lock.')
    if (found) await stores.objects.remove(bucket, key)
  })
  return { status: 204 }
}
