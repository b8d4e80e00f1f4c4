/** CreateMultipartUpload, UploadPart and AbortMultipartUpload. */
import { newUploadOrJobId } from '../../records/identifiers.js'
import {
  checksumHeader,
  checksumTypesOf,
  isChecksumAlgorithm,
  type ChecksumType,
} from '../checksums/checksum-algorithms.js'
import type { MultipartRecord } from '../records/multipart-record.js'
import { withBucket, withBucketToStore } from '../requests/bucket-access.js'
import {
  headerIn,
  requiredParameter,
  wholeNumber,
  type BucketRequest,
  type BucketResponse,
} from '../requests/bucket-request.js'
import { objectSettings } from '../requests/object-headers.js'
import { readWhole } from '../requests/xml-body.js'
import { invalidRequest } from '../service/bucket-error.js'
import { MAX_PART_NUMBER } from '../service/bucket-limits.js'
import { timeOf } from '../storage/bucket-context.js'
import { xmlDocument } from '../xml/xml-writer.js'
import { encryptionHeaders } from './object-response-headers.js'
import { assertLength, receiveBody } from './stored-body.js'

/** CreateMultipartUpload. */
export async function createMultipartUpload(given: BucketRequest): Promise<BucketResponse> {
  const request = await withBucketToStore(given)
  const { bucket, key, stores } = request
  await readWhole(request)
  const record: MultipartRecord = {
    uploadId: newUploadOrJobId(),
    key,
    initiated: timeOf(stores.context),
    settings: objectSettings(request),
    ...checksumOf(request),
  }
  await stores.uploads.create(bucket, record)
  return {
    status: 200,
    headers: {
      'x-amz-checksum-algorithm': record.algorithm ?? undefined,
      'x-amz-checksum-type': record.checksumType ?? undefined,
      ...encryptionHeaders(record.settings),
    },
    storageClass: record.settings.storageClass,
    xml: xmlDocument('InitiateMultipartUploadResult', {
      Bucket: bucket,
      Key: key,
      UploadId: record.uploadId,
    }),
  }
}

function checksumOf(request: BucketRequest): Pick<MultipartRecord, 'algorithm' | 'checksumType'> {
  const algorithm = headerIn(request, 'x-amz-checksum-algorithm')
  const type = headerIn(request, 'x-amz-checksum-type')
  if (algorithm === undefined) {
    if (type !== undefined)
      throw invalidRequest(
        'The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.',
      )
    return { algorithm: null, checksumType: null }
  }
  if (!isChecksumAlgorithm(algorithm))
    throw invalidRequest(
      'Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]',
    )
  if (!request.stores.partHashes) return { algorithm: null, checksumType: null }
  const types = checksumTypesOf(algorithm)
  const checksumType = type === undefined ? types[0] : types.find((one: ChecksumType) => one === type)
  if (checksumType === undefined)
    throw invalidRequest(
      `The ${type} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
    )
  return { algorithm, checksumType }
}

/** UploadPart. A part replaces the one with its number. */
export async function uploadPart(given: BucketRequest): Promise<BucketResponse> {
  const request = await withBucket(given)
  const { bucket, key, stores } = request
  const number = wholeNumber(
    'partNumber',
    requiredParameter(request, 'partNumber'),
    1,
    MAX_PART_NUMBER,
    'Part number must be an integer between 1 and 10000, inclusive',
  )
  assertLength(request)
  const upload = await stores.uploads.find(bucket, key, requiredParameter(request, 'uploadId'))
  assertAlgorithm(request, upload)
  const part = await stores.uploads.receive(bucket, upload, number, (temporary) =>
    receiveBody(request, temporary),
  )
  const { algorithm } = request.body
  return {
    status: 200,
    headers: {
      etag: `"${part.md5}"`,
      ...(algorithm && part.checksum !== null && { [checksumHeader(algorithm)]: part.checksum }),
      ...encryptionHeaders(upload.settings),
    },
    storageClass: upload.settings.storageClass,
  }
}

/**
 * Asserts that a part has a checksum of the algorithm that its upload was created with. An upload without one accepts CRCs: the
 * SDKs send them by default.
 */
function assertAlgorithm({ body, stores }: BucketRequest, { algorithm: expected }: MultipartRecord): void {
  const actual = body.algorithm
  if (!stores.partHashes || (expected === null && (actual === undefined || actual.startsWith('CRC')))) return
  if (actual === (expected ?? undefined)) return
  throw invalidRequest(
    `Checksum Type mismatch occurred, expected checksum Type: ${expected?.toLowerCase() ?? null}, ` +
      `actual checksum Type: ${actual?.toLowerCase() ?? null}`,
  )
}

/** AbortMultipartUpload. */
export async function abortMultipartUpload(given: BucketRequest): Promise<BucketResponse> {
  const request = await withBucket(given)
  const { bucket, key, stores } = request
  await stores.uploads.abort(bucket, key, requiredParameter(request, 'uploadId'))
  return { status: 204 }
}
