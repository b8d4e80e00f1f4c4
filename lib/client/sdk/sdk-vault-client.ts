/**
 * The port's one adapter: each call of the port as one of the SDK's commands.
 */
import type * as Sdk from '@aws-sdk/client-glacier'
import { optional, SIGNAL } from '../../options/rules.js'
import type { Readable } from '../../streams/node-streams.js'
import { toContentRange, toRangeHeader } from '../../glacier/range-format.js'
import { toInclusive } from '../../byte-range.js'
import type { GlacierClientLike, GlacierClientSettings } from '../glacier-client-like.js'
import { assertOutputAnswer, dateOf } from './output-response.js'
import { accountOf, addressOf, type Address } from '../request-rules.js'
import { observingResponse, type ResponseFacts } from './response-facts.js'
import type { RequestOptions } from '../request-options.js'
import { SdkConnection } from './sdk-connection.js'
import type * as Port from '../vault-client.js'
import type { InitiatedUpload, OpenUpload, PartsPage, StoredArchive } from '../../store/archive-store.js'
import type { Page, PageRequest } from '../../store/pages.js'
import type { Job, JobOutput, JobsPage } from '../../store/retrieval-store.js'
import {
  markerOf,
  pageOf,
  present,
  toJob,
  toListedPart,
  toOpenUpload,
  toStoredArchive,
  toVault,
} from './wire.js'

const IF_SIGNAL = optional(SIGNAL)

/** A {@link Port.VaultClient} over the AWS SDK, as `glacierClient` makes it. */
export class SdkVaultClient implements Port.VaultClient, Disposable, AsyncDisposable {
  readonly #connection: SdkConnection

  constructor(source: GlacierClientLike | GlacierClientSettings, options: RequestOptions) {
    this.#connection = new SdkConnection(source, options)
  }

  /** Closes the connections of a client made here; one the caller owns is left alone. */
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
   * The region requests go to.
   *
   * @throws {ServiceError} `ERR_SERVICE`: none is set
   */
  region(): Promise<string> {
    return this.#connection.region()
  }

  /**
   * The endpoint requests go to, where it is not the service's own: from the client's configuration, the environment
   * or the AWS configuration files. The origin and the base path, without a slash at the end. Makes no request and
   * needs no credentials.
   *
   * @throws {ServiceError} `ERR_SERVICE`: the configuration names none that can be used
   */
  endpoint(): Promise<string | undefined> {
    return this.#connection.endpoint()
  }

  async refreshCredentials(signal?: AbortSignal): Promise<void> {
    IF_SIGNAL(signal, 'signal', 'refreshCredentials')
    return this.#connection.refreshCredentials(signal)
  }

  /** Creates a vault. An existing vault is left as it is. */
  async createVault(request: Port.VaultRequest): Promise<void> {
    const input = addressOf('createVault', request)
    await this.#connection.call('CreateVault', request, (sdk) => new sdk.CreateVaultCommand(input))
  }

  /** Describes a vault. */
  async describeVault(request: Port.VaultRequest): Promise<Port.Vault> {
    const input = addressOf('describeVault', request)
    return toVault(
      await this.#connection.call('DescribeVault', request, (sdk) => new sdk.DescribeVaultCommand(input)),
    )
  }

  /** Lists the vaults of the account. */
  async listVaults(request: Port.AccountRequest & PageRequest): Promise<Page<Port.Vault>> {
    const input = { ...accountOf('listVaults', request), ...pageOf(request) }
    const output = await this.#connection.call(
      'ListVaults',
      request,
      (sdk) => new sdk.ListVaultsCommand(input),
    )
    return { items: (output.VaultList ?? []).map(toVault), marker: markerOf(output) }
  }

  /** Deletes a vault, which must be empty. */
  async deleteVault(request: Port.VaultRequest): Promise<void> {
    const input = addressOf('deleteVault', request)
    await this.#connection.call('DeleteVault', request, (sdk) => new sdk.DeleteVaultCommand(input))
  }

  async uploadArchive(request: Port.ArchiveRequest): Promise<StoredArchive> {
    const input = { ...addressOf('uploadArchive', request), archiveDescription: request.description }
    return toStoredArchive(
      'UploadArchive',
      await this.#connection.send(
        'UploadArchive',
        request,
        (sdk, body) => new sdk.UploadArchiveCommand({ ...input, body }),
      ),
    )
  }

  /** Begins a multipart upload. */
  async initiateUpload(request: Port.InitiateRequest): Promise<InitiatedUpload> {
    const input = {
      ...addressOf('initiateUpload', request),
      archiveDescription: request.description,
      partSize: String(request.partSize),
    }
    const { uploadId, location } = await this.#connection.call(
      'InitiateMultipartUpload',
      request,
      (sdk) => new sdk.InitiateMultipartUploadCommand(input),
    )
    return {
      uploadId: present('InitiateMultipartUpload', 'x-amz-multipart-upload-id', uploadId),
      location,
    }
  }

  async uploadPart(request: Port.PartRequest): Promise<string | undefined> {
    const input = {
      ...addressOf('uploadPart', request),
      uploadId: request.uploadId,
      range: toContentRange(request.range),
    }
    const output = await this.#connection.send(
      'UploadMultipartPart',
      request,
      (sdk, body) => new sdk.UploadMultipartPartCommand({ ...input, body }),
    )
    return output.checksum
  }

  /** Completes an upload: its parts become an archive. */
  async completeUpload(request: Port.CompleteRequest): Promise<StoredArchive> {
    const input = {
      ...addressOf('completeUpload', request),
      uploadId: request.uploadId,
      archiveSize: String(request.size),
      checksum: request.treeHash,
    }
    return toStoredArchive(
      'CompleteMultipartUpload',
      await this.#connection.call(
        'CompleteMultipartUpload',
        request,
        (sdk) => new sdk.CompleteMultipartUploadCommand(input),
      ),
    )
  }

  /** Aborts an upload. Its parts are deleted. */
  async abortUpload(request: Port.UploadRequest): Promise<void> {
    const input = { ...addressOf('abortUpload', request), uploadId: request.uploadId }
    await this.#connection.call(
      'AbortMultipartUpload',
      request,
      (sdk) => new sdk.AbortMultipartUploadCommand(input),
    )
  }

  async listParts(request: Port.UploadRequest & PageRequest): Promise<PartsPage> {
    const input = { ...addressOf('listParts', request), uploadId: request.uploadId, ...pageOf(request) }
    const output = await this.#connection.call('ListParts', request, (sdk) => new sdk.ListPartsCommand(input))
    const items = (output.Parts ?? []).map(toListedPart)
    return { upload: toOpenUpload('ListParts', output), items, marker: markerOf(output) }
  }

  /** Lists the uploads that are open. */
  async listUploads(request: Port.VaultRequest & PageRequest): Promise<Page<OpenUpload>> {
    const input = { ...addressOf('listUploads', request), ...pageOf(request) }
    const output = await this.#connection.call(
      'ListMultipartUploads',
      request,
      (sdk) => new sdk.ListMultipartUploadsCommand(input),
    )
    const items = (output.UploadsList ?? []).map((upload) => toOpenUpload('ListMultipartUploads', upload))
    return { items, marker: markerOf(output) }
  }

  async startRetrieval(request: Port.RetrievalRequest): Promise<string> {
    const address = addressOf('startRetrieval', request)
    const { archiveId, range, tier, description } = request
    return this.#startJob(address, request, {
      Type: 'archive-retrieval',
      Description: description,
      ArchiveId: archiveId,
      Tier: tier,
      RetrievalByteRange: range && toInclusive(range),
    })
  }

  async startInventory(request: Port.InventoryRequest): Promise<string> {
    const address = addressOf('startInventory', request)
    const { format, startDate, endDate, description } = request
    return this.#startJob(address, request, {
      Type: 'inventory-retrieval',
      Description: description,
      Format: format,
      InventoryRetrievalParameters: { StartDate: startDate, EndDate: endDate },
    })
  }

  async deleteArchive(request: Port.ArchiveAddress): Promise<void> {
    const input = { ...addressOf('deleteArchive', request), archiveId: request.archiveId }
    await this.#connection.call('DeleteArchive', request, (sdk) => new sdk.DeleteArchiveCommand(input))
  }

  async listJobs(request: Port.JobsRequest): Promise<JobsPage> {
    const address = addressOf('listJobs', request)
    const { completed } = request
    const input = {
      ...address,
      ...pageOf(request),
      ...(completed !== undefined && { completed: String(completed) }),
    }
    let response: ResponseFacts | undefined
    const output = await this.#connection.call('ListJobs', request, (sdk) =>
      observingResponse(new sdk.ListJobsCommand(input), (facts) => (response = facts)),
    )
    const items = (output.JobList ?? []).map((job) => toJob('ListJobs', job))
    return { items, marker: markerOf(output), date: dateOf(response) }
  }

  /** Describes a job. */
  async describeJob(request: Port.JobRequest): Promise<Job> {
    const input = { ...addressOf('describeJob', request), jobId: request.jobId }
    const job = await this.#connection.call(
      'DescribeJob',
      request,
      (sdk) => new sdk.DescribeJobCommand(input),
    )
    return toJob('DescribeJob', { ...job, JobId: request.jobId })
  }

  async getJobOutput(request: Port.OutputRequest): Promise<JobOutput> {
    const address = addressOf('getJobOutput', request)
    const { start, end } = request.range
    const input = { ...address, jobId: request.jobId, range: toRangeHeader(request.range) }
    let response: ResponseFacts | undefined
    return this.#connection.stream(
      'GetJobOutput',
      request,
      end - start,
      (sdk) => observingResponse(new sdk.GetJobOutputCommand(input), (facts) => (response = facts)),
      ({ body, checksum }) => {
        const bytes = present('GetJobOutput', 'a body', body)
        try {
          assertOutputAnswer(request, response)
        } catch (error) {
          ;(bytes as unknown as Readable).destroy() // nobody reads it, and its connection would stay taken
          throw error
        }
        return { body: bytes, treeHash: checksum }
      },
    )
  }

  async #startJob(
    address: Address,
    request: Port.VaultRequest,
    jobParameters: Sdk.JobParameters,
  ): Promise<string> {
    const input = { ...address, jobParameters }
    const output = await this.#connection.call(
      'InitiateJob',
      request,
      (sdk) => new sdk.InitiateJobCommand(input),
    )
    return present('InitiateJob', 'x-amz-job-id', output.jobId)
  }
}
