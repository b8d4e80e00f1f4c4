/** The objects of a bucket with their hashes, for `catalog rebuild` and `catalog diff`. */
import type { ArchiveRecord } from '../../../catalog/record.js'
import { NotFoundError } from '../../../errors.js'
import { recordOfObject } from '../../../reconcile/object-record.js'
import type { ListedObject } from '../../../s3/bucket-responses.js'
import { isObjectKey } from '../../../s3/s3-address.js'
import { pagesOf } from '../../../store/paging.js'
import type { BucketScope } from '../bucket-scope.js'

/** The number of objects that are looked at at the same time. */
const CONCURRENCY = 8

/** An object. */
export interface FoundObject {
  readonly archiveId: string
  readonly listed: ListedObject
  /** `undefined` if it was stored by another program: the service states no SHA-256 of it, or requests cannot name its key. */
  readonly record: ArchiveRecord | undefined
}

/**
 * Reads the objects, sorted by their keys. The list states no hashes and no metadata, so that each object costs a HeadObject. An
 * object that is deleted meanwhile is left out.
 */
export async function* bucketObjects(scope: BucketScope): AsyncGenerator<FoundObject, void, undefined> {
  const { client, request, prefix } = scope
  for await (const { items } of pagesOf((page) => client.listObjects({ ...request, prefix, ...page })))
    for (let at = 0; at < items.length; at += CONCURRENCY) {
      const batch = items.slice(at, at + CONCURRENCY).map((listed) => described(listed, scope))
      for (const found of await Promise.all(batch)) if (found) yield found
    }
}

async function described(
  listed: ListedObject,
  { client, request, address }: BucketScope,
): Promise<FoundObject | undefined> {
  const { key } = listed
  // Anyone can store objects: of a key that no request is made with, as `a/../b`, nothing can be retrieved either.
  if (!isObjectKey(key)) return { archiveId: `${address.vaultName}/${key}`, listed, record: undefined }
  try {
    const facts = await client.headObject({ ...request, key })
    return {
      archiveId: `${address.vaultName}/${key}`,
      listed,
      record: recordOfObject({ ...address, key }, facts),
    }
  } catch (error) {
    if (error instanceof NotFoundError) return undefined
    throw error
  }
}
