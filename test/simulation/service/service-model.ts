/**
 * The model of the service. It is written from docs/glacier-protocol.md and shares no code with the local vault. The
 * freedoms that the documentation leaves are decisions of the run: docs/glacier-protocol.md says where.
 *
 * The content and the history of requests are public, for the invariants.
 */
import type { ByteRange } from '../../../lib/byte-range.js'
import type { World } from '../world/world.js'
import { ACCOUNT, OTHER_ACCOUNT, VAULT } from './accounts.js'
import { deleteArchive, uploadArchive } from './archives.js'
import { RequestHistory } from './history.js'
import { lastInventoryMs } from './inventories.js'
import * as jobs from './jobs.js'
import { ServiceContext } from './service-context.js'
import type * as Api from './service.js'
import type { Archive, Job, Upload } from './stored.js'
import * as uploads from './uploads.js'

/** The simulated service, with one vault; by choice, another account has a vault of the same name. */
export class ServiceModel implements Api.Service {
  readonly history: RequestHistory
  readonly #context: ServiceContext

  constructor(world: World) {
    this.history = new RequestHistory(world)
    this.#context = new ServiceContext(world, this.history)
    this.addVault(ACCOUNT, VAULT)
    if (world.faults.rate('other-account') > 0 && world.choices.happens('service/other-vault', 0.7))
      this.addVault(OTHER_ACCOUNT, VAULT)
  }

  /** All archives that were ever stored, by their IDs; deleted ones have a time of deletion. */
  get archives(): ReadonlyMap<string, Readonly<Archive>> {
    return this.#context.archives
  }

  /** All uploads that were ever begun, by their IDs. */
  get uploads(): ReadonlyMap<string, Readonly<Upload>> {
    return this.#context.uploads
  }

  /** All jobs that were ever started, by their IDs. */
  get jobs(): ReadonlyMap<string, Readonly<Job>> {
    return this.#context.jobs
  }

  /** Adds a vault. */
  addVault(accountId: string, vaultName: string): void {
    const createdMs = this.#context.nowMs
    this.#context.vaults.push({ accountId, vaultName, createdMs, firstInventoryMs: undefined })
  }

  uploadArchive(caller: Api.Caller, description: string | undefined, body: Api.Body): Api.StoredResponse {
    return uploadArchive(this.#context, caller, description, body)
  }

  initiateUpload(
    caller: Api.Caller,
    partSize: number,
    description: string | undefined,
  ): { readonly uploadId: string; readonly location: string } {
    const { uploadId } = uploads.initiateUpload(this.#context, caller, partSize, description)
    return { uploadId, location: uploads.locationOf(caller, `multipart-uploads/${uploadId}`) }
  }

  uploadPart(
    caller: Api.Caller,
    uploadId: string,
    range: ByteRange,
    body: Api.Body,
  ): { readonly treeHash: string } {
    return uploads.uploadPart(this.#context, caller, uploadId, range, body)
  }

  completeUpload(caller: Api.Caller, uploadId: string, size: number, treeHash: string): Api.StoredResponse {
    return uploads.completeUpload(this.#context, caller, uploadId, size, treeHash)
  }

  abortUpload(caller: Api.Caller, uploadId: string): void {
    uploads.abortUpload(this.#context, caller, uploadId)
  }

  listParts(
    caller: Api.Caller,
    uploadId: string,
    marker: string | undefined,
    limit: number | undefined,
  ): Api.PageResponse<Api.PartResponse> & { readonly upload: Api.UploadResponse } {
    return uploads.listParts(this.#context, caller, uploadId, marker, limit)
  }

  listUploads(
    caller: Api.Caller,
    marker: string | undefined,
    limit: number | undefined,
  ): Api.PageResponse<Api.UploadResponse> {
    return uploads.listUploads(this.#context, caller, marker, limit)
  }

  deleteArchive(caller: Api.Caller, archiveId: string): void {
    deleteArchive(this.#context, caller, archiveId)
  }

  startRetrieval(
    caller: Api.Caller,
    order: Parameters<Api.Service['startRetrieval']>[1],
  ): { readonly jobId: string } {
    const { jobId } = jobs.startRetrieval(this.#context, caller, order)
    return { jobId }
  }

  startInventory(
    caller: Api.Caller,
    description: string | undefined,
    format?: Api.InventoryFormat,
  ): { readonly jobId: string } {
    const { jobId } = jobs.startInventory(this.#context, caller, description, format)
    return { jobId }
  }

  listJobs(
    caller: Api.Caller,
    marker: string | undefined,
    limit: number | undefined,
    completed?: boolean,
  ): Api.PageResponse<Api.JobResponse> {
    return jobs.listJobs(this.#context, caller, marker, limit, completed)
  }

  describeJob(caller: Api.Caller, jobId: string): Api.JobResponse {
    return jobs.describeJob(this.#context, caller, jobId)
  }

  jobOutput(caller: Api.Caller, jobId: string, range: ByteRange | undefined): Api.OutputResponse {
    return jobs.jobOutput(this.#context, caller, jobId, range)
  }

  describeVault(caller: Api.Caller): Api.VaultResponse {
    const { createdMs } = this.#context.vaultOf(caller)
    return { createdMs, lastInventoryMs: lastInventoryMs(this.#context, caller) }
  }
}
