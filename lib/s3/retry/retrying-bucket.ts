/** A client of buckets that retries each request that can be repeated. */
import { repeatedBy } from '../../transfer/repeated-call.js'
import type { Retry } from '../../transfer/retry.js'
import type { BucketClient } from '../bucket-client.js'

/** The operations that describe, list and delete: a repeated request has the same outcome. */
export type RepeatableOperations = Pick<
  BucketClient,
  | 'abortUpload'
  | 'deleteObject'
  | 'getAttributes'
  | 'headBucket'
  | 'headObject'
  | 'listObjects'
  | 'listUploads'
>

/** Returns the repeatable operations of a client, which are retried by `retry`. */
export function retryingBucket(client: BucketClient, retry: Retry): RepeatableOperations {
  const again = repeatedBy(retry)
  return {
    abortUpload: again(client.abortUpload.bind(client)),
    deleteObject: again(client.deleteObject.bind(client)),
    getAttributes: again(client.getAttributes.bind(client)),
    headBucket: again(client.headBucket.bind(client)),
    headObject: again(client.headObject.bind(client)),
    listObjects: again(client.listObjects.bind(client)),
    listUploads: again(client.listUploads.bind(client)),
  }
}
