/**
 * The port to the service: what the two ways need of it, in this package's words. Ranges are half-open, sizes are
 * bytes, hashes lowercase hex, times ISO 8601. A failed call rejects with a subclass of `ServiceError`.
 *
 * A call is one request: it makes no second attempt of its own, and it ends at some time, whatever the service does.
 */
import type { Checksums } from '../tree-hash/tree-hash.js'
import type { ByteRange } from './byte-range.js'

/** What every request may say. */
export interface AccountRequest {
  /** 12 digits; default `-`, the account of the credentials. */
  readonly accountId?: string | undefined
  /** Ends the request early, with an `AbortError`. */
  readonly signal?: AbortSignal | undefined
}

/** Where a list goes on. */
export interface PageRequest {
  /** The `marker` of the page before; `undefined` for the first. */
  readonly marker?: string | undefined
  /** Rows at the most; the service gives no more than 10 vaults or 50 of anything else. */
  readonly limit?: number | undefined
}

/** Some rows of a list. A page may be short, or empty, and not be the last. */
export interface Page<Item> {
  readonly items: readonly Item[]
  /** Where the next begins; `undefined` at the end. */
  readonly marker: string | undefined
}

/** A request to one vault. */
export interface VaultRequest extends AccountRequest {
  readonly vaultName: string
}

/** A vault, with its counts as of its last inventory. */
export interface Vault {
  readonly vaultName: string
  readonly arn: string
  readonly creationDate: string
  /** `undefined` before the first inventory, as the counts are. */
  readonly lastInventoryDate: string | undefined
  readonly archiveCount: number | undefined
  /** Bytes of all archives, the service's overhead included. */
  readonly size: number | undefined
}

/** Starts a multipart upload. */
export interface InitiateRequest extends VaultRequest {
  readonly partSize: number
  /** At most 1,024 characters of 0x20-0x7E. */
  readonly description?: string | undefined
}

/** An upload that was begun. */
export interface InitiatedUpload {
  readonly uploadId: string
  /** The upload's path at the service, with the account's number; `undefined` where it gave none. */
  readonly location: string | undefined
}

/** An upload that is open at the service. */
export interface OpenUpload {
  readonly uploadId: string
  /** Bytes in each part but the last. */
  readonly partSize: number
  readonly description: string | undefined
  readonly creationDate: string
  /** 12 digits, from the ARN of the vault; `undefined` where the service gave none. */
  readonly accountId: string | undefined
}

/** A part the service has. */
export interface ListedPart extends ByteRange {
  /** Lowercase hex. */
  readonly treeHash: string
}

/** Some of the parts of an upload, and what it is. */
export interface PartsPage extends Page<ListedPart> {
  readonly upload: OpenUpload
}

/** What keeps uploads from sending more than so many bytes a second. */
export interface SendLimit {
  /** Bytes to take at once. */
  readonly taking: number
  /** Waits until these bytes may be sent. */
  take(bytes: number, signal?: AbortSignal): Promise<void>
}

/** A request to one upload. */
export interface UploadRequest extends VaultRequest {
  readonly uploadId: string
}

/** One part with both its hashes. */
export interface PartRequest extends UploadRequest, Checksums {
  readonly range: ByteRange
  /** Default: as fast as it goes. */
  readonly sendLimit?: SendLimit | undefined
  /** Not to be changed before the call settles. */
  readonly bytes: Uint8Array
}

/** Ends an upload: what the archive is to be. */
export interface CompleteRequest extends UploadRequest {
  readonly size: number
  readonly treeHash: string
}

/** A whole archive in one request. */
export interface ArchiveRequest extends VaultRequest, Checksums {
  readonly bytes: Uint8Array
  readonly description?: string | undefined
  /** Default: as fast as it goes. */
  readonly sendLimit?: SendLimit | undefined
}

/** What the service says of an archive it has just stored. */
export interface StoredArchive {
  readonly archiveId: string
  /** The tree hash the service computed; `undefined` where it gave none. */
  readonly treeHash: string | undefined
  /** The archive's path at the service. */
  readonly location: string | undefined
}

/**
 * How fast, and how dear, a retrieval is: minutes, 3-5 hours, 5-12 hours (docs/glacier-protocol.md#retrieval-tiers).
 */
export type Tier = 'Expedited' | 'Standard' | 'Bulk'

/** Starts a retrieval job. */
export interface JobStartRequest extends VaultRequest {
  /**
   * Kept with the job, at most 1,024 characters of 0x20-0x7E. A random token in it identifies the job when the answer
   * to the request is lost.
   */
  readonly description?: string | undefined
}

/** Starts the retrieval of an archive. */
export interface RetrievalRequest extends JobStartRequest {
  readonly archiveId: string
  /** What of it, on boundaries of 1 MiB or to its end; default all. */
  readonly range?: ByteRange | undefined
  /** Default: the service's, Standard. */
  readonly tier?: Tier | undefined
}

/** Names an archive. */
export interface ArchiveAddress extends VaultRequest {
  readonly archiveId: string
}

/** What of an inventory is asked for. */
export interface InventoryFilter {
  /** ISO 8601: archives created then or later; default from the first. */
  readonly startDate?: string | undefined
  /** ISO 8601: archives created before; default to the last. */
  readonly endDate?: string | undefined
}

/** How an inventory is written. */
export type InventoryFormat = 'JSON' | 'CSV'

/** Starts the retrieval of a vault's inventory. */
export interface InventoryRequest extends JobStartRequest, InventoryFilter {
  readonly format: InventoryFormat
}

/** Asks for the jobs of a vault. */
export interface JobsRequest extends VaultRequest, PageRequest {
  /** Only those that are over, or those that are not; default both. */
  readonly completed?: boolean | undefined
}

/** A request to one job. */
export interface JobRequest extends VaultRequest {
  readonly jobId: string
}

/** A retrieval job as it stands. */
export interface Job {
  readonly jobId: string
  readonly action: 'ArchiveRetrieval' | 'InventoryRetrieval' | 'Select'
  readonly status: 'InProgress' | 'Succeeded' | 'Failed'
  readonly statusMessage: string | undefined
  /** As it was given when the job was started. */
  readonly description: string | undefined
  /** ISO 8601. */
  readonly creationDate: string
  /** ISO 8601; `undefined` while it is under way. */
  readonly completionDate: string | undefined
  readonly tier: Tier | undefined
  /** The archive it retrieves; `undefined` of an inventory. */
  readonly archiveId: string | undefined
  /** Bytes of the whole archive. */
  readonly archiveSize: number | undefined
  /** Tree hash of the whole archive. */
  readonly archiveTreeHash: string | undefined
  /** What of the archive it retrieves. */
  readonly range: ByteRange | undefined
  /** Tree hash of that range; `undefined` while it is under way, or where the range is no node of the archive's tree. */
  readonly treeHash: string | undefined
  /** Bytes of an inventory; `undefined` while it is under way, or of an archive. */
  readonly inventorySize: number | undefined
  /** What of an inventory it retrieves, and how it is written. */
  readonly inventory:
    (InventoryFilter & { readonly format: InventoryFormat; readonly limited: boolean }) | undefined
}

/** Some of the jobs of a vault. */
export interface JobsPage extends Page<Job> {
  /** When the service answered, by its own clock, ISO 8601; `undefined` where it did not say. */
  readonly date?: string | undefined
}

/** Asks for a range of a job's output. */
export interface OutputRequest extends JobRequest {
  readonly range: ByteRange
  /** Bytes of the whole output, where known: an answer that states another size is rejected. */
  readonly outputSize?: number | undefined
}

/**
 * The bytes of a range, as they come. The answer says that they are of this range; how many come, and whether they
 * have the tree hash, has not been checked.
 */
export interface JobOutput {
  /** Must be read to the end, left early, or ended by the request's signal. */
  readonly body: AsyncIterable<Uint8Array>
  /** The service's tree hash of just these bytes; `undefined` where it gave none. */
  readonly treeHash: string | undefined
}

/** The service, as the upload and the retrieval need it. */
export interface VaultClient {
  createVault(request: VaultRequest): Promise<void>
  describeVault(request: VaultRequest): Promise<Vault>
  listVaults(request: AccountRequest & PageRequest): Promise<Page<Vault>>
  deleteVault(request: VaultRequest): Promise<void>
  uploadArchive(request: ArchiveRequest): Promise<StoredArchive>
  initiateUpload(request: InitiateRequest): Promise<InitiatedUpload>
  /** Resolves to the tree hash the service computed of the part; `undefined` where it gave none. */
  uploadPart(request: PartRequest): Promise<string | undefined>
  completeUpload(request: CompleteRequest): Promise<StoredArchive>
  abortUpload(request: UploadRequest): Promise<void>
  /** The parts the service has, sorted by their place. */
  listParts(request: UploadRequest & PageRequest): Promise<PartsPage>
  listUploads(request: VaultRequest & PageRequest): Promise<Page<OpenUpload>>
  /** Resolves to the job ID. Each call starts a job that costs money: `RenewableJob` makes sure that it starts one. */
  startRetrieval(request: RetrievalRequest): Promise<string>
  /** Resolves to the job ID. As for {@link startRetrieval}. */
  startInventory(request: InventoryRequest): Promise<string>
  /** The service deletes one that is deleted already as gladly. */
  deleteArchive(request: ArchiveAddress): Promise<void>
  /** By the time they were started. */
  listJobs(request: JobsRequest): Promise<JobsPage>
  describeJob(request: JobRequest): Promise<Job>
  /**
   * Rejects with the service code `UnexpectedResponse` where the answer is not of the requested range.
   */
  getJobOutput(request: OutputRequest): Promise<JobOutput>
  /** Gets fresh credentials, after the service has called the ones in use expired. */
  refreshCredentials?(signal?: AbortSignal): Promise<void>
}
