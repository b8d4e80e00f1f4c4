/** The rules of bucket names and keys (https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html). */
import { BucketError } from './bucket-error.js'
import { MAX_KEY_BYTES } from './bucket-limits.js'

const NAME = /^(?=.{1,63}$)[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)*$/
const RESERVED = /^(?:xn--|sthree-)|(?:-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/

/** Fewest characters in the name of a bucket that CreateBucket creates. */
export const MIN_NAME_LENGTH = 3

/**
 * Whether a text can be the name of a bucket. One that is created by the option `createBuckets` may be shorter than at S3, such as
 * the `b` of an example.
 */
export function isBucketName(text: string): boolean {
  const isAddress = /^\d+(?:\.\d+){3}$/.test(text)
  return NAME.test(text) && /[a-z0-9]$/.test(text) && !isAddress && !RESERVED.test(text)
}

/**
 * Asserts that a text can be a key.
 *
 * @throws {BucketError} 400 `KeyTooLongError`: it has more than 1,024 bytes in UTF-8
 */
export function assertKey(key: string): void {
  const size = Buffer.byteLength(key)
  if (size > MAX_KEY_BYTES)
    throw new BucketError(400, 'KeyTooLongError', 'Your key is too long', {
      fields: { Size: String(size), MaxSizeAllowed: String(MAX_KEY_BYTES) },
    })
}
