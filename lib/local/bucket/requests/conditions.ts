/** The conditions of reads and writes on the ETag of the object that exists. */
import { BucketError, noSuchKey, notImplemented, preconditionFailed } from '../service/bucket-error.js'
import type { StoredObject } from '../storage/stored-object.js'
import { headerIn, type BucketRequest } from './bucket-request.js'

/** Asserts that a write may replace, or a deletion may delete, what exists. */
export type WriteCondition = (existing: StoredObject | undefined) => void

/**
 * The condition of a write (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html).
 *
 * @returns `undefined` if it has none; otherwise a function that throws 412 `PreconditionFailed` unless it holds, and 404
 *   `NoSuchKey` if the object of an `If-Match` does not exist
 * @throws {BucketError} 501: a condition that Amazon S3 does not have for writes
 */
export function writeCondition(request: BucketRequest): WriteCondition | undefined {
  const noneMatch = headerIn(request, 'if-none-match')
  const match = headerIn(request, 'if-match')
  if (noneMatch !== undefined && (noneMatch !== '*' || match !== undefined))
    throw notImplemented('a write with an If-None-Match other than *')
  if (noneMatch !== undefined) {
    return (existing) => {
      if (existing) throw preconditionFailed('If-None-Match')
    }
  }
  return match === undefined ? undefined : ifMatches(match, request)
}

/**
 * The condition of a deletion (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-deletes.html).
 *
 * @returns as {@link writeCondition}
 * @throws {BucketError} 501: a condition that Amazon S3 does not have for deletions
 */
export function deletionCondition(request: BucketRequest): WriteCondition | undefined {
  if (headerIn(request, 'if-none-match') !== undefined)
    throw notImplemented('a deletion with the header If-None-Match')
  const match = headerIn(request, 'if-match')
  return match === undefined ? undefined : ifMatches(match, request)
}

function ifMatches(list: string, { key }: BucketRequest): WriteCondition {
  return (existing) => {
    if (!existing) throw noSuchKey(key)
    if (!isListed(existing.record.etag, list)) throw preconditionFailed('If-Match')
  }
}

/**
 * Asserts that an object may be read.
 *
 * @throws {BucketError} 412 `PreconditionFailed`: it has another ETag than `If-Match`; 304: it has that of `If-None-Match`
 */
export function assertReadConditions(request: BucketRequest, etag: string): void {
  const match = headerIn(request, 'if-match')
  if (match !== undefined && !isListed(etag, match)) throw preconditionFailed('If-Match')
  const noneMatch = headerIn(request, 'if-none-match')
  if (noneMatch !== undefined && isListed(etag, noneMatch))
    throw new BucketError(304, 'NotModified', 'Not Modified', { headers: { etag: `"${etag}"` } })
}

function isListed(etag: string, list: string): boolean {
  return list.split(',').some((text) => ['*', etag].includes(text.trim().replace(/^"(.*)"$/, '$1')))
}
