/**
 * Restores of archived objects, as the jobs of a retrieval. An object has at most one restore: a job is the object as it is
 * made readable, and its ID is the address of the object.
 *
 * - An object of a class that can be read at once has a finished job.
 * - A restore that is running is used, also one that another process has started. It is not paid for twice.
 * - When the restored copy has been deleted, the job does not exist any more. The next job of the object has another ID.
 * - A copy that GetObject has refused is no job, although HeadObject states it, until a restore is requested again. The
 *   retrieval would find it at once, and again after each refusal.
 * - The requests of a retrieval are about the object as it was described at its start: one that replaces it meanwhile is
 *   recognized by its ETag, and neither restored nor read. The next retrieval describes the object again.
 */
import { NotFoundError, ServiceError } from '../../errors.js'
import type * as Port from '../../store/retrieval-store.js'
import type { BucketClient } from '../bucket-client.js'
import type { KeyRequest, ObjectRequest } from '../bucket-requests.js'
import type { ObjectFacts } from '../bucket-responses.js'
import { parseObjectAddress } from '../s3-address.js'
import { needsRestore } from '../storage-classes.js'
import { describeObject, type DescribedObject } from './described-object.js'

/** The objects of a bucket, and how they are restored. */
export interface RestoresFacts extends Omit<KeyRequest, 'key' | 'signal'> {
  readonly client: BucketClient
  /** How long a restored copy is kept, in days. */
  readonly restoreDays: number
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** A request to restore an object, as far as this process knows it. */
interface StartedRestore {
  readonly description: string | undefined
  readonly tier: Port.Tier | undefined
  /** ISO 8601. */
  readonly creationDate: string
}

/** The restores of objects of one bucket. */
export class Restores {
  readonly #facts: RestoresFacts
  /** The objects that were described, without their parts: a store may be used for many. */
  readonly #objects = new Map<string, Omit<DescribedObject, 'parts'>>()
  readonly #started = new Map<string, StartedRestore>()
  /** The archives of the jobs, by their IDs. */
  readonly #archives = new Map<string, string>()
  /** The number of jobs of each archive that the service no longer has. */
  readonly #lost = new Map<string, number>()
  /** The expiry date of the copy of each archive, as it was stated last. */
  readonly #stated = new Map<string, string | undefined>()
  /** The expiry dates of the copies of each archive that were refused: the servers behind an address may state several. */
  readonly #refused = new Map<string, ReadonlySet<string | undefined>>()

  constructor(facts: RestoresFacts) {
    this.#facts = facts
  }

  /**
   * Describes an object and its parts. The requests of its job are about the object that was described last.
   *
   * @param known - the composite that the caller knows
   */
  async describe(
    archiveId: string,
    signal: AbortSignal | undefined,
    known?: string,
  ): Promise<DescribedObject> {
    const described = await describeObject(this.#facts.client, this.#objectOf(archiveId, signal), known)
    const { size, hash, etag } = described
    this.#objects.set(archiveId, { size, hash, etag })
    return described
  }

  /**
   * Requests the restore of an object, unless it is running: a request with a faster tier would be accepted, and paid for as
   * well. Resolves to the ID of the job.
   *
   * @throws {ServiceError} reason `object-changed`: the object is not the one that was described
   */
  async start({ archiveId, tier, description, signal }: Port.StoreRetrieval): Promise<string> {
    const object = this.#objectOf(archiveId, signal)
    const { client, restoreDays } = this.#facts
    const { archiveStatus, restore } = await this.#head(archiveId, object)
    if (restore?.isInProgress === true) return this.#idOf(archiveId) // it has begun since the jobs were listed
    // Before the request: if its response is lost, the job is found by the description.
    this.#started.set(archiveId, { description, tier, creationDate: this.#time() })
    this.#refused.delete(archiveId)
    // An object of INTELLIGENT_TIERING comes back for good, and a number of days is refused.
    const days = archiveStatus === undefined ? restoreDays : undefined
    await client.restoreObject({ ...object, tier, days }).catch((error: unknown) => {
      const isReadable = error instanceof ServiceError && error.reason === 'not-archived'
      const isRunning = error instanceof ServiceError && error.reason === 'restore-in-progress'
      if (!isReadable && !isRunning) throw error
      this.#started.delete(archiveId) // another request has started it, with a tier of its own
    })
    return this.#idOf(archiveId)
  }

  /** The job of an archive, if it has one. */
  async list({ archiveId, signal }: Port.StoreJobsRequest): Promise<Port.JobsPage> {
    const job = archiveId === undefined ? undefined : await this.#look(archiveId, signal)
    const isOffered = job !== undefined && !this.#isRefused(job)
    return { items: isOffered ? [job] : [], marker: undefined, date: this.#time() }
  }

  /**
   * Describes a job.
   *
   * @throws {NotFoundError} `ERR_NOT_FOUND`: the object is gone, or is archived and not restored
   * @throws {ServiceError} reason `object-changed`: the object is not the one that was described
   */
  async describeJob({ jobId, signal }: Port.StoreJobRequest): Promise<Port.Job> {
    const archiveId = this.#archiveOf(jobId)
    const job = jobId === this.#idOf(archiveId) ? await this.#look(archiveId, signal) : undefined
    if (job) return job
    throw this.#gone(jobId, 'HeadObject')
  }

  /** Fetches a range of the object of a job. */
  async output({ jobId, range, signal }: Port.StoreOutputRequest): Promise<Port.JobOutput> {
    const archiveId = this.#archiveOf(jobId)
    const { size: objectSize, etag: ifMatch } = await this.#described(archiveId, signal)
    const request = { ...this.#objectOf(archiveId, signal), range, objectSize, ifMatch }
    const { body } = await this.#facts.client.getObject(request).catch((error: unknown) => {
      const isGone = error instanceof ServiceError && error.reason === 'not-restored'
      if (!isGone) throw error
      const refused = this.#refused.get(archiveId) ?? []
      this.#refused.set(archiveId, new Set([...refused, this.#stated.get(archiveId)]))
      throw this.#gone(jobId, 'GetObject', error)
    })
    return { body, hash: undefined }
  }

  async #look(archiveId: string, signal: AbortSignal | undefined): Promise<Port.Job | undefined> {
    const facts = await this.#head(archiveId, this.#objectOf(archiveId, signal))
    const state = stateOf(facts)
    if (state === undefined) return undefined
    this.#stated.set(archiveId, facts.restore?.expiryDate)
    const { size, hash } = await this.#described(archiveId, signal)
    const { description, tier, creationDate } = this.#started.get(archiveId) ?? {}
    return {
      jobId: this.#idOf(archiveId),
      action: 'ArchiveRetrieval',
      status: state,
      statusMessage: undefined,
      description,
      creationDate: creationDate ?? this.#time(),
      completionDate: undefined,
      expiryDate: facts.restore?.expiryDate,
      tier: state === 'InProgress' ? tier : undefined,
      archiveId,
      archiveSize: size,
      archiveHash: hash,
      range: { start: 0, end: size },
      hash,
      inventorySize: undefined,
      inventory: undefined,
    }
  }

  /** Looks at an object, which must be the one that was described last, if one was. */
  async #head(archiveId: string, object: ObjectRequest): Promise<ObjectFacts> {
    const facts = await this.#facts.client.headObject(object)
    const described = this.#objects.get(archiveId)?.etag
    if (described === undefined || facts.etag === undefined || facts.etag === described) return facts
    const message = `The object ${archiveId} was replaced since it was described: begin again.`
    const details = { operation: 'HeadObject', serviceCode: 'PreconditionFailed', status: 412 }
    throw new ServiceError(message, { ...details, reason: 'object-changed' })
  }

  #isRefused({ archiveId = '', status, expiryDate }: Port.Job): boolean {
    return status === 'Succeeded' && this.#refused.get(archiveId)?.has(expiryDate) === true
  }

  /** The object that was described last; it is described now if none was, as for a job of which only the ID is known. */
  async #described(
    archiveId: string,
    signal: AbortSignal | undefined,
  ): Promise<Omit<DescribedObject, 'parts'>> {
    return this.#objects.get(archiveId) ?? (await this.describe(archiveId, signal))
  }

  #time(): string {
    return new Date(this.#facts.now()).toISOString()
  }

  #idOf(archiveId: string): string {
    const lost = this.#lost.get(archiveId) ?? 0
    const jobId = lost === 0 ? archiveId : `${archiveId} (restore ${lost + 1})`
    this.#archives.set(jobId, archiveId)
    return jobId
  }

  /** The archive of a job. The ID of a job that another process has named is the address of its object. */
  #archiveOf(jobId: string): string {
    return this.#archives.get(jobId) ?? jobId
  }

  /** The error about a job that does not exist. The next job of the archive gets another ID. */
  #gone(jobId: string, operation: string, cause?: unknown): NotFoundError {
    const archiveId = this.#archiveOf(jobId)
    if (jobId === this.#idOf(archiveId)) {
      this.#lost.set(archiveId, (this.#lost.get(archiveId) ?? 0) + 1)
      this.#started.delete(archiveId)
    }
    const message = `The object ${archiveId} is archived, and no restored copy of it exists.`
    return new NotFoundError(message, { operation, serviceCode: 'InvalidObjectState', status: 403, cause })
  }

  #objectOf(archiveId: string, signal: AbortSignal | undefined): ObjectRequest {
    const { bucket, expectedBucketOwner, requesterPays } = this.#facts
    const address = parseObjectAddress(archiveId)
    if (address?.bucket !== bucket)
      throw new RangeError(`archiveId must be the address of an object in s3://${bucket}, not ${archiveId}.`)
    return { bucket, key: address.key, expectedBucketOwner, requesterPays, signal }
  }
}

/** The state of the job of an object; `undefined` if the object is archived, and no restore was requested. */
function stateOf({ storageClass, archiveStatus, restore }: ObjectFacts): Port.Job['status'] | undefined {
  if (!needsRestore(storageClass) && archiveStatus === undefined) return 'Succeeded'
  if (!restore) return undefined
  return restore.isInProgress ? 'InProgress' : 'Succeeded'
}
