/** The operations on multipart uploads. */
import { requiredId } from '../../../client/sdk/operations/response-values.js'
import type { PageRequest } from '../../../store/pages.js'
import type {
  CompletedPart,
  CompleteRequest,
  NewObject,
  PartRequest,
  UploadRequest,
} from '../../bucket-requests.js'
import type { ListedPart, PartsPage, SentPart, StoredObject } from '../../bucket-responses.js'
import { checkRequest } from '../../bucket-rules.js'
import { hexToBase64, toWireHash } from '../../composite-hash.js'
import type { BucketConnection } from '../bucket-connection.js'
import { conditionOf, keyOf, newObjectOf, present, type PaidFields } from './request-fields.js'
import {
  nextMarkerOf,
  partHashOf,
  requiredEtag,
  requiredSize,
  rowsOf,
  storageClassOf,
  toStoredObject,
} from './response-fields.js'

/** CreateMultipartUpload. Without the algorithm, the service would refuse parts with a SHA-256. */
export async function createUpload(connection: BucketConnection, request: NewObject): Promise<string> {
  checkRequest('createUpload', request)
  const operation = 'CreateMultipartUpload'
  const input = { ...keyOf(request), ...newObjectOf(request), ChecksumAlgorithm: 'SHA256' as const }
  const output = await connection.call(
    operation,
    request,
    'xml',
    (sdk) => new sdk.CreateMultipartUploadCommand(input),
  )
  return requiredId(operation, 'UploadId', output.UploadId)
}

/** UploadPart. */
export async function uploadPart(connection: BucketConnection, request: PartRequest): Promise<SentPart> {
  checkRequest('uploadPart', request)
  const input = {
    ...uploadOf(request),
    PartNumber: request.partNumber,
    ContentLength: request.bytes.length,
    ChecksumSHA256: hexToBase64(request.sha256),
  }
  const output = await connection.send(
    'UploadPart',
    request,
    (sdk, body) => new sdk.UploadPartCommand({ ...input, Body: body }),
  )
  return {
    etag: requiredEtag('UploadPart', output.ETag),
    sha256: partHashOf(output.ChecksumSHA256),
  }
}

/** ListParts. */
export async function listParts(
  connection: BucketConnection,
  request: UploadRequest & PageRequest,
): Promise<PartsPage> {
  checkRequest('listParts', request)
  const operation = 'ListParts'
  const input = {
    ...uploadOf(request),
    ...present({ PartNumberMarker: request.marker, MaxParts: request.limit }),
  }
  const output = await connection.call(operation, request, 'xml', (sdk) => new sdk.ListPartsCommand(input))
  const items = rowsOf(operation, 'Part', output.Parts).map((part): ListedPart => {
    return {
      partNumber: requiredSize(operation, 'PartNumber', part.PartNumber),
      size: requiredSize(operation, 'Size', part.Size),
      etag: requiredEtag(operation, part.ETag),
      sha256: partHashOf(part.ChecksumSHA256),
    }
  })
  const marker = nextMarkerOf(operation, output, 'NextPartNumberMarker', output.NextPartNumberMarker)
  return { items, marker, storageClass: storageClassOf(operation, output.StorageClass) }
}

/** CompleteMultipartUpload. */
export async function completeUpload(
  connection: BucketConnection,
  request: CompleteRequest,
): Promise<StoredObject> {
  checkRequest('completeUpload', request)
  const operation = 'CompleteMultipartUpload'
  const { hash, size } = request
  const input = {
    ...uploadOf(request),
    ...conditionOf(request),
    ...present({ ChecksumSHA256: hash && toWireHash(hash), MpuObjectSize: size }),
    ...(hash && { ChecksumType: 'COMPOSITE' as const }),
    MultipartUpload: { Parts: request.parts.map(toWirePart) },
  }
  const output = await connection.call(
    operation,
    request,
    'xml',
    (sdk) => new sdk.CompleteMultipartUploadCommand(input),
  )
  // radosgw states no ETag: then the key says that the response is about this upload.
  if (output.Key !== request.key) requiredEtag(operation, output.ETag)
  return toStoredObject(output)
}

function toWirePart({ partNumber, etag, sha256 }: CompletedPart): {
  readonly PartNumber: number
  readonly ETag: string
  readonly ChecksumSHA256?: string
} {
  return {
    PartNumber: partNumber,
    ETag: etag,
    ...present({ ChecksumSHA256: sha256 === undefined ? undefined : hexToBase64(sha256) }),
  }
}

/** AbortMultipartUpload. */
export async function abortUpload(connection: BucketConnection, request: UploadRequest): Promise<void> {
  checkRequest('abortUpload', request)
  const input = uploadOf(request)
  await connection.call(
    'AbortMultipartUpload',
    request,
    'nothing',
    (sdk) => new sdk.AbortMultipartUploadCommand(input),
  )
}

function uploadOf(request: UploadRequest): PaidFields & { readonly Key: string; readonly UploadId: string } {
  return { ...keyOf(request), UploadId: request.uploadId }
}
