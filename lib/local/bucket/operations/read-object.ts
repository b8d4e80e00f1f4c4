/** GetObject and HeadObject. */
import type { NumberedPart } from '../records/part-record.js'
import { withBucket } from '../requests/bucket-access.js'
import { headerIn, parameterIn, type BucketRequest, type BucketResponse } from '../requests/bucket-request.js'
import { assertReadConditions } from '../requests/conditions.js'
import { requestedRange, type RequestedRange } from '../requests/object-range.js'
import { BucketError, invalidArgument } from '../service/bucket-error.js'
import { isArchiveClass } from '../service/storage-classes.js'
import type { StoredObject } from '../storage/stored-object.js'
import { checksumHeaders, objectHeaders, type ResponseHeaders } from './object-response-headers.js'

/** The headers of a response that a query can replace. */
const REPLACED = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
] as const

/** GetObject: of an archived object only while it is restored. */
export async function getObject(given: BucketRequest): Promise<BucketResponse> {
  const { object, parts, range, headers } = await described(given, true)
  const replaced: Record<string, string> = {}
  for (const name of REPLACED) {
    const value = parameterIn(given, `response-${name}`)
    if (value !== undefined) replaced[name] = value
  }
  const bytes = given.stores.objects.bytes(object, parts, range)
  return {
    status: range.isPartial ? 206 : 200,
    storageClass: object.record.settings.storageClass,
    headers: { ...headers, ...replaced },
    content: { length: range.end - range.start, bytes },
  }
}

/** HeadObject: of any object. */
export async function headObject(given: BucketRequest): Promise<BucketResponse> {
  const { object, range, headers } = await described(given, false)
  return {
    status: range.isPartial ? 206 : 200,
    storageClass: object.record.settings.storageClass,
    headers: { ...headers, 'content-length': String(range.end - range.start) },
  }
}

async function described(
  given: BucketRequest,
  isRead: boolean,
): Promise<{
  readonly object: StoredObject
  readonly parts: readonly NumberedPart[]
  readonly range: RequestedRange
  readonly headers: ResponseHeaders
}> {
  const request = await withBucket(given)
  const { bucket, key, stores } = request
  assertNoVersion(request)
  const object = await stores.objects.find(bucket, key)
  const { record } = object
  assertReadConditions(request, record.etag)
  const restore = await stores.restores.stateOf(object)
  if (isRead && isArchiveClass(record.settings.storageClass) && restore.state !== 'restored')
    throw notRestored(record.settings.storageClass)
  const parts = isRead || request.query.has('partNumber') ? await stores.objects.partsOf(object) : []
  const range = await requestedRange(request, record.size, async () => parts)
  const headers = {
    ...objectHeaders(object, restore),
    ...(headerIn(request, 'x-amz-checksum-mode') === 'ENABLED' && checksumOf(object, range)),
    'content-range': range.isPartial ? contentRange(range, record.size) : undefined,
    'x-amz-mp-parts-count': range.part && record.partCount !== null ? String(record.partCount) : undefined,
  }
  return { object, parts, range, headers }
}

/**
 * The checksum of the whole object, or, with a composite, of a part that the request names. A range has none, and a part of an
 * object with a checksum of all its bytes neither (https://github.com/localstack/localstack/pull/12842).
 */
function checksumOf({ record }: StoredObject, { isPartial, part }: RequestedRange): ResponseHeaders {
  const { checksum, partCount } = record
  if (checksum === null || !isPartial || (part && partCount === null)) return checksumHeaders(checksum)
  if (part === undefined || part.checksum === null || checksum.type !== 'COMPOSITE') return {}
  return checksumHeaders({ ...checksum, value: part.checksum })
}

function contentRange({ start, end }: RequestedRange, size: number): string | undefined {
  return end > start ? `bytes ${start}-${end - 1}/${size}` : undefined
}

/**
 * Asserts that a request is for the only version that there is.
 *
 * @throws {BucketError} 400 `InvalidArgument`
 */
export function assertNoVersion(request: BucketRequest): void {
  const version = parameterIn(request, 'versionId')
  if (version !== undefined && version !== 'null')
    throw invalidArgument('Invalid version id specified', 'versionId', version)
}

function notRestored(storageClass: string): BucketError {
  return new BucketError(
    403,
    'InvalidObjectState',
    "The operation is not valid for the object's storage class",
    { fields: { StorageClass: storageClass } },
  )
}
