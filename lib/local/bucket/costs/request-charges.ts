/**
 * The charge of the requests of each operation, as the usage types of Amazon S3 count them
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/aws-usage-report-understand.html).
 */
import type { BucketOperationName } from '../service/bucket-operations.js'
import type { BucketCostId } from './bucket-charges.js'

/**
 * By operation. `undefined` for what is free, as DELETE requests are, and for RestoreObject, which is charged for by its tier.
 * CreateMultipartUpload and UploadPart have the price of STANDARD for the archive classes
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html).
 */
export const REQUEST_CHARGES: Readonly<Record<BucketOperationName, BucketCostId | undefined>> = {
  AbortMultipartUpload: undefined,
  CompleteMultipartUpload: 'uploadRequests',
  CreateBucket: 'uploadRequests',
  CreateMultipartUpload: 'partRequests',
  DeleteBucket: undefined,
  DeleteObject: undefined,
  GetBucketLocation: 'readRequests',
  GetObject: 'readRequests',
  GetObjectAttributes: 'readRequests',
  HeadBucket: 'readRequests',
  HeadObject: 'readRequests',
  ListBuckets: 'listRequests',
  ListMultipartUploads: 'listRequests',
  ListObjectsV2: 'listRequests',
  ListParts: 'listRequests',
  PutObject: 'uploadRequests',
  RestoreObject: undefined,
  UploadPart: 'partRequests',
}
