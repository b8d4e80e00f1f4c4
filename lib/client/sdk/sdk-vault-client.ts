/** The adapter of the {@link VaultClient} to the AWS SDK: each call is one of the SDK's commands. */
import { optional, SIGNAL } from '../../options/rules.js'
import { systemClock, type Clock } from '../../runtime/clock.js'
import type { InitiatedUpload, OpenUpload } from '../../store/archive-store.js'
import type { Page, PageRequest } from '../../store/pages.js'
import type { GlacierClientLike, GlacierClientSettings } from '../glacier-client-like.js'
import type { RequestOptions } from '../request-options.js'
import type * as Client from '../vault-client.js'
import * as jobs from './operations/job-operations.js'
import * as uploads from './operations/upload-operations.js'
import * as vaults from './operations/vault-operations.js'
import { SdkConnection } from './sdk-connection.js'

const OPTIONAL_SIGNAL = optional(SIGNAL)

/** A {@link Client.VaultClient} over the AWS SDK, as `glacierClient` makes it. */
export class SdkVaultClient implements Client.VaultClient, Disposable, AsyncDisposable {
  readonly #connection: SdkConnection

  /** @internal */
  constructor(
    source: GlacierClientLike | GlacierClientSettings,
    options: RequestOptions,
    clock: Clock = systemClock,
  ) {
    this.#connection = new SdkConnection(source, options, clock)
  }

  /**
   * The connection, for a diagnosis.
   *
   * @internal
   */
  get connection(): SdkConnection {
    return this.#connection
  }

  /** Closes the connections of a client that was made here. A client of the caller is not changed. */
  destroy(): void {
    this.#connection.destroy()
  }

  /** The same as {@link SdkVaultClient.destroy}. */
  [Symbol.dispose](): void {
    this.destroy()
  }

  /** The same as {@link SdkVaultClient.destroy}. */
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
   * the origin and the base path, without a slash at the end; `undefined` if it is the service's own. Makes no request
   * and needs no credentials.
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

  createVault(request: Client.VaultRequest): Promise<void> {
    return vaults.createVault(this.#connection, request)
  }

  describeVault(request: Client.VaultRequest): Promise<Client.Vault> {
    return vaults.describeVault(this.#connection, request)
  }

  listVaults(request: Client.AccountRequest & PageRequest): Promise<Page<Client.Vault>> {
    return vaults.listVaults(this.#connection, request)
  }

  deleteVault(request: Client.VaultRequest): Promise<void> {
    return vaults.deleteVault(this.#connection, request)
  }

  deleteArchive(request: Client.ArchiveAddress): Promise<void> {
    return vaults.deleteArchive(this.#connection, request)
  }

  uploadArchive(request: Client.ArchiveRequest): Promise<Client.VaultArchive> {
    return uploads.uploadArchive(this.#connection, request)
  }

  initiateUpload(request: Client.InitiateRequest): Promise<InitiatedUpload> {
    return uploads.initiateUpload(this.#connection, request)
  }

  uploadPart(request: Client.PartRequest): Promise<string | undefined> {
    return uploads.uploadPart(this.#connection, request)
  }

  completeUpload(request: Client.CompleteRequest): Promise<Client.VaultArchive> {
    return uploads.completeUpload(this.#connection, request)
  }

  abortUpload(request: Client.UploadRequest): Promise<void> {
    return uploads.abortUpload(this.#connection, request)
  }

  listParts(request: Client.UploadRequest & PageRequest): Promise<Client.VaultPartsPage> {
    return uploads.listParts(this.#connection, request)
  }

  listUploads(request: Client.VaultRequest & PageRequest): Promise<Page<OpenUpload>> {
    return uploads.listUploads(this.#connection, request)
  }

  startRetrieval(request: Client.RetrievalRequest): Promise<string> {
    return jobs.startRetrieval(this.#connection, request)
  }

  startInventory(request: Client.InventoryRequest): Promise<string> {
    return jobs.startInventory(this.#connection, request)
  }

  listJobs(request: Client.JobsRequest): Promise<Client.VaultJobsPage> {
    return jobs.listJobs(this.#connection, request)
  }

  describeJob(request: Client.JobRequest): Promise<Client.VaultJob> {
    return jobs.describeJob(this.#connection, request)
  }

  getJobOutput(request: Client.OutputRequest): Promise<Client.VaultJobOutput> {
    return jobs.getJobOutput(this.#connection, request)
  }
}
