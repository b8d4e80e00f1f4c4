/** The fields of requests in the names of the SDK. A field that is not set is absent: for the SDK, `undefined` is set. */
import type * as Sdk from '@aws-sdk/client-s3'
import type { BucketRequest, NewObject, ObjectRequest, StoreCondition } from '../../bucket-requests.js'

/** The fields of every request. */
export interface BucketFields {
  readonly Bucket: string
  readonly ExpectedBucketOwner?: string
}

/** Returns the bucket and its expected owner. */
export function bucketOf({ bucket, expectedBucketOwner }: BucketRequest): BucketFields {
  return { Bucket: bucket, ...present({ ExpectedBucketOwner: expectedBucketOwner }) }
}

/** The fields of every request but HeadBucket. */
export interface PaidFields extends BucketFields {
  readonly RequestPayer?: 'requester'
}

/** Returns the bucket, its expected owner, and whether the requester pays. */
export function paidBucketOf(request: BucketRequest): PaidFields {
  return {
    ...bucketOf(request),
    ...(request.requesterPays === true && { RequestPayer: 'requester' as const }),
  }
}

/** Returns the key, and the fields of its bucket. */
export function keyOf(
  request: BucketRequest & { readonly key: string },
): PaidFields & { readonly Key: string } {
  return { ...paidBucketOf(request), Key: request.key }
}

/** Returns the key and the version of an object, and the fields of its bucket. */
export function objectOf(
  request: ObjectRequest,
): PaidFields & { readonly Key: string; readonly VersionId?: string } {
  return { ...keyOf(request), ...present({ VersionId: request.versionId }) }
}

/** The properties of an object to store. */
export type NewObjectFields = Pick<
  Sdk.CreateMultipartUploadCommandInput,
  | 'ContentType'
  | 'Metadata'
  | 'ObjectLockLegalHoldStatus'
  | 'ObjectLockMode'
  | 'ObjectLockRetainUntilDate'
  | 'SSEKMSKeyId'
  | 'ServerSideEncryption'
  | 'StorageClass'
  | 'Tagging'
>

/** Returns the properties of an object to store. */
export function newObjectOf({
  storageClass,
  metadata,
  tags,
  kmsKeyId,
  lock,
  contentType,
}: NewObject): NewObjectFields {
  const { mode, retainUntil, legalHold } = lock ?? {}
  return present({
    StorageClass: storageClass,
    Metadata: metadata,
    Tagging: tags && new URLSearchParams(tags).toString(),
    ServerSideEncryption: kmsKeyId === undefined ? undefined : ('aws:kms' as const),
    SSEKMSKeyId: kmsKeyId,
    ObjectLockMode: mode,
    ObjectLockRetainUntilDate: retainUntil === undefined ? undefined : new Date(retainUntil),
    ObjectLockLegalHoldStatus: legalHold === undefined ? undefined : legalHold ? ('ON' as const) : 'OFF',
    ContentType: contentType,
  })
}

/** Returns the condition of storing. */
export function conditionOf({ ifAbsent }: StoreCondition): { readonly IfNoneMatch?: '*' } {
  return ifAbsent === true ? { IfNoneMatch: '*' } : {}
}

/** The fields that are set. */
export type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

/** Returns the fields that are set. */
export function present<T extends object>(fields: T): Present<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<T>
}
