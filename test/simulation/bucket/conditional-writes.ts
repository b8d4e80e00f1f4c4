/**
 * Conditional writes (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html): an object is stored
 * only if its key has none, and a conflict with another write may be found at any time.
 */
import { conflict, preconditionFailed } from './bucket-refusals.js'
import type { BucketContext } from './bucket-context.js'

/** By choice, somebody deletes the object at a key before this request. */
export function maybeDelete(context: BucketContext, key: string): void {
  if (context.objectAt(key) && context.happens('object-deleted', `bucket/${key}/deleted`)) context.delete(key)
}

/** Checks the condition of a request that stores an object. */
export function checkCondition(context: BucketContext, key: string, ifAbsent: boolean): void {
  maybeDelete(context, key)
  if (!ifAbsent) return
  if (context.happens('write-conflict', `bucket/${key}/conflict`)) throw conflict()
  if (context.objectAt(key)) throw preconditionFailed()
}
