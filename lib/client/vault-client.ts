/**
 * The client of the vault service: one method for each operation that this package uses. Ranges are half-open, sizes are
 * bytes, hashes lowercase hex, times ISO 8601. A failed call rejects with a subclass of `ServiceError`.
 *
 * A call is one request: it makes no second attempt of its own, and it ends at some time, whatever the service does.
 */
import type {
  InitiatedUpload,
  OpenUpload,
  PartsPage,
  StoreArchiveRequest,
  StoreCompleteRequest,
  StoredArchive,
  StoreInitiateRequest,
  StorePartRequest,
  StoreRequest,
  StoreUploadRequest,
} from '../store/archive-store.js'
import type { Page, PageRequest } from '../store/pages.js'
import type {
  Job,
  JobOutput,
  JobsPage,
  StoreInventory,
  StoreJobRequest,
  StoreJobsRequest,
  StoreJobStart,
  StoreOutputRequest,
  StoreRetrieval,
} from '../store/retrieval-store.js'

/** The fields of every request. */
export interface AccountRequest extends StoreRequest {
  /** 12 digits; default `-`, the account of the credentials. */
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
  /** The ARN of the vault. */
  readonly arn: string
  /** The time of creation, ISO 8601. */
  readonly creationDate: string
  /** `undefined` before the first inventory, as the counts are. */
  readonly lastInventoryDate: string | undefined
  /** Number of archives at the last inventory. */
  readonly archiveCount: number | undefined
  /** Bytes of all archives, the service's overhead included. */
  readonly size: number | undefined
}

/** Begins a multipart upload. */
export interface InitiateRequest extends VaultRequest, StoreInitiateRequest {}

/** A request to one upload. */
export interface UploadRequest extends VaultRequest, StoreUploadRequest {}

/** Sends one part, with both its hashes. */
export interface PartRequest extends VaultRequest, StorePartRequest {}

/** Completes an upload. */
export interface CompleteRequest extends VaultRequest, StoreCompleteRequest {}

/** Stores an archive of one part in one request. */
export interface ArchiveRequest extends VaultRequest, StoreArchiveRequest {}

/** Starts a job. */
export interface JobStartRequest extends VaultRequest, StoreJobStart {}

/** Starts the retrieval of an archive. */
export interface RetrievalRequest extends VaultRequest, StoreRetrieval {}

/** Names an archive. */
export interface ArchiveAddress extends VaultRequest {
  /** The ID of the archive. */
  readonly archiveId: string
}

/** Starts the retrieval of a vault's inventory. */
export interface InventoryRequest extends VaultRequest, StoreInventory {}

/** Lists the jobs of a vault. */
export interface JobsRequest extends VaultRequest, StoreJobsRequest {}

/** A request to one job. */
export interface JobRequest extends VaultRequest, StoreJobRequest {}

/** Fetches a range of a job's output. */
export interface OutputRequest extends VaultRequest, StoreOutputRequest {}

/** The vault service, as this package needs it. */
export interface VaultClient {
  /** Creates a vault. An existing vault is left as it is. */
  createVault(request: VaultRequest): Promise<void>
  /** Describes a vault. */
  describeVault(request: VaultRequest): Promise<Vault>
  /** Lists the vaults of the account. */
  listVaults(request: AccountRequest & PageRequest): Promise<Page<Vault>>
  /** Deletes a vault, which must be empty. */
  deleteVault(request: VaultRequest): Promise<void>
  /** Stores an archive of one part. It is not idempotent: each call that is carried out stores another archive. */
  uploadArchive(request: ArchiveRequest): Promise<StoredArchive>
  /** Begins a multipart upload. */
  initiateUpload(request: InitiateRequest): Promise<InitiatedUpload>
  /** Resolves to the tree hash that the service computed of the part; `undefined` if the response has none. */
  uploadPart(request: PartRequest): Promise<string | undefined>
  /** Completes an upload: its parts become an archive. */
  completeUpload(request: CompleteRequest): Promise<StoredArchive>
  /** Aborts an upload. Its parts are deleted. */
  abortUpload(request: UploadRequest): Promise<void>
  /** Lists the parts that the service has, sorted by their start. */
  listParts(request: UploadRequest & PageRequest): Promise<PartsPage>
  /** Lists the uploads that are open. */
  listUploads(request: VaultRequest & PageRequest): Promise<Page<OpenUpload>>
  /** Resolves to the job ID. Each call starts a job that costs money: `RenewableJob` makes sure that it starts one. */
  startRetrieval(request: RetrievalRequest): Promise<string>
  /** Resolves to the job ID. As for {@link VaultClient.startRetrieval}. */
  startInventory(request: InventoryRequest): Promise<string>
  /** Deletes an archive. The service accepts an archive that is deleted already. */
  deleteArchive(request: ArchiveAddress): Promise<void>
  /** Lists jobs in the order in which they were started. */
  listJobs(request: JobsRequest): Promise<JobsPage>
  /** Describes a job. */
  describeJob(request: JobRequest): Promise<Job>
  /** Rejects with the service code `UnexpectedResponse` if the response is not of the requested range. */
  getJobOutput(request: OutputRequest): Promise<JobOutput>
  /** Gets fresh credentials, after the service has called the ones in use expired. */
  refreshCredentials?(signal?: AbortSignal): Promise<void>
}
