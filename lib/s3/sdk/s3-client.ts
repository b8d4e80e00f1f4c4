/** The client of S3 of a caller, made from an SDK client or from its configuration. */
import { REQUEST_OPTIONS } from '../../client/client-rules.js'
import type { RequestOptions } from '../../client/request-options.js'
import { checkOptions } from '../../options/check-options.js'
import { OBJECT } from '../../options/rules.js'
import type { S3ClientLike, S3ClientSettings } from './s3-client-like.js'
import { SdkBucketClient } from './sdk-bucket-client.js'

/**
 * Returns a {@link BucketClient} over the AWS SDK. Each call is one request, signed separately, under time limits. It does
 * not retry.
 *
 * The package `@aws-sdk/client-s3` must be installed beside this one; it is loaded with the first request, which fails with
 * a `MissingPackageError` without it.
 *
 * @param source - an `S3Client`, which the caller continues to own; or the configuration of a client to make. Default:
 *   region and credentials from the SDK's own chain.
 * @throws {TypeError} no object, a client for another service, an unknown option, or one of a wrong type
 * @throws {RangeError} an option out of range
 *
 * @example
 * ```ts
 * const client = s3Client({ region: 'eu-west-1' })
 * const { size } = await client.headObject({ bucket: 'backups', key: 'docs.tar' })
 * client.destroy()
 * ```
 */
export function s3Client(
  source: S3ClientLike | S3ClientSettings = {},
  options: RequestOptions = {},
): SdkBucketClient {
  OBJECT(source, 'source', 's3Client')
  return new SdkBucketClient(source, checkOptions('s3Client', options, REQUEST_OPTIONS))
}
