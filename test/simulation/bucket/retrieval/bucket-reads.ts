/** The operations of the simulated bucket that read an object: its parts, and its bytes. */
import type { SimObject } from '../bucket-content.js'
import type { BucketContext } from '../bucket-context.js'
import { invalidRange, invalidState, notFound, preconditionFailed } from '../bucket-refusals.js'
import { isArchived, stateOf } from './bucket-restores.js'
import type { AttributesResponse, KeyCaller, RangeOrder, RangeResponse } from '../bucket-service.js'
import { maybeChange } from './other-writers.js'

/** Describes an object and its parts, in pages. Those of an object that one request stored are not stated. */
export function getAttributes(
  context: BucketContext,
  { key }: KeyCaller,
  marker = '0',
  limit = Infinity,
): AttributesResponse {
  maybeChange(context, key)
  const object = context.objectAt(key)
  if (!object) throw notFound()
  const { properties, world } = context
  const { checksums, pageSize, hasEtagInAttributes } = properties
  const { bytes, hash, parts, versionId, storageClass, etag } = object
  const stated = checksums === 'none' ? [] : (parts ?? [])
  const left = stated.slice(Number(marker))
  let length = Math.min(limit, pageSize, left.length)
  if (length > 1 && context.happens('short-page', 'bucket/getAttributes/short-page'))
    length = world.choices.between('bucket/getAttributes/page-length', length - 1, 1)
  const items = left.slice(0, length).map((part, index) => ({
    partNumber: Number(marker) + index + 1,
    size: part.bytes.length,
    sha256: checksums === 'all' ? statedHash(context, key, part.sha256) : undefined,
  }))
  const last = Number(marker) + length
  maybeChange(context, key)
  return {
    ...{ items, versionId, storageClass, size: bytes.length, parts: parts?.length },
    marker: last < stated.length ? String(last) : undefined,
    etag: hasEtagInAttributes ? etag.replaceAll('"', '') : undefined,
    hash:
      checksums === 'none'
        ? undefined
        : parts
          ? hash
          : { ...hash, sha256: statedHash(context, key, hash.sha256) },
  }
}

/** Gives a range of the bytes of an object. */
export function getObject(
  context: BucketContext,
  { key }: KeyCaller,
  { range: { start, end }, ifMatch }: RangeOrder,
): RangeResponse {
  maybeChange(context, key)
  const object = context.objectAt(key)
  if (!object) throw notFound()
  const { bytes, etag, versionId } = object
  const isOther = ifMatch !== undefined && ifMatch !== etag
  const { checksStateFirst } = context.properties
  if (checksStateFirst) assertReadable(context, object)
  if (isOther) throw preconditionFailed()
  if (!checksStateFirst) assertReadable(context, object)
  if (start >= bytes.length) throw invalidRange()
  // A copy, also of a Buffer: it may be damaged on the way.
  return { bytes: Uint8Array.from(bytes.subarray(start, end)), size: bytes.length, etag, versionId }
}

function assertReadable(context: BucketContext, object: SimObject): void {
  const state = stateOf(context, object)
  if (!isArchived(object)) return
  if (state === 'copy' && !context.happens('copy-refused', `bucket/${object.key}/copy-refused`)) return
  throw invalidState("The operation is not valid for the object's storage class")
}

/** The hash that the service states: by choice another one. */
function statedHash(context: BucketContext, key: string, sha256: string): string {
  if (!context.happens('wrong-hash', `bucket/${key}/wrong-hash`)) return sha256
  return sha256.replace(/^./, (digit) => (digit === '0' ? '1' : '0'))
}
