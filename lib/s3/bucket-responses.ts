/** The responses of a {@link BucketClient}. Sizes are bytes, hashes lowercase hex, times ISO 8601. */
import type { Page } from '../store/pages.js'
import type { ObjectHash } from './composite-hash.js'

/** A restore of an archived object. */
export interface RestoreState {
  /** Whether the restore is running; `false`: the restored copy can be read. */
  readonly isInProgress: boolean
  /** When the restored copy is deleted; `undefined` while the restore is running. */
  readonly expiryDate: string | undefined
}

/** An object as HeadObject describes it. */
export interface ObjectFacts {
  /** Bytes. */
  readonly size: number
  /** With its quotes. */
  readonly etag: string | undefined
  /** The version; `undefined` in a bucket without versions. */
  readonly versionId: string | undefined
  /** The storage class; `STANDARD` if the response has none. */
  readonly storageClass: string
  /** `undefined` if it cannot be read from the response. */
  readonly lastModified: string | undefined
  /** The SHA-256 of the object; `undefined` if the service has none. */
  readonly hash: ObjectHash | undefined
  /** The object's own metadata, by lowercase name. */
  readonly metadata: Readonly<Record<string, string>>
  /** The restore of an archived object; `undefined` if none was requested, or if its copy has expired. */
  readonly restore: RestoreState | undefined
  /** The archive tier of an object of INTELLIGENT_TIERING, which must be restored; `undefined` for all others. */
  readonly archiveStatus: string | undefined
  /** How the service encrypts the object, as `AES256` or `aws:kms`; absent if the response does not say it. */
  readonly encryption?: string | undefined
}

/** An object that is stored. */
export interface StoredObject {
  /** With its quotes; `undefined` if the response has none, as that of radosgw to a completion. */
  readonly etag: string | undefined
  /** The version; `undefined` in a bucket without versions. */
  readonly versionId: string | undefined
  /** The hash that the service computed; `undefined` if the response has none that is a SHA-256. */
  readonly hash: ObjectHash | undefined
}

/** A part that was sent. */
export interface SentPart {
  /** With its quotes. */
  readonly etag: string
  /** The SHA-256 that the service computed; `undefined` if the response has none. */
  readonly sha256: string | undefined
}

/** A part that the service has. */
export interface ListedPart extends SentPart {
  /** From 1. */
  readonly partNumber: number
  /** Bytes. */
  readonly size: number
}

/** A page of the parts of an upload, sorted by their numbers. */
export interface PartsPage extends Page<ListedPart> {
  /** The storage class of the upload; `STANDARD` if the response has none. */
  readonly storageClass: string
}

/** A range of an object. */
export interface ObjectRange {
  /**
   * Exactly the bytes of the range: it fails if the response has more or fewer. It must be read, and the reader must not
   * pause for the idle timeout.
   */
  readonly body: AsyncIterable<Uint8Array>
  /** The ETag of the object, with its quotes; `undefined` if the response has none. */
  readonly etag: string | undefined
  /** The version of the object; `undefined` in a bucket without versions. */
  readonly versionId: string | undefined
}

/** A part of a stored object. */
export interface ObjectPart {
  /** From 1. */
  readonly partNumber: number
  /** Bytes. */
  readonly size: number
  /** `undefined` if the service has none. */
  readonly sha256: string | undefined
}

/** A page of the parts of a stored object; none if the service has no checksums of its parts. */
export interface AttributesPage extends Page<ObjectPart> {
  /** Bytes of the object. */
  readonly size: number
  /** Without quotes, as the service states it here. */
  readonly etag: string | undefined
  /** The version; `undefined` in a bucket without versions. */
  readonly versionId: string | undefined
  /** The storage class; `STANDARD` if the response has none. */
  readonly storageClass: string
  /** The SHA-256 of the object; `undefined` if the service has none. */
  readonly hash: ObjectHash | undefined
  /** The number of parts; `undefined` if the object was stored in one request. */
  readonly parts: number | undefined
}

/** An object in a list. */
export interface ListedObject {
  /** The key. It may be one that an {@link ObjectRequest} does not accept: anyone can store objects. */
  readonly key: string
  /** Bytes. */
  readonly size: number
  /** With its quotes. */
  readonly etag: string | undefined
  /** The storage class; `STANDARD` if the response has none. */
  readonly storageClass: string
  /** `undefined` if the response has none. */
  readonly lastModified: string | undefined
}

/** An upload in a list. */
export interface ListedUpload {
  /** The key. It may be one that an {@link UploadRequest} does not accept. */
  readonly key: string
  /** The ID of the upload. */
  readonly uploadId: string
  /** When it was begun; `undefined` if the response does not say it. */
  readonly initiated: string | undefined
  /** The storage class; `STANDARD` if the response has none. */
  readonly storageClass: string
}
