/**
 * The object at a key, as evidence of what a request has stored. A response may be lost or say that the upload is gone or
 * that an object exists, and the object is there all the same: its composite and its size decide.
 */
import { AccessDeniedError, HashMismatchError, NotFoundError, ServiceError } from '../errors.js'
import { mayHaveActed } from '../store/failure.js'
import type { StoredArchive } from '../store/archive-store.js'
import type { BucketClient } from './bucket-client.js'
import type { KeyRequest } from './bucket-requests.js'
import type { ObjectFacts, StoredObject } from './bucket-responses.js'
import { CompositeHash, toWireHash, type ObjectHash } from './composite-hash.js'
import { printAddress } from './s3-address.js'

/** The content that a request stores. */
export interface ObjectContent {
  /** Bytes. */
  readonly size: number
  /** The composite, in the form of the wire. */
  readonly hash: string
}

/**
 * The archive that a response names, with the hash that the service states. A server that states no SHA-256 is asked for
 * the size of the object, which is all that is left to compare; without the permission to look, nothing is.
 *
 * @param onUnconfirmed - called if the server states no SHA-256
 * @throws {HashMismatchError} `ERR_HASH_MISMATCH`: the object has another size than the content
 * @throws {ServiceError} that of a HeadObject; by each of them, the object may be stored
 */
export async function confirmed(
  client: BucketClient,
  object: KeyRequest,
  { hash, versionId }: Pick<StoredObject, 'hash' | 'versionId'>,
  content: ObjectContent,
  onUnconfirmed: () => void,
): Promise<StoredArchive> {
  if (hash) return archiveAt(object, versionId, compositeOf(hash))
  const found = await client
    .headObject({ ...object, versionId })
    .catch(unlessDenied)
    .catch(asDoubtful)
  if (found?.hash) return archiveAt(object, versionId, compositeOf(found.hash))
  if (found && found.size !== content.size) {
    const where = `the object ${printAddress(object)}, which has ${found.size} bytes and not ${content.size},`
    throw new HashMismatchError('archive', where, content.hash, undefined)
  }
  onUnconfirmed()
  return archiveAt(object, versionId, content.hash)
}

/**
 * The archive that is stored although a request failed: the object at the key has the content. Otherwise the error of the
 * request is thrown.
 *
 * @param etag - the ETag of the object that an earlier response of this content has named, if there was one: a server that
 *   states no SHA-256 has nothing else by which the object is recognized
 * @throws {ServiceError} `error`, or that of a HeadObject that may be repeated
 */
export async function foundAfter(
  client: BucketClient,
  object: KeyRequest,
  { size, hash }: ObjectContent,
  error: unknown,
  etag?: string,
): Promise<StoredArchive> {
  if (!(error instanceof ServiceError) || !(isAboutExisting(error) || isAboutUpload(error))) throw error
  const found = await objectAt(client, object)
  if (found === 'unseen') throw asUnseen(error)
  if (found?.size !== size) throw error
  const isSame = found.hash ? compositeOf(found.hash) === hash : etag !== undefined && found.etag === etag
  if (!isSame) throw error
  return archiveAt(object, found.versionId, hash)
}

/**
 * Checks that no object of a key exists. Without the permission to look, the check is left to the request that stores it;
 * so is a 400, as for an expired token: only the response to another request says the reason.
 *
 * @throws {ServiceError} reason `exists`: there is one
 */
export async function assertAbsent(client: BucketClient, object: KeyRequest): Promise<void> {
  const found = await objectAt(client, object).catch((error: unknown) => {
    if (!(error instanceof ServiceError && error.status === 400)) throw error
  })
  if (typeof found !== 'object') return
  const message = `${printAddress(object)} exists, and is not overwritten unless that is permitted.`
  const details = { operation: 'HeadObject', serviceCode: 'PreconditionFailed', status: 412 }
  throw new ServiceError(message, { ...details, reason: 'exists' })
}

/** A completion that would have replaced an object, and was not to: the upload can be completed with other content. */
export function asRefusal(error: unknown): unknown {
  if (!(error instanceof ServiceError && error.reason === 'exists')) return error
  const { operation, serviceCode, status, requestId } = error
  const details = { operation, serviceCode, status, requestId, cause: error }
  const message =
    'An object of this key exists, and what an earlier run was about to store does not replace it.'
  return new ServiceError(message, { ...details, reason: 'completion-refused' })
}

/**
 * Checks that the object of a key is the one that an earlier run has stored. Where nothing can be looked at, nothing is
 * checked, as in {@link assertAbsent}.
 *
 * @throws {NotFoundError} reason `object-not-found`: the key has no object
 * @throws {ServiceError} reason `object-changed`: it is another one
 */
export async function assertStored(
  client: BucketClient,
  object: KeyRequest,
  { size, hash }: ObjectContent,
): Promise<void> {
  const found = await client.headObject(object).catch((error: unknown) => {
    if (error instanceof NotFoundError)
      throw new NotFoundError(`${lostVolume(object)} is gone. ${BEGIN_AGAIN}`, {
        ...{ operation: error.operation, serviceCode: error.serviceCode, status: error.status },
        ...{ requestId: error.requestId, reason: 'object-not-found', cause: error },
      })
    if (!(error instanceof ServiceError && error.status === 400)) unlessDenied(error)
    return undefined
  })
  if (!found || (found.size === size && (!found.hash || compositeOf(found.hash) === hash))) return
  const details = { operation: 'HeadObject', serviceCode: 'PreconditionFailed', status: 412 }
  throw new ServiceError(`${lostVolume(object)} was replaced by another object. ${BEGIN_AGAIN}`, {
    ...details,
    reason: 'object-changed',
  })
}

const BEGIN_AGAIN = 'The stream cannot be resumed without it: begin a new upload of the whole source.'

function lostVolume(object: KeyRequest): string {
  return `${printAddress(object)}, which an earlier run has stored as a volume of this stream,`
}

/** Whether a request failed because an object of its key exists, or may exist soon. */
export function isAboutExisting(error: unknown): boolean {
  if (!(error instanceof ServiceError)) return false
  return error.reason === 'exists' || error.reason === 'conditional-conflict'
}

function isAboutUpload(error: unknown): boolean {
  return error instanceof ServiceError && error.reason === 'upload-not-found'
}

/** The object at a key; `undefined` if the key has no object, `unseen` if it may not be looked at. */
async function objectAt(
  client: BucketClient,
  object: KeyRequest,
): Promise<ObjectFacts | 'unseen' | undefined> {
  return client.headObject(object).catch((error: unknown) => {
    if (error instanceof NotFoundError) return undefined
    unlessDenied(error)
    return 'unseen' as const
  })
}

/** The error about an object that exists and may not be looked at. An earlier attempt may have stored it, if its response was lost. */
function asUnseen(error: ServiceError): ServiceError {
  if (error.reason !== 'exists') return error
  const { operation, serviceCode, status, requestId, reason } = error
  const message =
    'An object of this key exists, and the credentials may not look at it (s3:GetObject). If an earlier attempt had no response, ' +
    'it may be the one that this upload has stored; otherwise it is not overwritten unless that is permitted.'
  return new ServiceError(message, { operation, serviceCode, status, requestId, reason, cause: error })
}

/** Passes over a refusal: without the permission to look, nothing is known of the object. */
function unlessDenied(error: unknown): undefined {
  if (!(error instanceof AccessDeniedError)) throw error
}

/**
 * The object is stored, and could not be looked at. The failure of the look alone could mean that nothing was sent: who
 * repeats the request or gives it up must know that it was carried out.
 *
 * @throws {ServiceError} service code `IncompleteResponse`, unless the error says by itself that the request may have acted
 */
function asDoubtful(error: unknown): never {
  if (mayHaveActed(error)) throw error
  const reason = error instanceof Error ? error.message : String(error)
  const details = { operation: 'HeadObject', serviceCode: 'IncompleteResponse', cause: error }
  throw new ServiceError(`The object is stored, and its size cannot be confirmed: ${reason}`, details)
}

function archiveAt(
  object: KeyRequest,
  versionId: string | undefined,
  hash: string | undefined,
): StoredArchive {
  const archiveId = printAddress(object)
  const location = versionId === undefined ? undefined : `${archiveId}?versionId=${versionId}`
  return { archiveId, hash, location, ...(versionId !== undefined && { versionId }) }
}

/** The composite of an object. One that was stored in one request counts as a composite of one part. */
export function compositeOf(hash: ObjectHash): string {
  return toWireHash(hash.parts === undefined ? new CompositeHash().update(hash.sha256).digest() : hash)
}
