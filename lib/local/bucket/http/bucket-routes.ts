/** The routes of the operations: by method, by whether the path has a key, and by the parameters of the query. */
import {
  createBucket,
  deleteBucket,
  getBucketLocation,
  headBucket,
  listBuckets,
} from '../operations/buckets.js'
import { completeMultipartUpload } from '../operations/complete-upload.js'
import { listObjects } from '../operations/list-objects.js'
import { getObjectAttributes } from '../operations/object-attributes.js'
import { deleteObject, putObject } from '../operations/put-object.js'
import { getObject, headObject } from '../operations/read-object.js'
import { restoreObject } from '../operations/restore-object.js'
import { listMultipartUploads, listParts } from '../operations/upload-lists.js'
import { abortMultipartUpload, createMultipartUpload, uploadPart } from '../operations/uploads.js'
import type { BucketRequest, BucketResponse } from '../requests/bucket-request.js'
import type { BucketOperationName } from '../service/bucket-operations.js'

/** An operation, and the requests that call it. */
export interface BucketRoute {
  readonly operation: BucketOperationName
  readonly method: string
  /** The kind of the target. */
  readonly of: 'service' | 'bucket' | 'object'
  /** Parameters that the query must have; `list-type=2` with its value. */
  readonly required: readonly string[]
  /** Parameters that the query may have. With any others, it is a request for an operation that there is not. */
  readonly optional: readonly string[]
  readonly run: (request: BucketRequest) => Promise<BucketResponse>
}

const LIST = ['prefix', 'delimiter', 'encoding-type']
const READ = ['partNumber', 'versionId']
const RESPONSE = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
]

/** The routes. The first that fits is that of a request. */
export const BUCKET_ROUTES: readonly BucketRoute[] = [
  route('ListBuckets', 'GET', 'service', [], ['prefix', 'bucket-region', 'max-buckets'], listBuckets),
  route('CreateBucket', 'PUT', 'bucket', [], [], createBucket),
  route('HeadBucket', 'HEAD', 'bucket', [], [], headBucket),
  route('DeleteBucket', 'DELETE', 'bucket', [], [], deleteBucket),
  route('GetBucketLocation', 'GET', 'bucket', ['location'], [], getBucketLocation),
  route(
    'ListMultipartUploads',
    'GET',
    'bucket',
    ['uploads'],
    ['prefix', 'encoding-type', 'key-marker', 'upload-id-marker', 'max-uploads'],
    listMultipartUploads,
  ),
  route(
    'ListObjectsV2',
    'GET',
    'bucket',
    ['list-type=2'],
    [...LIST, 'max-keys', 'start-after', 'continuation-token', 'fetch-owner'],
    listObjects,
  ),
  route('UploadPart', 'PUT', 'object', ['partNumber', 'uploadId'], [], uploadPart),
  route('PutObject', 'PUT', 'object', [], [], putObject),
  route('ListParts', 'GET', 'object', ['uploadId'], ['max-parts', 'part-number-marker'], listParts),
  route('GetObjectAttributes', 'GET', 'object', ['attributes'], ['versionId'], getObjectAttributes),
  route(
    'GetObject',
    'GET',
    'object',
    [],
    [...READ, ...RESPONSE.map((name) => `response-${name}`)],
    getObject,
  ),
  route('HeadObject', 'HEAD', 'object', [], READ, headObject),
  route('AbortMultipartUpload', 'DELETE', 'object', ['uploadId'], [], abortMultipartUpload),
  route('DeleteObject', 'DELETE', 'object', [], ['versionId'], deleteObject),
  route('CreateMultipartUpload', 'POST', 'object', ['uploads'], [], createMultipartUpload),
  route('CompleteMultipartUpload', 'POST', 'object', ['uploadId'], [], completeMultipartUpload),
  route('RestoreObject', 'POST', 'object', ['restore'], ['versionId'], restoreObject),
]

/** The route of a request; `undefined` if there is no such operation. */
export function findBucketRoute(
  method: string,
  of: BucketRoute['of'],
  query: URLSearchParams,
): BucketRoute | undefined {
  const names = new Set([...query.keys()].filter((name) => name !== 'x-id')) // the SDK for JavaScript names the operation
  return BUCKET_ROUTES.find((one) => {
    if (one.method !== method || one.of !== of) return false
    const known = [...one.required.map((parameter) => parameter.replace(/=.*$/, '')), ...one.optional]
    return (
      one.required.every((parameter) => has(query, parameter)) &&
      [...names].every((name) => known.includes(name))
    )
  })
}

function has(query: URLSearchParams, parameter: string): boolean {
  const [name = '', value] = parameter.split('=')
  return value === undefined ? query.has(name) : query.get(name) === value
}

function route(
  operation: BucketOperationName,
  method: string,
  of: BucketRoute['of'],
  required: readonly string[],
  optional: readonly string[],
  run: BucketRoute['run'],
): BucketRoute {
  return { operation, method, of, required, optional, run }
}
