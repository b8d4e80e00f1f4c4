/**
 * The client of the vault service: one method for each operation that this package uses. Ranges are half-open, sizes are
 * bytes, hashes lowercase hex, times ISO 8601. A failed call rejects with a subclass of `ServiceError`.
 *
 * A call is one request: it makes no second attempt of its own, and it ends at some time, whatever the service does.
 */
import type { ByteRange } from '../byte-range.js'
import type {
  InitiatedUpload,
  OpenUpload,
  StoreArchiveRequest,
  StoreInitiateRequest,
  StorePartRequest,
  StoreRequest,
  StoreUploadRequest,
} from '../store/archive-store.js'
import type { Page, PageRequest } from '../store/pages.js'
import type {
  Job,
  StoreInventory,
  StoreJobRequest,
  StoreJobsRequest,
  StoreJobStart,
  StoreOutputRequest,
  StoreRetrieval,
} from '../store/retrieval-store.js'
import type { Checksums } from '../tree-hash/tree-hash.js'

/** The fields of every request. */
export interface AccountRequest extends StoreRequest {
  /** The ID of the account, 12 digits; default `-`, the account of the credentials. */
  readonly accountId?: string | undefined
}

/** A request to one vault. */
export interface VaultRequest extends AccountRequest {
  /** The name of the vault. */
  readonly vaultName: string
}

/** A vault, with its counts as of its last inventory. */
export interface Vault {
  /** The name of the vault. */
  readonly vaultName: string
  /** The ARN of the vault, which contains its account. */
  readonly arn: string
  /** The time of its creation, ISO 8601. */
  readonly creationDate: string
  /** The time of the last inventory, ISO 8601; `undefined` before the first one. */
  readonly lastInventoryDate: string | undefined
  /** The number of archives as of the last inventory; `undefined` before the first one. */
  readonly archiveCount: number | undefined
  /** Bytes of all archives as of the last inventory, with the service's overhead; `undefined` before the first one. */
  readonly size: number | undefined
}

/** A request to begin a multipart upload. */
export interface InitiateRequest extends VaultRequest, Omit<StoreInitiateRequest, 'volume'> {}

/** A request to one upload. */
export interface UploadRequest extends VaultRequest, StoreUploadRequest {}

/** A request to send one part, with both its hashes. */
export interface PartRequest extends VaultRequest, Omit<StorePartRequest, 'hash' | 'index'>, Checksums {}

/** A request to complete an upload. */
export interface CompleteRequest extends VaultRequest, StoreUploadRequest {
  /** Bytes of the archive. */
  readonly size: number
  /** The tree hash of the archive. */
  readonly treeHash: string
}

/** The response of the service that has stored an archive. */
export interface VaultArchive {
  /** The ID of the archive. */
  readonly archiveId: string
  /** The tree hash that the service computed; `undefined` if the response has none. */
  readonly treeHash: string | undefined
  /** The archive's path at the service. */
  readonly location: string | undefined
}

/** A part of an upload that the service has. */
export interface VaultPart extends ByteRange {
  /** Lowercase hex. */
  readonly treeHash: string
}

/** Some of the parts of an upload, and the upload itself. */
export interface VaultPartsPage extends Page<VaultPart> {
  /** The upload. */
  readonly upload: OpenUpload
}

/** A request to store an archive of one part. */
export interface ArchiveRequest
  extends VaultRequest, Omit<StoreArchiveRequest, 'hash' | 'volume'>, Checksums {}

/** A request to start a job. */
export interface JobStartRequest extends VaultRequest, StoreJobStart {}

/** A request to start the retrieval of an archive. */
export interface RetrievalRequest extends VaultRequest, StoreRetrieval {}

/** A request to one archive. */
export interface ArchiveAddress extends VaultRequest {
  /** The ID of the archive. */
  readonly archiveId: string
}

/** A request to start the retrieval of an inventory. */
export interface InventoryRequest extends VaultRequest, StoreInventory {}

/** A request to list the jobs of a vault. */
export interface JobsRequest extends VaultRequest, Omit<StoreJobsRequest, 'archiveId'> {}

/** A request to one job. */
export interface JobRequest extends VaultRequest, StoreJobRequest {}

/** A request to fetch a range of a job's output. */
export interface OutputRequest extends VaultRequest, StoreOutputRequest {}

/** A job of a vault as it stands. */
export interface VaultJob extends Omit<Job, 'archiveHash' | 'hash'> {
  /** Tree hash of the whole archive. */
  readonly archiveTreeHash: string | undefined
  /** Tree hash of the range; `undefined` while in progress, or if the range is not a node of the archive's tree. */
  readonly treeHash: string | undefined
}

/** Some of the jobs of a vault. */
export interface VaultJobsPage extends Page<VaultJob> {
  /** The time of the response by the service's clock, ISO 8601; `undefined` if the response has none. */
  readonly date?: string | undefined
}

/** The bytes of a range of a job's output, as they arrive. Neither their number nor their tree hash has been checked. */
export interface VaultJobOutput {
  /** Must be read to the end, left early, or ended by the request's signal. */
  readonly body: AsyncIterable<Uint8Array>
  /** The service's tree hash of exactly these bytes; `undefined` if the response has none. */
  readonly treeHash: string | undefined
}

/** The operations of the vault service that this package uses. */
export interface VaultClient {
  /** Creates a vault. The service accepts a vault that exists. */
  createVault(request: VaultRequest): Promise<void>
  /** Describes a vault. */
  describeVault(request: VaultRequest): Promise<Vault>
  /** Lists the vaults of an account. */
  listVaults(request: AccountRequest & PageRequest): Promise<Page<Vault>>
  /** Deletes a vault. The service refuses a vault that is not empty. */
  deleteVault(request: VaultRequest): Promise<void>
  /** Stores an archive of one part. It is not idempotent: each call that is carried out stores another archive. */
  uploadArchive(request: ArchiveRequest): Promise<VaultArchive>
  /** Begins a multipart upload. */
  initiateUpload(request: InitiateRequest): Promise<InitiatedUpload>
  /** Sends a part. Resolves to the tree hash that the service computed of it; `undefined` if the response has none. */
  uploadPart(request: PartRequest): Promise<string | undefined>
  /** Completes a multipart upload: the parts become an archive. */
  completeUpload(request: CompleteRequest): Promise<VaultArchive>
  /** Aborts a multipart upload, and deletes its parts. */
  abortUpload(request: UploadRequest): Promise<void>
  /** Lists the parts that the service has, sorted by their start. */
  listParts(request: UploadRequest & PageRequest): Promise<VaultPartsPage>
  /** Lists the open uploads of a vault. */
  listUploads(request: VaultRequest & PageRequest): Promise<Page<OpenUpload>>
  /** Starts the retrieval of an archive, and resolves to the job ID. Each call starts a job that costs money. */
  startRetrieval(request: RetrievalRequest): Promise<string>
  /** Starts the retrieval of an inventory, and resolves to the job ID. Each call starts a job. */
  startInventory(request: InventoryRequest): Promise<string>
  /** Deletes an archive. The service accepts an archive that is deleted already. */
  deleteArchive(request: ArchiveAddress): Promise<void>
  /** Lists jobs in the order in which they were started. */
  listJobs(request: JobsRequest): Promise<VaultJobsPage>
  /** Describes a job. */
  describeJob(request: JobRequest): Promise<VaultJob>
  /**
   * Fetches a range of a job's output. Rejects with the service code `UnexpectedResponse` if the response is not of the
   * requested range.
   */
  getJobOutput(request: OutputRequest): Promise<VaultJobOutput>
  /** Gets fresh credentials, after the service has reported the current ones as expired. */
  refreshCredentials?(signal?: AbortSignal): Promise<void>
}
