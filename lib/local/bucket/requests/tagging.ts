/** The tags of an object, in `x-amz-tagging` as a query (https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html). */
import { BucketError, invalidArgument } from '../service/bucket-error.js'
import { MAX_TAGS } from '../service/bucket-limits.js'

const TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u

/**
 * The tags in a header.
 *
 * @param text - the header; `undefined` if it is absent
 * @throws {BucketError} 400 `InvalidTag`, or `InvalidArgument` for a key that is given twice
 */
export function taggingIn(text: string | undefined): Readonly<Record<string, string>> {
  const pairs = [...new URLSearchParams(text ?? '')]
  const tags = Object.fromEntries(pairs)
  if (pairs.length > MAX_TAGS)
    throw new BucketError(400, 'BadRequest', `Object tags cannot be greater than ${MAX_TAGS}`)
  if (Object.keys(tags).length < pairs.length)
    throw invalidArgument('Cannot provide multiple Tags with the same key', 'x-amz-tagging', String(text))
  for (const [key, value] of pairs) {
    if (key === '' || key.length > 128 || !TEXT.test(key))
      throw new BucketError(400, 'InvalidTag', 'The TagKey you have provided is invalid')
    if (value.length > 256 || !TEXT.test(value))
      throw new BucketError(400, 'InvalidTag', 'The TagValue you have provided is invalid')
  }
  return tags
}
