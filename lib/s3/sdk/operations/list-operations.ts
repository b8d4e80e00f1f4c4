/** The operations that list objects, their parts, and uploads. */
import { requiredId } from '../../../client/sdk/operations/response-values.js'
import { optionError } from '../../../options/option-error.js'
import type { Page, PageRequest } from '../../../store/pages.js'
import type { ObjectRequest, PrefixRequest } from '../../bucket-requests.js'
import type { AttributesPage, ListedObject, ListedUpload, ObjectPart } from '../../bucket-responses.js'
import { checkRequest } from '../../bucket-rules.js'
import type { BucketConnection } from '../bucket-connection.js'
import { bucketOf, objectOf, paidBucketOf, present } from './request-fields.js'
import {
  decodedKey,
  etagOf,
  hashOf,
  nextMarkerOf,
  partHashOf,
  requiredSize,
  rowsOf,
  storageClassOf,
  timeOf,
  tokenOf,
  versionOf,
} from './response-fields.js'

const ENCODED = { EncodingType: 'url' } as const

/** GetObjectAttributes. */
export async function getAttributes(
  connection: BucketConnection,
  request: ObjectRequest & PageRequest,
): Promise<AttributesPage> {
  checkRequest('getAttributes', request)
  const operation = 'GetObjectAttributes'
  const input = {
    ...objectOf(request),
    ...present({ PartNumberMarker: request.marker, MaxParts: request.limit }),
    ObjectAttributes: ['ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize'] as (
      'ETag' | 'Checksum'
    )[],
  }
  const output = await connection.call(
    operation,
    request,
    'xml',
    (sdk) => new sdk.GetObjectAttributesCommand(input),
  )
  const { ObjectParts: parts = {} } = output
  const items = rowsOf(operation, 'Part', parts.Parts).map((part): ObjectPart => {
    return {
      partNumber: requiredSize(operation, 'PartNumber', part.PartNumber),
      size: requiredSize(operation, 'Size', part.Size),
      sha256: partHashOf(part.ChecksumSHA256),
    }
  })
  return {
    items,
    marker: nextMarkerOf(operation, parts, 'NextPartNumberMarker', parts.NextPartNumberMarker),
    size: requiredSize(operation, 'ObjectSize', output.ObjectSize),
    etag: tokenOf(output.ETag),
    versionId: versionOf(output.VersionId),
    storageClass: storageClassOf(operation, output.StorageClass),
    hash: hashOf(output.Checksum?.ChecksumSHA256),
    parts: parts.TotalPartsCount,
  }
}

/** ListObjectsV2. */
export async function listObjects(
  connection: BucketConnection,
  request: PrefixRequest & PageRequest,
): Promise<Page<ListedObject>> {
  checkRequest('listObjects', request)
  const operation = 'ListObjectsV2'
  const { prefix, marker, limit } = request
  const input = {
    ...paidBucketOf(request),
    ...ENCODED,
    ...present({ Prefix: prefix, ContinuationToken: marker, MaxKeys: limit }),
  }
  const output = await connection.call(
    operation,
    request,
    'xml',
    (sdk) => new sdk.ListObjectsV2Command(input),
  )
  const items = rowsOf(operation, 'Contents', output.Contents).map((object): ListedObject => {
    return {
      key: decodedKey(operation, object.Key, output.EncodingType),
      size: requiredSize(operation, 'Size', object.Size),
      etag: etagOf(object.ETag),
      storageClass: storageClassOf(operation, object.StorageClass),
      lastModified: timeOf(object.LastModified),
    }
  })
  const next = nextMarkerOf(operation, output, 'NextContinuationToken', output.NextContinuationToken)
  return { items, marker: next }
}

/** ListMultipartUploads. Its pages are continued by a key and an ID, which are one marker here. */
export async function listUploads(
  connection: BucketConnection,
  request: PrefixRequest & PageRequest,
): Promise<Page<ListedUpload>> {
  checkRequest('listUploads', request)
  const operation = 'ListMultipartUploads'
  const { prefix, marker, limit } = request
  const input = {
    ...bucketOf(request),
    ...(request.requesterPays === true && { RequestPayer: 'requester' as const }),
    ...ENCODED,
    ...(marker !== undefined && fromMarker(marker)),
    ...present({ Prefix: prefix, MaxUploads: limit }),
  }
  const output = await connection.call(
    operation,
    request,
    'xml',
    (sdk) => new sdk.ListMultipartUploadsCommand(input),
  )
  const items = rowsOf(operation, 'Upload', output.Uploads).map((upload): ListedUpload => {
    return {
      key: decodedKey(operation, upload.Key, output.EncodingType),
      uploadId: requiredId(operation, 'UploadId', upload.UploadId),
      initiated: timeOf(upload.Initiated),
      storageClass: storageClassOf(operation, upload.StorageClass),
    }
  })
  const nextKey = nextMarkerOf(operation, output, 'NextKeyMarker', output.NextKeyMarker)
  if (nextKey === undefined) return { items, marker: undefined }
  const key = decodedKey(operation, nextKey, output.EncodingType)
  return { items, marker: JSON.stringify([key, output.NextUploadIdMarker ?? '']) }
}

/** The key and the ID of a marker that {@link listUploads} has made. */
function fromMarker(marker: string): { readonly KeyMarker: string; readonly UploadIdMarker?: string } {
  try {
    const [key, id] = JSON.parse(marker) as readonly unknown[]
    if (typeof key === 'string' && typeof id === 'string')
      return { KeyMarker: key, ...(id !== '' && { UploadIdMarker: id }) }
  } catch {
    // Refused below, as any other marker that was not made here.
  }
  throw optionError(RangeError, 'marker', 'listUploads', 'must be the marker of a page of listUploads.')
}
