/**
 * The simulated bucket, as its requests see it. It is written from the documentation of S3 and shares no code with the local
 * bucket. Where the documentation leaves the service free, the run decides.
 *
 * As of the simulated vault, a request is carried out at one moment, and the network is elsewhere. Hashes are lowercase hex,
 * times milliseconds since 1970.
 */
import type { CompletedPart } from '../../../lib/s3/bucket-requests.js'
import type { ByteRange } from '../../../lib/byte-range.js'
import type { ObjectPart, RestoreState } from '../../../lib/s3/bucket-responses.js'
import type { Tier } from '../../../lib/store/retrieval-store.js'
import type { ObjectHash } from '../../../lib/s3/composite-hash.js'

/** A request as it arrives: the process that makes it, and the key that it is about. */
export interface KeyCaller {
  /** The name of the process. */
  readonly who: string
  readonly key: string
}

/** A request to an upload as it arrives. */
export interface UploadCaller extends KeyCaller {
  readonly uploadId: string
}

/** Bytes that arrive, with the SHA-256 that the client states. */
export interface SentBytes {
  readonly bytes: Uint8Array
  readonly sha256: string
}

/** The response to a request that has stored an object. */
export interface StoredObjectResponse {
  readonly etag: string
  readonly versionId: string | undefined
  /** `undefined` if the server states none. */
  readonly hash: ObjectHash | undefined
}

/** The response to a part, and a part in a list. */
export interface PartResponse {
  readonly partNumber: number
  readonly size: number
  readonly etag: string
  /** `undefined` if the server states none. */
  readonly sha256: string | undefined
}

/** The properties of an object to store. */
export interface ObjectProperties {
  readonly metadata: Readonly<Record<string, string>>
  readonly storageClass: string
}

/** An object as HeadObject describes it. */
export interface HeadResponse extends StoredObjectResponse, ObjectProperties {
  readonly size: number
  readonly storedMs: number
  readonly archiveStatus: string | undefined
  readonly restore: RestoreState | undefined
  readonly encryption: string
}

/** A page of the parts of an object, as GetObjectAttributes describes them. ETags have no quotes there. */
export interface AttributesResponse {
  readonly items: readonly ObjectPart[]
  readonly marker: string | undefined
  readonly size: number
  readonly etag: string | undefined
  readonly versionId: string | undefined
  readonly storageClass: string
  readonly hash: ObjectHash | undefined
  readonly parts: number | undefined
}

/** A restore as it arrives. */
export interface RestoreOrder {
  /** `undefined` for INTELLIGENT_TIERING. */
  readonly days: number | undefined
  readonly tier: Tier | undefined
}

/** A request for bytes of an object as it arrives. */
export interface RangeOrder {
  readonly range: ByteRange
  readonly ifMatch: string | undefined
}

/** The bytes of a range, with facts about the object. */
export interface RangeResponse {
  readonly bytes: Uint8Array
  /** Bytes of the object. */
  readonly size: number
  readonly etag: string
  readonly versionId: string | undefined
}

/** A page of the parts of an upload. */
export interface PartsPageResponse {
  readonly items: readonly PartResponse[]
  readonly marker: string | undefined
}

/** A completion as it arrives. */
export interface Completion {
  readonly parts: readonly CompletedPart[]
  readonly hash: ObjectHash | undefined
  readonly size: number | undefined
  readonly ifAbsent: boolean
}

/** An object as it arrives in one request. */
export interface PutBody extends SentBytes, ObjectProperties {
  readonly ifAbsent: boolean
}

/** The operations that an upload and a retrieval use. Each throws a `ServiceRefusal` if the service refuses it. */
export interface BucketService {
  headObject(caller: KeyCaller): HeadResponse
  putObject(caller: KeyCaller, body: PutBody): StoredObjectResponse
  createUpload(caller: KeyCaller, properties: ObjectProperties): { readonly uploadId: string }
  uploadPart(caller: UploadCaller, partNumber: number, body: SentBytes): PartResponse
  listParts(caller: UploadCaller, marker: string | undefined, limit: number | undefined): PartsPageResponse
  completeUpload(caller: UploadCaller, completion: Completion): StoredObjectResponse
  abortUpload(caller: UploadCaller): void
  getAttributes(caller: KeyCaller, marker: string | undefined, limit: number | undefined): AttributesResponse
  restoreObject(caller: KeyCaller, order: RestoreOrder): { readonly isRestored: boolean }
  getObject(caller: KeyCaller, order: RangeOrder): RangeResponse
}
