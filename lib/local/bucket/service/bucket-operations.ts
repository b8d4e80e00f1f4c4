/** The names of the operations of the local bucket, which routes and fault rules refer to. */

/** The operations, in alphabetical order; the names are those of the API of Amazon S3. */
export const BUCKET_OPERATION_NAMES = [
  'AbortMultipartUpload',
  'CompleteMultipartUpload',
  'CreateBucket',
  'CreateMultipartUpload',
  'DeleteBucket',
  'DeleteObject',
  'GetBucketLocation',
  'GetObject',
  'GetObjectAttributes',
  'HeadBucket',
  'HeadObject',
  'ListBuckets',
  'ListMultipartUploads',
  'ListObjectsV2',
  'ListParts',
  'PutObject',
  'RestoreObject',
  'UploadPart',
] as const

/** The name of an operation, such as `UploadPart`. */
export type BucketOperationName = (typeof BUCKET_OPERATION_NAMES)[number]

/** Whether a value is the name of an operation. */
export function isBucketOperation(value: unknown): value is BucketOperationName {
  return (BUCKET_OPERATION_NAMES as readonly unknown[]).includes(value)
}
