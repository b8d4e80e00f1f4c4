/** The simulated bucket: its operations, and its content for the invariants. */
import { RequestHistory } from '../service/history.js'
import type { World } from '../world/world.js'
import { checkBytes, abortUpload, createUpload, listParts, uploadPart } from './bucket-uploads.js'
import { completeUpload } from './bucket-completion.js'
import { getAttributes, getObject } from './retrieval/bucket-reads.js'
import { restoreObject, statedRestore } from './retrieval/bucket-restores.js'
import { BucketContext } from './bucket-context.js'
import { sha256Of, type SimObject, type SimUpload } from './bucket-content.js'
import { accessDenied, notFound } from './bucket-refusals.js'
import type { BucketProperties } from './bucket-properties.js'
import type * as Api from './bucket-service.js'
import { checkCondition } from './conditional-writes.js'

/** The simulated bucket. */
export class BucketModel implements Api.BucketService {
  readonly history: RequestHistory
  readonly #context: BucketContext

  constructor(world: World) {
    this.history = new RequestHistory(world)
    this.#context = new BucketContext(world, this.history)
  }

  get properties(): BucketProperties {
    return this.#context.properties
  }

  /** All objects that were stored, in their order. */
  get objects(): readonly SimObject[] {
    return this.#context.objects
  }

  /** By their IDs, in the order in which they were begun. */
  get uploads(): ReadonlyMap<string, SimUpload> {
    return this.#context.uploads
  }

  /** The object at a key now. */
  objectAt(key: string): SimObject | undefined {
    return this.#context.objectAt(key)
  }

  headObject({ key }: Api.KeyCaller): Api.HeadResponse {
    const context = this.#context
    const object = context.objectAt(key)
    const { head } = context.properties
    if (head === 'denied' || (head === 'if-exists' && !object)) {
      this.history.tookEffect('head-denied')
      throw accessDenied()
    }
    if (!object) throw notFound()
    const { bytes, metadata, storedMs, storageClass } = object
    const restore = statedRestore(context, object) // before the archive status, which it may end
    const state = { storageClass, archiveStatus: object.archiveStatus, restore }
    const encryption = context.properties.hasPlainEtags ? 'AES256' : 'aws:kms'
    return { ...context.responseOf(object), ...state, size: bytes.length, metadata, storedMs, encryption }
  }

  putObject(caller: Api.KeyCaller, body: Api.PutBody): Api.StoredObjectResponse {
    const context = this.#context
    checkBytes(body)
    checkCondition(context, caller.key, body.ifAbsent)
    const bytes = Uint8Array.from(body.bytes)
    const hash = { sha256: sha256Of(bytes), parts: undefined }
    const { metadata, storageClass } = body
    const content = { bytes, hash, parts: undefined, metadata, storageClass, uploadId: undefined }
    return this.#stated(context.responseOf(context.store(caller, content)))
  }

  createUpload(caller: Api.KeyCaller, properties: Api.ObjectProperties): { readonly uploadId: string } {
    return { uploadId: createUpload(this.#context, caller, properties).uploadId }
  }

  uploadPart(caller: Api.UploadCaller, partNumber: number, body: Api.SentBytes): Api.PartResponse {
    return this.#stated(uploadPart(this.#context, caller, partNumber, body))
  }

  listParts(
    caller: Api.UploadCaller,
    marker: string | undefined,
    limit: number | undefined,
  ): Api.PartsPageResponse {
    return this.#stated(listParts(this.#context, caller, marker, limit))
  }

  completeUpload(caller: Api.UploadCaller, completion: Api.Completion): Api.StoredObjectResponse {
    const context = this.#context
    return this.#stated(context.responseOf(completeUpload(context, caller, completion)))
  }

  abortUpload(caller: Api.UploadCaller): void {
    abortUpload(this.#context, caller)
  }

  getAttributes(
    caller: Api.KeyCaller,
    marker: string | undefined,
    limit: number | undefined,
  ): Api.AttributesResponse {
    return this.#stated(getAttributes(this.#context, caller, marker, limit))
  }

  restoreObject(caller: Api.KeyCaller, order: Api.RestoreOrder): { readonly isRestored: boolean } {
    return restoreObject(this.#context, caller, order)
  }

  getObject(caller: Api.KeyCaller, order: Api.RangeOrder): Api.RangeResponse {
    return getObject(this.#context, caller, order)
  }

  #stated<Response>(response: Response): Response {
    if (this.#context.properties.checksums !== 'all') this.history.tookEffect('no-checksums')
    return response
  }
}
