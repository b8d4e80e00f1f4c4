/**
 * The bucket that `rm` and `prune` delete objects from. Keys are used again: an object is deleted as it was seen, and another one
 * that is at its key by then is kept.
 */
import { keyIn, type VaultAddress } from '../../../catalog/vault-address.js'
import { AccessDeniedError, NotFoundError, ServiceError } from '../../../errors.js'
import type { BucketClient } from '../../../s3/bucket-client.js'
import type { BucketRequest } from '../../../s3/bucket-requests.js'
import type { ListedObject, ObjectFacts } from '../../../s3/bucket-responses.js'
import type { RepeatableOperations } from '../../../s3/retry/retrying-bucket.js'
import { itemsOf } from '../../../store/paging.js'

/** The state of a key: its object, `missing`, or `unknown` if the policies do not permit to look. */
export type SeenObject = ObjectFacts | 'missing' | 'unknown'

/** The dependencies of an {@link EmptiedBucket}. */
export interface EmptiedBucketContext {
  /** Its requests are repeated. */
  readonly client: RepeatableOperations
  /** Its requests are not repeated. */
  readonly single: Pick<BucketClient, 'deleteObject'>
  readonly request: BucketRequest
  /** The bucket as the catalog records it. */
  readonly address: VaultAddress
}

/** A bucket, and what was seen in it. */
export class EmptiedBucket {
  readonly address: VaultAddress
  readonly #context: EmptiedBucketContext
  /** By key: the ETag of the object; `undefined` if it is not known, `missing` if there was no object. */
  readonly #seen = new Map<string, string | undefined>()
  #bucket: Promise<unknown> | undefined

  constructor(context: EmptiedBucketContext) {
    this.#context = context
    this.address = context.address
  }

  /** Looks at a key. The deletion of its object refers to what was seen last. */
  async look(key: string): Promise<SeenObject> {
    const seen = await this.#facts(key)
    this.#seen.set(key, typeof seen === 'object' ? seen.etag : seen === 'missing' ? seen : undefined)
    return seen
  }

  /** Lists the objects whose keys begin with a prefix. */
  objects(prefix: string): AsyncIterable<ListedObject> {
    const { client, request } = this.#context
    return itemsOf((page) => client.listObjects({ ...request, prefix, ...page }))
  }

  /**
   * Deletes the object that was seen. The request names its ETag, so that it can be repeated. Without an ETag it is made once: a
   * repeated one could meet a newer object. If there was no object, nothing is deleted.
   *
   * @throws {ServiceError} reason `object-changed`: another object is at the key
   * @throws {NotFoundError} reason `bucket-not-found`
   */
  async deleteArchive({ archiveId }: { readonly archiveId: string }): Promise<void> {
    const { client, single, request } = this.#context
    const key = keyIn(archiveId)
    const etag = this.#seen.get(key)
    if (etag === undefined) await single.deleteObject({ ...request, key })
    else if (etag === 'missing')
      await (this.#bucket ??= client.headBucket(request)) // its absence looks the same
    else
      await client.deleteObject({ ...request, key, ifMatch: etag }).catch(async (error: unknown) => {
        if (!(await this.#isGone(key, error))) throw error
      })
  }

  /** Whether a deletion failed since the object is gone: an earlier attempt, whose response was lost, has deleted it. */
  async #isGone(key: string, error: unknown): Promise<boolean> {
    if (!(error instanceof ServiceError)) return false
    // In a bucket with versions, the mark of the deletion is at the key now.
    if (error.reason === 'object-changed') return (await this.#facts(key)) === 'missing'
    return error.reason === 'object-not-found'
  }

  async #facts(key: string): Promise<SeenObject> {
    const { client, request } = this.#context
    return client.headObject({ ...request, key }).catch((error: unknown) => {
      if (error instanceof NotFoundError) return 'missing' as const
      if (error instanceof AccessDeniedError) return 'unknown' as const
      throw error
    })
  }
}
