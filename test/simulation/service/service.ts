/**
 * The simulated service, as its requests see it. It is written from docs/glacier-protocol.md and shares no code with the
 * local vault. Where the documentation leaves the service free, the run decides.
 *
 * A request is carried out at one moment. The network is elsewhere: whether the request arrives, and whether its response
 * does, is not known here. Byte ranges are half-open, hashes lowercase hex, times milliseconds since 1970.
 */
import type { ByteRange } from '../../../lib/byte-range.js'

/** An error response. */
export class ServiceRefusal extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

/** A request as it arrives: who makes it, to which vault. */
export interface Caller {
  /** The account of the credentials. */
  readonly accountId: string
  readonly vaultName: string
}

/** Bytes that arrive, with the hashes that the client states. */
export interface Body {
  readonly bytes: Uint8Array
  readonly linearHash: string
  readonly treeHash: string
}

/** The response to a request that has stored an archive. */
export interface StoredResponse {
  readonly archiveId: string
  readonly location: string
  /** `undefined` if the service leaves it out. */
  readonly treeHash: string | undefined
}

/** A part in a list. */
export interface PartResponse extends ByteRange {
  readonly treeHash: string
}

/** An open upload in a list. */
export interface UploadResponse {
  readonly uploadId: string
  readonly description: string | undefined
  readonly partSize: number
  readonly createdMs: number
  readonly accountId: string
}

/** A page of a list. */
export interface PageResponse<Item> {
  readonly items: readonly Item[]
  readonly marker: string | undefined
}

/** A job. */
export interface JobResponse {
  readonly jobId: string
  readonly kind: 'archive' | 'inventory'
  readonly description: string | undefined
  readonly status: 'InProgress' | 'Succeeded' | 'Failed'
  readonly createdMs: number
  readonly completedMs: number | undefined
  readonly tier: 'Expedited' | 'Standard' | 'Bulk' | undefined
  readonly archiveId: string | undefined
  readonly archiveSize: number | undefined
  readonly archiveTreeHash: string | undefined
  readonly range: ByteRange | undefined
  /** The tree hash of the range, if the job is over and the range is a node of the tree. */
  readonly treeHash: string | undefined
  readonly inventorySize: number | undefined
  readonly inventoryFormat: InventoryFormat | undefined
  readonly accountId: string
}

/** The format of an inventory. */
export type InventoryFormat = 'JSON' | 'CSV'

/** A vault. */
export interface VaultResponse {
  readonly createdMs: number
  /** The time of the last inventory; `undefined` before the first. */
  readonly lastInventoryMs: number | undefined
}

/** A range of a job's output. */
export interface OutputResponse {
  readonly bytes: Uint8Array
  /** The size of the whole output. */
  readonly size: number
  /** `undefined` if the range is not a node of the tree, or of an inventory. */
  readonly treeHash: string | undefined
}

/** The operations that the library uses. Each throws a {@link ServiceRefusal} if the service refuses it. */
export interface Service {
  uploadArchive(caller: Caller, description: string | undefined, body: Body): StoredResponse
  initiateUpload(
    caller: Caller,
    partSize: number,
    description: string | undefined,
  ): { readonly uploadId: string; readonly location: string }
  uploadPart(caller: Caller, uploadId: string, range: ByteRange, body: Body): { readonly treeHash: string }
  completeUpload(caller: Caller, uploadId: string, size: number, treeHash: string): StoredResponse
  abortUpload(caller: Caller, uploadId: string): void
  listParts(
    caller: Caller,
    uploadId: string,
    marker: string | undefined,
    limit: number | undefined,
  ): PageResponse<PartResponse> & { readonly upload: UploadResponse }
  listUploads(
    caller: Caller,
    marker: string | undefined,
    limit: number | undefined,
  ): PageResponse<UploadResponse>
  deleteArchive(caller: Caller, archiveId: string): void
  startRetrieval(
    caller: Caller,
    order: {
      readonly archiveId: string
      readonly range: ByteRange | undefined
      readonly tier: JobResponse['tier']
      readonly description: string | undefined
    },
  ): { readonly jobId: string }
  /** @param format - default JSON */
  startInventory(
    caller: Caller,
    description: string | undefined,
    format?: InventoryFormat,
  ): { readonly jobId: string }
  /** @param completed - only jobs that are over, or only those that are not; default both */
  listJobs(
    caller: Caller,
    marker: string | undefined,
    limit: number | undefined,
    completed?: boolean,
  ): PageResponse<JobResponse>
  describeJob(caller: Caller, jobId: string): JobResponse
  jobOutput(caller: Caller, jobId: string, range: ByteRange | undefined): OutputResponse
  describeVault(caller: Caller): VaultResponse
}
