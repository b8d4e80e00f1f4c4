/**
 * A key of a bucket as a store of archives: the ports of an upload and a retrieval, mapped to a client, a bucket and a key.
 *
 * - An object of the key is not overwritten unless that is permitted. It is looked for before an upload is begun, and the
 *   service checks it again when the object is stored.
 * - A request that stores an object may have been carried out whatever its response says: the object at the key decides.
 * - What an earlier run was about to store never replaces an object, since that may be newer.
 * - A completion lists the parts first. It sends the list that the service has, and only if that is the content it is for.
 */
import { ServiceError } from '../errors.js'
import { combined, type HashScheme } from '../store/hash-scheme.js'
import type * as Port from '../store/archive-store.js'
import type { StoreLimits } from '../store/limits.js'
import type * as Retrieval from '../store/retrieval-store.js'
import type { BucketClient } from './bucket-client.js'
import type { KeyRequest, NewObject, UploadRequest } from './bucket-requests.js'
import { parseWireHash } from './composite-hash.js'
import { COMPOSITE_SCHEME } from './composite-scheme.js'
import {
  asRefusal,
  assertAbsent,
  assertStored,
  confirmed,
  foundAfter,
  isAboutExisting,
  type ObjectContent,
} from './object-at-key.js'
import { Restores } from './restore/restores.js'
import { volumeKey } from './s3-address.js'
import { S3_LIMITS } from './s3-limits.js'
import { DEFAULT_STORAGE_CLASS } from './storage-classes.js'
import { UploadParts } from './upload-parts.js'
import { describeVolume, uploadIdOf, volumeMarkIn, volumeUploadOf } from './volume-uploads.js'

/** The key that a store writes to, and the properties of its objects. */
export interface S3StoreFacts extends Omit<NewObject, 'signal'> {
  readonly client: BucketClient
  /** How long restored copies are kept, in days; default 1. */
  readonly restoreDays?: number | undefined
  /** Milliseconds since 1970; default: the time of this machine. A simulation passes its own. */
  readonly now?: (() => number) | undefined
  /** Whether an existing object may be replaced; default false. */
  readonly overwrite?: boolean | undefined
  /** Called if the server states no SHA-256 of what it has stored. */
  readonly onUnconfirmed?: (() => void) | undefined
}

/** A key of a bucket, and the keys of the later volumes of its stream. */
export class S3Store implements Port.ArchiveStore, Retrieval.RetrievalStore {
  readonly limits: StoreLimits
  readonly hashes: HashScheme = COMPOSITE_SCHEME
  /** An upload lives until it is completed or aborted, or a lifecycle rule of the bucket removes it. */
  readonly keepAliveMs: number = Infinity
  readonly replacesArchives: boolean = true
  /** `s3://BUCKET`. */
  readonly vaultName: string
  readonly #client: BucketClient
  readonly #object: Omit<NewObject, 'signal'>
  readonly #ifAbsent: boolean
  readonly #onUnconfirmed: () => void
  readonly #parts = new UploadParts()
  readonly #restores: Restores
  /** The ETags of the objects that responses have named as stored, by {@link contentId}. */
  readonly #etags = new Map<string, string | undefined>()

  /**
   * @param facts - checked
   * @param limits - the limits of the service; a simulation passes smaller ones
   */
  constructor(facts: S3StoreFacts, limits: StoreLimits = S3_LIMITS) {
    const { client, overwrite = false, onUnconfirmed = () => undefined, restoreDays = 1, ...rest } = facts
    const { now = Date.now, ...object } = rest
    const { bucket, expectedBucketOwner, requesterPays } = object
    this.limits = limits
    this.vaultName = `s3://${bucket}`
    this.#client = client
    this.#ifAbsent = !overwrite
    this.#onUnconfirmed = onUnconfirmed
    this.#restores = new Restores({ client, bucket, expectedBucketOwner, requesterPays, restoreDays, now })
    this.#object = { ...object, storageClass: object.storageClass ?? DEFAULT_STORAGE_CLASS }
  }

  /**
   * Checks that no object of the key exists, unless it may be overwritten.
   *
   * @throws {ServiceError} reason `exists`: there is one
   */
  async assertAbsent(signal?: AbortSignal): Promise<void> {
    if (this.#ifAbsent) await assertAbsent(this.#client, this.#requestOf(1, signal))
  }

  async uploadArchive(request: Port.StoreArchiveRequest): Promise<Port.StoredArchive> {
    const { bytes, linearHash, sendLimit, onSent, signal } = request
    const object = { ...this.#newObject(request, undefined), signal }
    const content = { size: bytes.length, hash: combined(this.hashes, [linearHash]) }
    const at = this.#requestOf(request.volume, signal)
    try {
      const body = { bytes, sha256: linearHash, sendLimit, onSent, ifAbsent: this.#ifAbsent }
      const stored = await this.#client.putObject({ ...object, ...body })
      this.#etags.set(contentId(at, content), stored.etag)
      return await confirmed(this.#client, at, stored, content, this.#onUnconfirmed)
    } catch (error) {
      return foundAfter(this.#client, at, content, error, this.#etags.get(contentId(at, content)))
    }
  }

  async initiateUpload(request: Port.StoreInitiateRequest): Promise<Port.InitiatedUpload> {
    const { partSize, volume = 1, signal } = request
    if (this.#ifAbsent) await assertAbsent(this.#client, this.#requestOf(volume, signal))
    const serviceId = await this.#client.createUpload({ ...this.#newObject(request, partSize), signal })
    return { uploadId: uploadIdOf({ volume, serviceId }), location: undefined }
  }

  async uploadPart(request: Port.StorePartRequest): Promise<string> {
    const { index, bytes, linearHash, sendLimit, onSent } = request
    const upload = this.#uploadOf(request)
    const body = { bytes, sha256: linearHash, sendLimit, onSent }
    const partNumber = index + 1
    const { etag, sha256 } = await this.#client.uploadPart({ ...upload, partNumber, ...body })
    const found = sha256 ?? linearHash // without one, the list of the parts confirms it before the completion
    this.#parts.sent(upload.uploadId, partNumber, { etag, sha256: found, isStated: sha256 !== undefined })
    return found
  }

  async listParts(request: Port.StorePartsRequest): Promise<Port.PartsPage> {
    const upload = this.#uploadOf(request)
    const page = await this.#client.listParts({ ...upload, marker: request.marker })
    const sizes = page.items.map(({ size }) => size)
    // All parts but the last have the part size: of two, the larger one has it.
    const partSize = request.partSize ?? (sizes.length > 1 ? Math.max(...sizes) : undefined)
    const items = page.items.map((part) => {
      const start = (part.partNumber - 1) * (partSize ?? part.size)
      return { start, end: start + part.size, hash: this.#parts.hashOf(upload.uploadId, part) ?? '' }
    })
    // The service does not tell the description. That of a later volume is known, and says which volumes precede it.
    const { volume } = volumeUploadOf(request.uploadId)
    const description = volume > 1 ? describeVolume({ volume }) : undefined
    return { items, marker: page.marker, upload: { partSize, description } }
  }

  async completeUpload(request: Port.StoreCompleteRequest): Promise<Port.StoredArchive> {
    const { size, hash, keepsExisting = false, signal } = request
    const ifAbsent = this.#ifAbsent || keepsExisting
    const content = { size, hash }
    const upload = this.#uploadOf(request)
    const at = this.#requestOf(volumeUploadOf(request.uploadId).volume, signal)
    try {
      const parts = await this.#parts.toComplete(this.#client, upload, content)
      const hasHashes = parts.every(({ sha256 }) => sha256 !== undefined)
      const expected = { parts, size, hash: hasHashes ? parseWireHash(hash) : undefined }
      const stored = await this.#client.completeUpload({ ...upload, ...expected, ifAbsent })
      this.#parts.forget(upload.uploadId)
      this.#etags.set(contentId(at, content), stored.etag)
      return await confirmed(this.#client, at, stored, content, this.#onUnconfirmed)
    } catch (error) {
      const etag = this.#etags.get(contentId(at, content))
      const found = await foundAfter(this.#client, at, content, error, etag).catch((reported: unknown) => {
        throw this.#ifAbsent ? reported : asRefusal(reported)
      })
      // The object is there, and the parts of this upload would be charged until its owner aborts it.
      return isAboutExisting(error) ? { ...found, leavesUpload: true } : found
    }
  }

  isContentRefusal(error: unknown): error is ServiceError {
    return error instanceof ServiceError && error.reason === 'completion-refused'
  }

  async abortUpload(request: Port.StoreUploadRequest): Promise<void> {
    const upload = this.#uploadOf(request)
    await this.#client.abortUpload(upload)
    this.#parts.forget(upload.uploadId)
  }

  assertStored({ volume, size, hash, signal }: Port.StoreVolumeRequest): Promise<void> {
    return assertStored(this.#client, this.#requestOf(volume, signal), { size, hash })
  }

  describeVolume(_firstDescription: string | undefined, mark: Port.VolumeMark): string {
    return describeVolume(mark)
  }

  markIn(description: string | undefined): Port.VolumeMark | undefined {
    return volumeMarkIn(description, this.#object)
  }

  /** The restore of an object makes all of it readable. */
  jobRanges(): undefined {
    return undefined
  }

  describeArchive(
    request: Port.StoreRequest & { readonly archiveId: string; readonly hash?: string | undefined },
  ): Promise<Retrieval.DescribedArchive> {
    return this.#restores.describe(request.archiveId, request.signal, request.hash)
  }

  startRetrieval(request: Retrieval.StoreRetrieval): Promise<string> {
    return this.#restores.start(request)
  }

  listJobs(request: Retrieval.StoreJobsRequest): Promise<Retrieval.JobsPage> {
    return this.#restores.list(request)
  }

  describeJob(request: Retrieval.StoreJobRequest): Promise<Retrieval.Job> {
    return this.#restores.describeJob(request)
  }

  getJobOutput(request: Retrieval.StoreOutputRequest): Promise<Retrieval.JobOutput> {
    return this.#restores.output(request)
  }

  async refreshCredentials(signal?: AbortSignal): Promise<void> {
    await this.#client.refreshCredentials?.(signal)
  }

  #newObject(
    { description, volume = 1 }: Pick<Port.StoreInitiateRequest, 'description' | 'volume'>,
    partSize: number | undefined,
  ): Omit<NewObject, 'signal'> {
    const { metadata, key } = this.#object
    const facts = {
      ...(partSize !== undefined && { 'part-size': String(partSize) }),
      ...(volume > 1 && { volume: String(volume) }),
      ...(volume === 1 && description !== undefined && { description }),
    }
    return { ...this.#object, key: volumeKey(key, volume), metadata: { ...metadata, ...facts } }
  }

  #requestOf(volume: number | undefined, signal: AbortSignal | undefined): KeyRequest {
    const { bucket, key, expectedBucketOwner, requesterPays } = this.#object
    return { bucket, key: volumeKey(key, volume ?? 1), expectedBucketOwner, requesterPays, signal }
  }

  #uploadOf({ uploadId, signal }: Port.StoreUploadRequest): UploadRequest {
    const { volume, serviceId } = volumeUploadOf(uploadId)
    return { ...this.#requestOf(volume, signal), uploadId: serviceId }
  }
}

/** Identifies some content at a key: the ETag of other content proves nothing. */
function contentId({ key }: KeyRequest, { hash }: ObjectContent): string {
  return `${hash} ${key}`
}
