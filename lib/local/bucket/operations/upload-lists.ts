/** ListParts and ListMultipartUploads, in pages. */
import { checksumElement } from '../checksums/checksum-algorithms.js'
import type { MultipartRecord } from '../records/multipart-record.js'
import { withBucket } from '../requests/bucket-access.js'
import {
  pageSize,
  parameterIn,
  requiredParameter,
  wholeNumber,
  type BucketRequest,
  type BucketResponse,
} from '../requests/bucket-request.js'
import { encodingOf } from '../requests/list-encoding.js'
import { xmlDocument } from '../xml/xml-writer.js'

/** ListParts, by their numbers. */
export async function listParts(given: BucketRequest): Promise<BucketResponse> {
  const request = await withBucket(given)
  const { bucket, key, stores } = request
  const max = pageSize('max-parts', parameterIn(request, 'max-parts'))
  const marker = partMarker(parameterIn(request, 'part-number-marker'))
  const upload = await stores.uploads.find(bucket, key, requiredParameter(request, 'uploadId'))
  const numbers = await stores.uploads.partNumbers(bucket, upload.uploadId)
  const rest = numbers.filter((number) => number > marker)
  const shown = rest.slice(0, max)
  const parts = await stores.uploads.parts(bucket, upload.uploadId, shown)
  return {
    status: 200,
    xml: xmlDocument('ListPartsResult', {
      Bucket: bucket,
      Key: key,
      UploadId: upload.uploadId,
      Owner: { ID: request.record.accountId },
      StorageClass: upload.settings.storageClass,
      PartNumberMarker: marker,
      NextPartNumberMarker: shown.at(-1) ?? 0,
      MaxParts: max,
      IsTruncated: rest.length > shown.length,
      ChecksumAlgorithm: upload.algorithm ?? undefined,
      ChecksumType: upload.checksumType ?? undefined,
      Part: parts.map(({ number, lastModified, md5, size, checksum }) => ({
        PartNumber: number,
        LastModified: lastModified,
        ETag: `"${md5}"`,
        Size: size,
        ...(upload.algorithm && checksum !== null && { [checksumElement(upload.algorithm)]: checksum }),
      })),
    }),
  }
}

/** The number of the last part of the page before; 0 for the first page. */
export function partMarker(text: string | undefined): number {
  const message = 'Provided part-number-marker not an integer or within integer range'
  return wholeNumber(
    'part-number-marker',
    text === undefined || text === '' ? '0' : text,
    0,
    2 ** 31 - 1,
    message,
  )
}

/** ListMultipartUploads, by key, and those of one key by the time they were started. */
export async function listMultipartUploads(given: BucketRequest): Promise<BucketResponse> {
  const request = await withBucket(given)
  const { bucket, stores } = request
  const max = pageSize('max-uploads', parameterIn(request, 'max-uploads'))
  const prefix = parameterIn(request, 'prefix') ?? ''
  const keyMarker = parameterIn(request, 'key-marker') ?? ''
  const idMarker = parameterIn(request, 'upload-id-marker') ?? ''
  const { encode, name } = encodingOf(request)
  const uploads = (await stores.uploads.list(bucket))
    .filter(({ key }) => key.startsWith(prefix))
    .sort(inOrder)
  const last = uploads.find(({ key, uploadId }) => key === keyMarker && uploadId === idMarker)
  const rest = uploads.filter((upload) => {
    return last
      ? inOrder(upload, last) > 0
      : Buffer.compare(Buffer.from(upload.key), Buffer.from(keyMarker)) > 0
  })
  const shown = rest.slice(0, max)
  const isTruncated = rest.length > shown.length
  const next = isTruncated ? shown.at(-1) : undefined
  return {
    status: 200,
    xml: xmlDocument('ListMultipartUploadsResult', {
      Bucket: bucket,
      KeyMarker: encode(keyMarker),
      UploadIdMarker: idMarker,
      NextKeyMarker: next && encode(next.key),
      NextUploadIdMarker: next?.uploadId,
      Prefix: encode(prefix),
      EncodingType: name,
      MaxUploads: max,
      IsTruncated: isTruncated,
      Upload: shown.map(({ key, uploadId, initiated, settings, algorithm, checksumType }) => ({
        Key: encode(key),
        UploadId: uploadId,
        Owner: { ID: request.record.accountId },
        StorageClass: settings.storageClass,
        Initiated: initiated,
        ChecksumAlgorithm: algorithm ?? undefined,
        ChecksumType: checksumType ?? undefined,
      })),
    }),
  }
}

function inOrder(a: MultipartRecord, b: MultipartRecord): number {
  const byKey = Buffer.compare(Buffer.from(a.key), Buffer.from(b.key))
  if (byKey !== 0) return byKey
  return `${a.initiated} ${a.uploadId}` < `${b.initiated} ${b.uploadId}`
    ? -1
    : Number(a.uploadId !== b.uploadId)
}
