/** The operations of S3 on uploads, and the request that stores an object, over HTTP. */
import { compositeHash, compositeText } from '../../bucket/bucket-content.js'
import { invalid } from '../../bucket/bucket-refusals.js'
import type { CompletedPart } from '../../../../lib/s3/bucket-requests.js'
import type { ObjectProperties } from '../../bucket/bucket-service.js'
import { emptyReply } from '../http/http.js'
import { textOf } from '../http/request-body.js'
import type { Route } from './bucket-routes.js'
import { completedReply, partReply, partsReply, storedReply, xmlReply } from './bucket-replies.js'
import { hashIn, numberIn, required, uploadIn, type BucketRequest } from './bucket-request.js'
import { readDocument, textIn, type XmlElement } from './xml-document.js'

/** PutObject. */
export const putObject: Route = (request, who) => {
  const { key, headers } = request
  const { sha256 } = hashIn(required(request, 'x-amz-checksum-sha256'))
  const properties = propertiesIn(request)
  const ifAbsent = headers['if-none-match'] === '*'
  return {
    name: 'putObject',
    summary: { size: sizeOf(request), treeHash: compositeText(compositeHash([sha256])) },
    act: (bucket, bytes) =>
      storedReply(bucket.putObject({ who, key }, { bytes, sha256, ...properties, ifAbsent })),
  }
}

/** CreateMultipartUpload. Without the algorithm, the parts could have no SHA-256. */
export const createUpload: Route = (request, who) => {
  const { key } = request
  if (required(request, 'x-amz-checksum-algorithm') !== 'SHA256')
    throw invalid('InvalidRequest', 'Checksum Type mismatch occurred, expected checksum Type: sha256')
  const properties = propertiesIn(request)
  return {
    name: 'createUpload',
    summary: {},
    act: (bucket) => {
      const { uploadId } = bucket.createUpload({ who, key }, properties)
      const content = [
        ['Bucket', request.bucket],
        ['Key', key],
        ['UploadId', uploadId],
      ] as const
      const headers = { 'x-amz-checksum-algorithm': 'SHA256', 'x-amz-checksum-type': 'COMPOSITE' }
      return { ...xmlReply('InitiateMultipartUploadResult', content, headers), ids: { uploadId } }
    },
  }
}

/** UploadPart. */
export const uploadPart: Route = (request, who) => {
  const upload = uploadIn(request, who)
  const { uploadId } = upload
  const partNumber = Number(request.query.partNumber)
  const { sha256 } = hashIn(required(request, 'x-amz-checksum-sha256'))
  const range = { start: partNumber - 1, end: partNumber }
  return {
    name: 'uploadPart',
    summary: { uploadId, range, size: sizeOf(request), treeHash: sha256 },
    act: (bucket, bytes) => partReply(bucket.uploadPart(upload, partNumber, { bytes, sha256 })),
  }
}

/** ListParts. */
export const listParts: Route = (request, who) => {
  const upload = uploadIn(request, who)
  const { uploadId } = upload
  return {
    name: 'listParts',
    summary: { uploadId },
    act: (bucket) => {
      const limit = numberIn(request.query['max-parts'])
      const page = bucket.listParts(upload, request.query['part-number-marker'], limit)
      const { storageClass = 'STANDARD' } = bucket.uploads.get(uploadId) ?? {}
      return partsReply({ ...upload, bucket: request.bucket }, page, storageClass)
    },
  }
}

/** CompleteMultipartUpload. */
export const completeUpload: Route = (request, who) => {
  const upload = uploadIn(request, who)
  const { uploadId } = upload
  const { headers } = request
  const stated = headers['x-amz-checksum-sha256']
  const hash = stated === undefined ? undefined : hashIn(stated)
  if (hash && required(request, 'x-amz-checksum-type') !== 'COMPOSITE')
    throw invalid('InvalidRequest', 'The upload was created using the COMPOSITE checksum mode.')
  const size = numberIn(headers['x-amz-mp-object-size'])
  const document = readDocument(textOf(request.sdk.body))
  if (document.name !== 'CompleteMultipartUpload')
    throw invalid('InvalidRequest', `No such document: ${document.name}`)
  const completion = {
    ...{ hash, size, ifAbsent: headers['if-none-match'] === '*' },
    parts: document.children.map(partIn),
  }
  return {
    name: 'completeUpload',
    summary: { uploadId, size, treeHash: hash && compositeText(hash) },
    act: (bucket) => completedReply(request, bucket.completeUpload(upload, completion)),
  }
}

/** AbortMultipartUpload. */
export const abortUpload: Route = (request, who) => {
  const upload = uploadIn(request, who)
  return {
    name: 'abortUpload',
    summary: { uploadId: upload.uploadId },
    act: (bucket) => {
      bucket.abortUpload(upload)
      return emptyReply(204, {})
    },
  }
}

function partIn(part: XmlElement): CompletedPart {
  const etag = textIn(part, 'ETag')
  const partNumber = Number(textIn(part, 'PartNumber'))
  if (part.name !== 'Part' || etag === undefined || !Number.isInteger(partNumber))
    throw invalid('InvalidRequest', 'A part has an ETag and a number.')
  const text = textIn(part, 'ChecksumSHA256')
  return { partNumber, etag, sha256: text === undefined ? undefined : hashIn(text).sha256 }
}

function propertiesIn({ headers }: BucketRequest): ObjectProperties {
  const prefix = 'x-amz-meta-'
  const own = Object.entries(headers).filter(([name]) => name.startsWith(prefix))
  return {
    metadata: Object.fromEntries(own.map(([name, value]) => [name.slice(prefix.length), value ?? ''])),
    storageClass: headers['x-amz-storage-class'] ?? 'STANDARD',
  }
}

/** The length of a body that is a stream: without one, it would be sent in chunks, which S3 does not take. */
function sizeOf(request: BucketRequest): number {
  return Number(required(request, 'content-length'))
}
