/** The adapter of the {@link BucketClient} to the AWS SDK: each call is one of the SDK's commands. */
import type { RequestOptions } from '../../client/request-options.js'
import { optional, SIGNAL } from '../../options/rules.js'
import { systemClock, type Clock } from '../../runtime/clock.js'
import type { Page, PageRequest } from '../../store/pages.js'
import type { BucketClient } from '../bucket-client.js'
import type * as Request from '../bucket-requests.js'
import type * as Response from '../bucket-responses.js'
import type { S3ClientLike, S3ClientSettings } from './s3-client-like.js'
import { BucketConnection, type LoadSdk } from './bucket-connection.js'
import * as lists from './operations/list-operations.js'
import * as objects from './operations/object-operations.js'
import * as uploads from './operations/upload-operations.js'

const OPTIONAL_SIGNAL = optional(SIGNAL)

/** A {@link BucketClient} over the AWS SDK, as `s3Client` makes it. */
export class SdkBucketClient implements BucketClient, Disposable, AsyncDisposable {
  readonly #connection: BucketConnection

  /** @internal */
  constructor(
    source: S3ClientLike | S3ClientSettings,
    options: RequestOptions,
    clock: Clock = systemClock,
    loadSdk?: LoadSdk,
  ) {
    this.#connection = new BucketConnection(source, options, clock, loadSdk)
  }

  /**
   * The connection, for a diagnosis.
   *
   * @internal
   */
  get connection(): BucketConnection {
    return this.#connection
  }

  /** Closes the connections of a client that was made here. A client of the caller is not changed. */
  destroy(): void {
    this.#connection.destroy()
  }

  /** The same as {@link SdkBucketClient.destroy}. */
  [Symbol.dispose](): void {
    this.destroy()
  }

  /** The same as {@link SdkBucketClient.destroy}. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.destroy()
  }

  /**
   * The region that requests go to.
   *
   * @throws {ServiceError} `ERR_SERVICE`: no region is set
   */
  region(): Promise<string> {
    return this.#connection.region()
  }

  /**
   * The endpoint that requests go to, from the client's configuration, the environment or the AWS configuration files:
   * the origin and the base path, without the bucket and without a slash at the end; `undefined` if it is the service's
   * own. Makes no request and needs no credentials.
   *
   * @throws {ServiceError} `ERR_SERVICE`: the configuration has no valid endpoint
   */
  endpoint(): Promise<string | undefined> {
    return this.#connection.endpoint()
  }

  async refreshCredentials(signal?: AbortSignal): Promise<void> {
    OPTIONAL_SIGNAL(signal, 'signal', 'refreshCredentials')
    return this.#connection.refreshCredentials(signal)
  }

  headObject(request: Request.ObjectRequest): Promise<Response.ObjectFacts> {
    return objects.headObject(this.#connection, request)
  }

  putObject(request: Request.PutRequest): Promise<Response.StoredObject> {
    return objects.putObject(this.#connection, request)
  }

  createUpload(request: Request.NewObject): Promise<string> {
    return uploads.createUpload(this.#connection, request)
  }

  uploadPart(request: Request.PartRequest): Promise<Response.SentPart> {
    return uploads.uploadPart(this.#connection, request)
  }

  listParts(request: Request.UploadRequest & PageRequest): Promise<Response.PartsPage> {
    return uploads.listParts(this.#connection, request)
  }

  completeUpload(request: Request.CompleteRequest): Promise<Response.StoredObject> {
    return uploads.completeUpload(this.#connection, request)
  }

  abortUpload(request: Request.UploadRequest): Promise<void> {
    return uploads.abortUpload(this.#connection, request)
  }

  getObject(request: Request.GetRequest): Promise<Response.ObjectRange> {
    return objects.getObject(this.#connection, request)
  }

  restoreObject(request: Request.RestoreRequest): Promise<boolean> {
    return objects.restoreObject(this.#connection, request)
  }

  getAttributes(request: Request.ObjectRequest & PageRequest): Promise<Response.AttributesPage> {
    return lists.getAttributes(this.#connection, request)
  }

  listObjects(request: Request.PrefixRequest & PageRequest): Promise<Page<Response.ListedObject>> {
    return lists.listObjects(this.#connection, request)
  }

  listUploads(request: Request.PrefixRequest & PageRequest): Promise<Page<Response.ListedUpload>> {
    return lists.listUploads(this.#connection, request)
  }

  deleteObject(request: Request.DeleteRequest): Promise<void> {
    return objects.deleteObject(this.#connection, request)
  }

  headBucket(request: Request.BucketRequest): Promise<string | undefined> {
    return objects.headBucket(this.#connection, request)
  }
}
