/** The operations on objects, and on the bucket. */
import { assertOutputResponse } from '../../../client/sdk/operations/output-response.js'
import { optionalText, requiredField } from '../../../client/sdk/operations/response-values.js'
import { observingResponse, type ResponseFacts } from '../../../client/sdk/response-facts.js'
import { toInclusive } from '../../../byte-range.js'
import type { Readable } from '../../../streams/node-streams.js'
import type {
  BucketRequest,
  DeleteRequest,
  GetRequest,
  ObjectRequest,
  PutRequest,
  RestoreRequest,
} from '../../bucket-requests.js'
import type { ObjectFacts, ObjectRange, StoredObject } from '../../bucket-responses.js'
import { checkRequest } from '../../bucket-rules.js'
import { hexToBase64 } from '../../composite-hash.js'
import type { BucketConnection } from '../bucket-connection.js'
import { exactly } from '../exact-body.js'
import { asPlainDownload } from '../one-request.js'
import { bucketOf, conditionOf, keyOf, newObjectOf, objectOf, present } from './request-fields.js'
import {
  etagOf,
  hashOf,
  requiredEtag,
  requiredSize,
  restoreOf,
  storageClassOf,
  timeOf,
  tokenOf,
  toStoredObject,
  versionOf,
} from './response-fields.js'

/** HeadObject. */
export async function headObject(connection: BucketConnection, request: ObjectRequest): Promise<ObjectFacts> {
  checkRequest('headObject', request)
  const operation = 'HeadObject'
  const input = { ...objectOf(request), ChecksumMode: 'ENABLED' as const }
  const output = await connection.call(
    operation,
    request,
    'nothing',
    (sdk) => new sdk.HeadObjectCommand(input),
  )
  return {
    size: requiredSize(operation, 'Content-Length', output.ContentLength),
    etag: etagOf(output.ETag),
    versionId: versionOf(output.VersionId),
    storageClass: storageClassOf(operation, output.StorageClass),
    lastModified: timeOf(output.LastModified),
    hash: hashOf(output.ChecksumSHA256),
    metadata: { ...output.Metadata },
    restore: restoreOf(output.Restore),
    archiveStatus: optionalText(operation, 'x-amz-archive-status', output.ArchiveStatus),
    encryption: optionalText(operation, 'x-amz-server-side-encryption', output.ServerSideEncryption),
  }
}

/** PutObject. */
export async function putObject(connection: BucketConnection, request: PutRequest): Promise<StoredObject> {
  checkRequest('putObject', request)
  const input = {
    ...keyOf(request),
    ...newObjectOf(request),
    ...conditionOf(request),
    ContentLength: request.bytes.length,
    ChecksumSHA256: hexToBase64(request.sha256),
  }
  const output = await connection.send(
    'PutObject',
    request,
    (sdk, body) => new sdk.PutObjectCommand({ ...input, Body: body }),
  )
  requiredEtag('PutObject', output.ETag)
  return toStoredObject(output)
}

/** GetObject, of a range. */
export async function getObject(connection: BucketConnection, request: GetRequest): Promise<ObjectRange> {
  checkRequest('getObject', request)
  const operation = 'GetObject'
  const { range, objectSize: outputSize } = request
  const size = range.end - range.start
  const input = {
    ...objectOf(request),
    Range: `bytes=${toInclusive(range)}`,
    ...present({ IfMatch: request.ifMatch }),
  }
  let response: ResponseFacts | undefined
  const { body, ...facts } = await connection.stream(
    operation,
    request,
    size,
    (sdk) =>
      asPlainDownload(observingResponse(new sdk.GetObjectCommand(input), (found) => (response = found))),
    (output) => {
      const bytes = requiredField(operation, 'body', output.Body)
      try {
        assertOutputResponse({ range, outputSize }, response, operation)
      } catch (error) {
        ;(bytes as unknown as Readable).destroy() // it is not read, and would keep its connection
        throw error
      }
      return { body: bytes, etag: etagOf(output.ETag), versionId: versionOf(output.VersionId) }
    },
  )
  return { ...facts, body: exactly(operation, body, size) }
}

/** RestoreObject: 202 starts a restore, and 200 is for an object that is restored already. */
export async function restoreObject(connection: BucketConnection, request: RestoreRequest): Promise<boolean> {
  checkRequest('restoreObject', request)
  const { days, tier } = request
  const RestoreRequest = {
    ...(days !== undefined && { Days: days }),
    ...(tier && { GlacierJobParameters: { Tier: tier } }),
  }
  const input = { ...objectOf(request), RestoreRequest }
  let response: ResponseFacts | undefined
  await connection.call('RestoreObject', request, 'nothing', (sdk) =>
    observingResponse(new sdk.RestoreObjectCommand(input), (found) => (response = found)),
  )
  return response?.status === 200
}

/** DeleteObject. */
export async function deleteObject(connection: BucketConnection, request: DeleteRequest): Promise<void> {
  checkRequest('deleteObject', request)
  const input = { ...objectOf(request), ...present({ IfMatch: request.ifMatch }) }
  await connection.call('DeleteObject', request, 'nothing', (sdk) => new sdk.DeleteObjectCommand(input))
}

/** HeadBucket. */
export async function headBucket(
  connection: BucketConnection,
  request: BucketRequest,
): Promise<string | undefined> {
  checkRequest('headBucket', request)
  const input = bucketOf(request)
  const output = await connection.call(
    'HeadBucket',
    request,
    'nothing',
    (sdk) => new sdk.HeadBucketCommand(input),
  )
  return tokenOf(output.BucketRegion)
}
