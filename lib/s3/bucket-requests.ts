/** The requests of a {@link BucketClient}. Ranges are half-open, sizes are bytes, hashes lowercase hex, times ISO 8601. */
import type { ByteRange } from '../byte-range.js'
import type { SendLimit } from '../store/archive-store.js'
import type { Tier } from '../store/retrieval-store.js'
import type { ObjectHash } from './composite-hash.js'
import type { StorageClass } from './storage-classes.js'

/** The fields of every request. */
export interface BucketRequest {
  /** The name of the bucket, or the alias of an access point. */
  readonly bucket: string
  /** The account that must own the bucket, 12 digits; the service refuses the request otherwise. Default: any. */
  readonly expectedBucketOwner?: string | undefined
  /** Whether the requester pays, which some buckets require; default `false`. */
  readonly requesterPays?: boolean | undefined
  /** Ends the request early, with an `AbortError`. */
  readonly signal?: AbortSignal | undefined
}

/** A request to one key. */
export interface KeyRequest extends BucketRequest {
  /** The key of the object. */
  readonly key: string
}

/** A request to one object. */
export interface ObjectRequest extends KeyRequest {
  /** The version of the object; default the latest. */
  readonly versionId?: string | undefined
}

/** The lock of an object: how long no request can delete it. The bucket must have Object Lock. */
export interface ObjectLock {
  /** `GOVERNANCE`: some users may remove the lock; `COMPLIANCE`: no user can. Requires `retainUntil`. */
  readonly mode?: 'GOVERNANCE' | 'COMPLIANCE' | undefined
  /** ISO 8601. Requires `mode`. */
  readonly retainUntil?: string | undefined
  /** Whether the object is locked until the hold is removed; default: the bucket's own. */
  readonly legalHold?: boolean | undefined
}

/** The properties of an object to store. */
export interface NewObject extends KeyRequest {
  /** Default: the service's, STANDARD. */
  readonly storageClass?: StorageClass | undefined
  /** Names and values of ASCII, at most 2,048 bytes together; names are case-insensitive. Default none. */
  readonly metadata?: Readonly<Record<string, string>> | undefined
  /** At most ten; default none. */
  readonly tags?: Readonly<Record<string, string>> | undefined
  /** The ID or the ARN of the KMS key that encrypts the object; default: the encryption of the bucket. */
  readonly kmsKeyId?: string | undefined
  /** Default: that of the bucket. */
  readonly lock?: ObjectLock | undefined
  /** The media type; default: the service's, `binary/octet-stream`. */
  readonly contentType?: string | undefined
}

/** The body of a request that carries bytes of an object. */
export interface ObjectBytes {
  /** Must not change before the call settles. */
  readonly bytes: Uint8Array
  /** The SHA-256 of the bytes. It signs the request, and the service compares it. */
  readonly sha256: string
  /** Default: no limit. */
  readonly sendLimit?: SendLimit | undefined
  /** Called with the number of bytes each time some of the body is written to the connection. Default: nothing. */
  readonly onSent?: ((bytes: number) => void) | undefined
}

/** A condition of storing. */
export interface StoreCondition {
  /** Whether an existing object of this key makes the request fail, with the reason `exists`; default `false`. */
  readonly ifAbsent?: boolean | undefined
}

/** Stores an object in one request. */
export interface PutRequest extends NewObject, ObjectBytes, StoreCondition {}

/** A request to one multipart upload. */
export interface UploadRequest extends KeyRequest {
  /** The ID of the upload. */
  readonly uploadId: string
}

/** Sends one part. */
export interface PartRequest extends UploadRequest, ObjectBytes {
  /** From 1, without gaps. */
  readonly partNumber: number
}

/** A part of an upload to complete. */
export interface CompletedPart {
  /** From 1, without gaps. */
  readonly partNumber: number
  /** The ETag that UploadPart or ListParts responded. */
  readonly etag: string
  /** The SHA-256 of the part; default: none is sent, for servers that know none. */
  readonly sha256?: string | undefined
}

/** Completes an upload. */
export interface CompleteRequest extends UploadRequest, StoreCondition {
  /** All parts, in their order. */
  readonly parts: readonly CompletedPart[]
  /** The composite of the parts, which the service compares; default: none is sent. */
  readonly hash?: ObjectHash | undefined
  /** Bytes of the object, which the service compares; default: none are sent. */
  readonly size?: number | undefined
}

/** Fetches a range of an object. */
export interface GetRequest extends ObjectRequest {
  /** The range. It must lie in the object. */
  readonly range: ByteRange
  /** Bytes of the object, which the response must state; default: any. */
  readonly objectSize?: number | undefined
  /** The ETag that the object must have: another one fails with the reason `object-changed`; default: any. */
  readonly ifMatch?: string | undefined
}

/** Deletes an object. */
export interface DeleteRequest extends ObjectRequest {
  /**
   * The ETag that the object must have: another one fails with the reason `object-changed`, and a missing object is a
   * `NotFoundError`. It requires the permission s3:GetObject as well. Default: any. Some servers other than S3 ignore it.
   */
  readonly ifMatch?: string | undefined
}

/** Restores an archived object. */
export interface RestoreRequest extends ObjectRequest {
  /** How long the restored copy is kept, in days, from 1; default: none is sent, for INTELLIGENT_TIERING. */
  readonly days?: number | undefined
  /** Default: the service's, Standard. */
  readonly tier?: Tier | undefined
}

/** Lists objects or uploads. */
export interface PrefixRequest extends BucketRequest {
  /** The beginning of their keys; default: all. */
  readonly prefix?: string | undefined
}
