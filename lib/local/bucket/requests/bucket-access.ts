/** Finds the bucket of a request, or creates it, and asserts that the caller may use it, from where it is. */
import { accessDenied, BucketError, noSuchBucket } from '../service/bucket-error.js'
import { isBucketName } from '../service/bucket-names.js'
import { timeOf } from '../storage/bucket-context.js'
import { headerIn, type BucketRequest, type ObjectRequest } from './bucket-request.js'

/**
 * The request, with its bucket.
 *
 * @throws {BucketError} 404 `NoSuchBucket`; 301 `PermanentRedirect`: it is in another region; 403 `AccessDenied`: it is another
 *   account's, or not the expected one's
 */
export async function withBucket(request: BucketRequest): Promise<ObjectRequest> {
  const { bucket, caller, stores } = request
  if (!isBucketName(bucket)) {
    if (/^[\w.-]{1,255}$/.test(bucket)) throw noSuchBucket(bucket)
    throw new BucketError(400, 'InvalidBucketName', 'The specified bucket is not valid.', {
      fields: { BucketName: bucket },
    })
  }
  const record = await stores.buckets.find(bucket)
  if (record.region !== caller.region) {
    throw new BucketError(
      301,
      'PermanentRedirect',
      'The bucket you are attempting to access must be addressed using the specified endpoint. ' +
        'Please send all future requests to this endpoint.',
      {
        fields: { Endpoint: `s3.${record.region}.amazonaws.com`, Bucket: bucket },
        headers: { 'x-amz-bucket-region': record.region },
      },
    )
  }
  if (record.accountId !== caller.accountId) throw accessDenied()
  const expected = headerIn(request, 'x-amz-expected-bucket-owner')
  if (expected !== undefined && expected !== record.accountId) throw accessDenied()
  return { ...request, record }
}

/**
 * As {@link withBucket}, for a request that stores something: a missing bucket is created if the option `createBuckets` is set,
 * with Object Lock if the object is to be locked.
 *
 * @throws as {@link withBucket}
 */
export async function withBucketToStore(request: BucketRequest): Promise<ObjectRequest> {
  const { bucket: name, caller, stores } = request
  if (stores.createBuckets && isBucketName(name)) {
    const { accountId, region } = caller
    const creationDate = timeOf(stores.context)
    const hasObjectLock = headerIn(request, 'x-amz-object-lock-mode') !== undefined
    await stores.buckets.create({ name, creationDate, accountId, region, hasObjectLock })
  }
  return withBucket(request)
}
