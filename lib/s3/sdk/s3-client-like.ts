/**
 * The SDK's client of S3 and its configuration as this package declares them, so that the client of any version of the SDK
 * fits, and so that programs without the SDK compile.
 */
import type { GlacierClientLike, GlacierClientSettings, Provided } from '../../client/glacier-client-like.js'

/** The members of an `S3Client` of `@aws-sdk/client-s3` that are used; every version has them. `serviceId` is `'S3'`. */
export type S3ClientLike = GlacierClientLike

/**
 * The configuration of an `S3Client` to make, with the names and meanings of `new S3Client()`. For other settings of the
 * SDK, make an `S3Client` and pass it.
 */
export interface S3ClientSettings extends GlacierClientSettings {
  /**
   * Whether the bucket is a part of the path and not of the host name; default `true` with an endpoint, since hardly any
   * other server than the service has host names for its buckets, `false` without.
   */
  readonly forcePathStyle?: boolean | undefined
  /** Whether to use the accelerated endpoint of the bucket; default `false`. */
  readonly useAccelerateEndpoint?: boolean | undefined
  /** Whether to use the region in the ARN of an access point; default from the environment or the configuration files. */
  readonly useArnRegion?: Provided<boolean | undefined> | undefined
}
