/**
 * The port of an upload: what it needs of a store. A vault is one; see vault/vault-store.ts. Ranges are half-open, sizes
 * are bytes, hashes lowercase hex, times ISO 8601. A failed call rejects with a subclass of `ServiceError`.
 *
 * A call is one request: it makes no second attempt of its own, and it ends at some time, whatever the service does.
 */
import type { ByteRange } from '../byte-range.js'
import type { ServiceError } from '../errors.js'
import type { HashScheme } from './hash-scheme.js'
import type { StoreLimits } from './limits.js'
import type { Page, PageRequest } from './pages.js'

/** A request to a store. */
export interface StoreRequest {
  /** Ends the request early, with an `AbortError`. */
  readonly signal?: AbortSignal | undefined
}

/** Limits the rate at which uploads send. */
export interface SendLimit {
  /** Bytes to take at once. */
  readonly chunkSize: number
  /** Waits until these bytes may be sent. */
  take(bytes: number, signal?: AbortSignal): Promise<void>
}

/** The body of a request that carries bytes of an archive. */
export interface StoreBody {
  /** Must not change before the call settles. */
  readonly bytes: Uint8Array
  /** SHA-256 of the bytes, by which a request is signed. */
  readonly linearHash: string
  /** The hash of the part, by the algorithm of the store. */
  readonly hash: string
  /** Default: no limit. */
  readonly sendLimit?: SendLimit | undefined
  /** Called with the number of bytes each time some of the body is written to the connection. Default: nothing. */
  readonly onSent?: ((bytes: number) => void) | undefined
}

/** Begins a multipart upload. */
export interface StoreInitiateRequest extends StoreRequest {
  /** Bytes in each part but the last. */
  readonly partSize: number
  /** At most 1,024 characters of 0x20-0x7E. */
  readonly description?: string | undefined
  /** The number of the volume in its stream, from 1; default 1. */
  readonly volume?: number | undefined
}

/** An upload that was begun. */
export interface InitiatedUpload {
  /** The ID of the upload. */
  readonly uploadId: string
  /** The upload's path at the service, with the account's number; `undefined` if the response has none. */
  readonly location: string | undefined
}

/** A request to one upload. */
export interface StoreUploadRequest extends StoreRequest {
  /** The ID of the upload. */
  readonly uploadId: string
}

/** Sends one part, with its hashes. */
export interface StorePartRequest extends StoreUploadRequest, StoreBody {
  /** The number of the part in the archive, from 0. */
  readonly index: number
  /** The range of the part in the archive. */
  readonly range: ByteRange
}

/** Completes an upload. */
export interface StoreCompleteRequest extends StoreUploadRequest {
  /** Bytes of the archive. */
  readonly size: number
  /** The hash of the archive. */
  readonly hash: string
  /**
   * Whether another archive that exists is kept also where it may be replaced: the completion then fails as one whose
   * content is refused. Default false.
   */
  readonly keepsExisting?: boolean | undefined
}

/** Stores an archive of one part in one request. */
export interface StoreArchiveRequest extends StoreRequest, StoreBody {
  /** The description of the archive; default none. */
  readonly description?: string | undefined
  /** The number of the volume in its stream, from 1; default 1. */
  readonly volume?: number | undefined
}

/** The response of a store that has stored an archive. */
export interface StoredArchive {
  /** The ID of the archive. */
  readonly archiveId: string
  /** The hash that the service computed; `undefined` if the response has none. */
  readonly hash: string | undefined
  /** The archive's path at the service. */
  readonly location: string | undefined
  /** The version of the object that is the archive; absent if the store has no versions. */
  readonly versionId?: string | undefined
  /**
   * Whether another request has stored this archive, and the upload that was to be completed may be open: its owner aborts
   * it. Default false.
   */
  readonly leavesUpload?: boolean | undefined
}

/** Lists the parts of an upload. */
export interface StorePartsRequest extends StoreUploadRequest, PageRequest {
  /** Bytes in each part but the last, if they are known: a store may have only the numbers of parts. */
  readonly partSize?: number | undefined
}

/** The facts of an upload that is open, as far as the store has them. */
export interface FoundUpload {
  /** Bytes in each part but the last; `undefined` if the store does not know them. */
  readonly partSize: number | undefined
  /** The description of the archive; `undefined` if it has none, or if the store does not know it. */
  readonly description: string | undefined
}

/** An upload that is open at the service. */
export interface OpenUpload {
  /** The ID of the upload. */
  readonly uploadId: string
  /** Bytes in each part but the last. */
  readonly partSize: number
  /** The description of the archive; `undefined` if it has none. */
  readonly description: string | undefined
  /** The time of creation, ISO 8601. */
  readonly creationDate: string
  /** 12 digits, from the ARN of the vault; `undefined` if the response has none. */
  readonly accountId: string | undefined
}

/** A part that the service has. */
export interface ListedPart extends ByteRange {
  /** By the algorithm of the store; empty if the store does not know it: then the part counts as another one. */
  readonly hash: string
}

/** Some of the parts of an upload, and the upload itself. */
export interface PartsPage extends Page<ListedPart> {
  /** The upload. */
  readonly upload: FoundUpload
}

/** The position of a later volume in its stream. */
export interface VolumeMark {
  /** The number of the volume, from 2. */
  readonly volume: number
  /** The archive ID of the first volume. */
  readonly firstVolume: string
}

/** Looks for a volume that an earlier run has stored. */
export interface StoreVolumeRequest extends StoreRequest {
  /** The number of the volume in its stream, from 1. */
  readonly volume: number
  /** Bytes. */
  readonly size: number
  /** The hash of the archive. */
  readonly hash: string
}

/** A store of archives, as an upload needs it. */
export interface ArchiveStore {
  /** The limits of the store. */
  readonly limits: StoreLimits
  /** The hashes of the store. */
  readonly hashes: HashScheme
  /** Milliseconds without activity after which an upload is kept alive by a part that is sent again; `Infinity` if uploads do not expire. */
  readonly keepAliveMs: number
  /** The name of the vault, which archives and records carry. */
  readonly vaultName: string
  /**
   * Whether an archive that is stored again takes the place of the first, so that a request without a response may be
   * repeated. Otherwise each request that is carried out stores another archive.
   */
  readonly replacesArchives: boolean
  /** Stores an archive of one part. */
  uploadArchive(request: StoreArchiveRequest): Promise<StoredArchive>
  /** Begins a multipart upload. */
  initiateUpload(request: StoreInitiateRequest): Promise<InitiatedUpload>
  /** Resolves to the hash that the service computed of the part; `undefined` if the response has none. */
  uploadPart(request: StorePartRequest): Promise<string | undefined>
  /** Completes an upload: its parts become an archive. */
  completeUpload(request: StoreCompleteRequest): Promise<StoredArchive>
  /** Whether a completion failed because the parts at the service do not have the size and hash that it states. */
  isContentRefusal(error: unknown): error is ServiceError
  /** Aborts an upload. Its parts are deleted. */
  abortUpload(request: StoreUploadRequest): Promise<void>
  /** Lists the parts that the service has, sorted by their start. */
  listParts(request: StorePartsRequest): Promise<PartsPage>
  /**
   * Checks that a volume of an earlier run is still there, before its stream is resumed. Absent in a store in which an archive
   * is never replaced.
   *
   * @throws {NotFoundError} `ERR_NOT_FOUND`: it is gone
   * @throws {ServiceError} `ERR_SERVICE`, reason `object-changed`: another archive is in its place
   */
  assertStored?(request: StoreVolumeRequest): Promise<void>
  /** Makes the description of a later volume from that of the first. */
  describeVolume(firstDescription: string | undefined, mark: VolumeMark): string
  /** Reads the mark from a description that {@link ArchiveStore.describeVolume} made; `undefined` for any other. */
  markIn(description: string | undefined): VolumeMark | undefined
  /** Gets fresh credentials, after the service has called the ones in use expired. */
  refreshCredentials?(signal?: AbortSignal): Promise<void>
}
