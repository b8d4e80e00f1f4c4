/**
 * The client of S3: one method for each operation that this package uses. Ranges are half-open, sizes are bytes, hashes
 * lowercase hex, times ISO 8601. A failed call rejects with a subclass of `ServiceError`.
 *
 * A call is one request: it makes no second attempt of its own, and it ends at some time, whatever the service does.
 */
import type { Page, PageRequest } from '../store/pages.js'
import type {
  BucketRequest,
  CompleteRequest,
  DeleteRequest,
  GetRequest,
  NewObject,
  ObjectRequest,
  PartRequest,
  PrefixRequest,
  PutRequest,
  RestoreRequest,
  UploadRequest,
} from './bucket-requests.js'
import type {
  AttributesPage,
  ListedObject,
  ListedUpload,
  ObjectFacts,
  ObjectRange,
  PartsPage,
  SentPart,
  StoredObject,
} from './bucket-responses.js'

/** The operations of S3 that this package uses. */
export interface BucketClient {
  /**
   * Describes an object, also one that is archived. A missing object is a `NotFoundError`; so is a missing bucket, since the
   * response has no body that would distinguish them. Without the permission s3:ListBucket, the service responds 403 to both.
   */
  headObject(request: ObjectRequest): Promise<ObjectFacts>
  /** Stores an object in one request. A repeated call stores the same object again. */
  putObject(request: PutRequest): Promise<StoredObject>
  /** Begins a multipart upload whose parts have a SHA-256, and resolves to its ID. */
  createUpload(request: NewObject): Promise<string>
  /** Sends a part. A part that is sent again replaces the one before. */
  uploadPart(request: PartRequest): Promise<SentPart>
  /** Lists the parts that the service has, sorted by their numbers. */
  listParts(request: UploadRequest & PageRequest): Promise<PartsPage>
  /**
   * Completes a multipart upload: the parts become an object. The service may respond 200 before it is done, and with an
   * error in the body: that is an error here.
   */
  completeUpload(request: CompleteRequest): Promise<StoredObject>
  /** Aborts a multipart upload, and deletes its parts. */
  abortUpload(request: UploadRequest): Promise<void>
  /**
   * Fetches a range of an object. Rejects with the service code `UnexpectedResponse` if the response is not of the requested
   * range, and with the reason `not-restored` if the object is archived.
   */
  getObject(request: GetRequest): Promise<ObjectRange>
  /**
   * Starts the restore of an archived object, which costs money; or sets how long a restored copy is kept. Rejects with the
   * reason `restore-in-progress` if one is running.
   *
   * @returns whether the object is restored already
   */
  restoreObject(request: RestoreRequest): Promise<boolean>
  /** Describes an object and its parts, also if it is archived. */
  getAttributes(request: ObjectRequest & PageRequest): Promise<AttributesPage>
  /** Lists objects, sorted by their keys. */
  listObjects(request: PrefixRequest & PageRequest): Promise<Page<ListedObject>>
  /** Lists the open uploads of a bucket, sorted by their keys. */
  listUploads(request: PrefixRequest & PageRequest): Promise<Page<ListedUpload>>
  /**
   * Deletes an object, or one version of it. Without a version, in a bucket with versions, the object is only hidden. The service
   * accepts an object that is deleted already, unless the request has a condition
   * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-deletes.html).
   */
  deleteObject(request: DeleteRequest): Promise<void>
  /** Resolves to the region of a bucket; `undefined` if the response has none. */
  headBucket(request: BucketRequest): Promise<string | undefined>
  /** Gets fresh credentials, after the service has reported the current ones as expired. */
  refreshCredentials?(signal?: AbortSignal): Promise<void>
}
