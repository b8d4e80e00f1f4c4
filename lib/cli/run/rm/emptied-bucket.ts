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
import { UsageError } from '../../command-errors.js'

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
  /** By key: the ETag of the object, or another of its states. */
  readonly #seen = new Map<string, string>()

  constructor(context: EmptiedBucketContext) {
    this.#context = context
    this.address = context.address
  }

  /**
   * Looks at a key. The deletion of its object refers to what was seen first, which the user has confirmed.
   *
   * @throws {UsageError} something else was seen before
   */
  async look(key: string): Promise<SeenObject> {
    const seen = await this.#facts(key)
    const state = typeof seen === 'object' ? (seen.etag ?? 'untagged') : seen
    const before = this.#seen.get(key)
    if (before !== undefined && before !== state) throw changedSinceQuestion()
    this.#seen.set(key, state)
    return seen
  }

  /** Lists the objects whose keys begin with a prefix. */
  objects(prefix: string): AsyncIterable<ListedObject> {
    const { client, request } = this.#context
    return itemsOf((page) => client.listObjects({ ...request, prefix, ...page }))
  }

  /**
   * Deletes the object that was seen. The request names its ETag, so that it can be repeated. Without an ETag, or with a server that
   * knows no such condition, it is made once: a repeated one could meet a newer object. If there was no object, nothing is deleted.
   *
   * @throws {ServiceError} reason `object-changed`: another object is at the key
   * @throws {NotFoundError} reason `bucket-not-found`
   */
  async deleteArchive({ archiveId }: { readonly archiveId: string }): Promise<void> {
    const { client, single, request } = this.#context
    const key = keyIn(archiveId)
    const ifMatch = this.#seen.get(key)
    if (ifMatch === 'missing') {
      await client.headBucket(request) // if the bucket is missing, it looks the same
      return
    }
    if (ifMatch === undefined || ifMatch === 'unknown' || ifMatch === 'untagged') {
      await single.deleteObject({ ...request, key })
      return
    }
    try {
      await client.deleteObject({ ...request, key, ifMatch })
    } catch (error) {
      if (error instanceof ServiceError && error.status === 501)
        await single.deleteObject({ ...request, key })
      else await this.#assertGone(key, error)
    }
  }

  /**
   * Checks that a deletion failed because the object is gone: an earlier attempt, whose response was lost, has deleted it.
   *
   * @throws {ServiceError} `error`, unless that is so; if the object may not be looked at, another one that says so
   */
  async #assertGone(key: string, error: unknown): Promise<void> {
    if (!(error instanceof ServiceError) || error.reason === 'bucket-not-found') throw error
    if (error.reason === 'object-not-found') return
    // In a bucket with versions, the mark of the deletion is at the key now.
    const found = error.reason === 'object-changed' ? await this.#facts(key) : undefined
    if (found === 'missing') return
    if (found !== 'unknown') throw error
    const { operation, serviceCode, status, requestId, reason } = error
    const message =
      'The object was replaced, or an earlier attempt has deleted it: the credentials may not look at it.'
    throw new ServiceError(message, { operation, serviceCode, status, requestId, reason, cause: error })
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

/** The error about objects that are not those that the question was about. */
export function changedSinceQuestion(): UsageError {
  return new UsageError(
    'The bucket was changed since the question. Nothing was deleted. Run the command again.',
  )
}
