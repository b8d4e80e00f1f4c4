/** CompleteMultipartUpload: makes the object, unless the parts are not those that the request lists. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { checksumElement, checksumHeader } from '../checksums/checksum-algorithms.js'
import type { MultipartRecord } from '../records/multipart-record.js'
import type { ObjectRecord } from '../records/object-record.js'
import { partFileName } from '../records/part-record.js'
import { withBucket } from '../requests/bucket-access.js'
import {
  headerIn,
  requiredParameter,
  type BucketRequest,
  type BucketResponse,
  type ObjectRequest,
} from '../requests/bucket-request.js'
import { completedParts, type ListedPart } from '../requests/completed-parts.js'
import { writeCondition, type WriteCondition } from '../requests/conditions.js'
import { badDigest, invalidRequest, noSuchUpload } from '../service/bucket-error.js'
import { timeOf } from '../storage/bucket-context.js'
import { xmlDocument } from '../xml/xml-writer.js'
import { completedObject } from './completed-object.js'
import { encryptionHeaders } from './object-response-headers.js'

/** CompleteMultipartUpload. One that is repeated within `repeatableFor` has the same response. */
export async function completeMultipartUpload(given: BucketRequest): Promise<BucketResponse> {
  const request = await withBucket(given)
  const listed = await completedParts(request)
  const condition = writeCondition(request)
  const complete = async (): Promise<ObjectRecord> => completed(request, listed, condition)
  const { conditionalWrites } = request.stores
  const record = await (condition ? conditionalWrites.run(request.bucket, request.key, complete) : complete())
  const { checksum } = record
  const host = String(headerIn(request, 'host'))
  return {
    status: 200,
    headers: encryptionHeaders(record.settings),
    storageClass: record.settings.storageClass,
    xml: xmlDocument('CompleteMultipartUploadResult', {
      Location: `http://${host}/${request.bucket}/${encodeURIComponent(record.key)}`,
      Bucket: request.bucket,
      Key: record.key,
      ETag: `"${record.etag}"`,
      ...(checksum && { [checksumElement(checksum.algorithm)]: checksum.value, ChecksumType: checksum.type }),
    }),
  }
}

async function completed(
  request: ObjectRequest,
  listed: readonly ListedPart[],
  condition: WriteCondition | undefined,
): Promise<ObjectRecord> {
  const { bucket, key, stores } = request
  const { uploads, objects, buckets, context } = stores
  const uploadId = requiredParameter(request, 'uploadId')
  return uploads.withLock(uploadId, async () => {
    const upload = await uploads.lookUp(bucket, uploadId)
    if (upload?.key !== key) return completedBefore(request, uploadId)
    const listedNumbers = new Set(listed.map(({ number }) => number))
    const stored = await uploads.parts(bucket, uploadId, [...listedNumbers])
    const { record, parts } = completedObject(upload, listed, stored, timeOf(context), stores.partHashes)
    assertExpected(request, upload, record)
    const folder = uploads.folder(bucket, uploadId)
    const others = (await uploads.partNumbers(bucket, uploadId)).filter(
      (number) => !listedNumbers.has(number),
    )
    const otherParts = await uploads.parts(bucket, uploadId, others)
    await context.disk.writeJson(join(folder, 'parts.json'), { parts })
    await context.disk.writeJson(join(folder, 'object.json'), record)
    const path = await buckets.withLock(bucket, async () => {
      condition?.(await objects.lookUp(bucket, key))
      return objects.publish(bucket, record, folder)
    })
    uploads.ended(upload, [...stored, ...otherParts])
    for (const number of others) await rm(join(path, partFileName(number)), { force: true })
    return record
  })
}

/** The object of an upload that was completed: as long as it is current, and a completion can be repeated. */
async function completedBefore(request: ObjectRequest, uploadId: string): Promise<ObjectRecord> {
  const { bucket, key, stores } = request
  const found = await stores.objects.lookUp(bucket, key)
  const age = stores.context.now() - Date.parse(found?.record.storedAt ?? '')
  if (found?.record.id !== uploadId || age > stores.repeatableFor) throw noSuchUpload(uploadId)
  return found.record
}

/** Asserts that the object has the size, the checksum and the type of checksum that the request expects. */
function assertExpected(request: ObjectRequest, upload: MultipartRecord, record: ObjectRecord): void {
  const size = headerIn(request, 'x-amz-mp-object-size')
  if (size !== undefined && size !== String(record.size)) {
    throw invalidRequest(
      `The provided 'x-amz-mp-object-size' header value ${size} does not match what was computed: ${record.size}`,
    )
  }
  if (!request.stores.partHashes) return
  const type = headerIn(request, 'x-amz-checksum-type')
  if (type !== undefined && type !== upload.checksumType) {
    throw invalidRequest(
      `The upload was created using the ${upload.checksumType} checksum mode. The complete request must use the same checksum mode.`,
    )
  }
  const expected = expectedChecksum(request, upload)
  if (expected === undefined || expected === record.checksum?.value) return
  if (expected === record.checksum?.value.replace(/-\d+$/, '')) return
  throw badDigest(
    `The ${String(upload.algorithm).toLowerCase()} you specified did not match the calculated checksum.`,
  )
}

/** The checksum of the object in a header; a composite with or without its suffix. */
function expectedChecksum(request: ObjectRequest, { algorithm }: MultipartRecord): string | undefined {
  const own = algorithm && checksumHeader(algorithm)
  for (const name of Object.keys(request.headers)) {
    if (!/^x-amz-checksum-(?:crc|sha)/.test(name)) continue
    if (name !== own)
      throw invalidRequest(`The upload was created without the checksum of the header ${name}.`)
    return headerIn(request, name)
  }
  return undefined
}
