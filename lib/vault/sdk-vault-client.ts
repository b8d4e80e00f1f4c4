/**
 * The port's one adapter, and the only file that knows `@aws-sdk/client-glacier`. The SDK is loaded with the first
 * request (it takes 0.1 s), so importing this package stays cheap.
 */
import type * as Sdk from '@aws-sdk/client-glacier'
import { addAbortSignal, type Readable } from '../stream.js'
import { toContentRange, toRangeHeader } from './byte-range.js'
import { withChecksums } from './lean-checksums.js'
import { toServiceError } from './service-error.js'
import type {
  AccountRequest,
  ArchiveRequest,
  CompleteRequest,
  InitiateRequest,
  Job,
  JobOutput,
  JobRequest,
  OutputRequest,
  PartRequest,
  RetrievalRequest,
  StoredArchive,
  UploadRequest,
  Vault,
  VaultClient,
  VaultRequest,
} from './vault-client.js'

/** Milliseconds a connection may take to open. */
const CONNECTION_TIMEOUT = 10_000
/** Milliseconds a connection may stay silent. The SDK's own default is to wait for ever (protocol.md 6). */
const IDLE_TIMEOUT = 300_000

/** What the service answers to a header-only or JSON request, before this file names it. */
type Wire<T> = { readonly [K in keyof T]?: T[K] | undefined }

/**
 * A {@link VaultClient} over the AWS SDK.
 *
 * @param source - a `GlacierClient` of the caller's, who goes on owning it; or the configuration of one to make, with
 *   credentials and region from the SDK's own chain where it names none
 *
 * @example
 * ```ts
 * const client = glacierClient({ region: 'eu-west-1' })
 * const [archive] = await uploadArchive(source, { client, vaultName: 'backups' })
 * client.destroy()
 * ```
 */
export function glacierClient(source: Sdk.GlacierClient | Sdk.GlacierClientConfig = {}): SdkVaultClient {
  return new SdkVaultClient(source)
}

/** The {@link VaultClient} for whatever a caller may pass as one. */
export function vaultClientOf(client: Sdk.GlacierClient | VaultClient): VaultClient {
  if (typeof client !== 'object' || (client as unknown) === null) {
    throw new TypeError(
      'A client is needed: a GlacierClient of @aws-sdk/client-glacier, or what glacierClient() gives.',
    )
  }
  return 'uploadPart' in client ? client : glacierClient(client)
}

/** What {@link glacierClient} gives. */
export class SdkVaultClient implements VaultClient {
  readonly #source: Sdk.GlacierClient | Sdk.GlacierClientConfig
  #client: Sdk.GlacierClient | undefined

  constructor(source: Sdk.GlacierClient | Sdk.GlacierClientConfig) {
    this.#source = source
  }

  /** Closes the connections of a client made here; one the caller owns is left alone. */
  destroy(): void {
    if (this.#client !== this.#source) this.#client?.destroy()
  }

  async createVault(request: VaultRequest): Promise<void> {
    await this.#call('CreateVault', request, (sdk) => new sdk.CreateVaultCommand(addressOf(request)))
  }

  async describeVault(request: VaultRequest): Promise<Vault> {
    return toVault(
      await this.#call('DescribeVault', request, (sdk) => new sdk.DescribeVaultCommand(addressOf(request))),
    )
  }

  async *listVaults(request: AccountRequest): AsyncIterable<Vault> {
    let marker: string | undefined
    do {
      const input = { accountId: request.accountId, marker }
      const page: Sdk.ListVaultsCommandOutput = await this.#call(
        'ListVaults',
        request,
        (sdk) => new sdk.ListVaultsCommand(input),
      )
      for (const vault of page.VaultList ?? []) yield toVault(vault)
      marker = page.Marker ?? undefined
    } while (marker !== undefined)
  }

  async deleteVault(request: VaultRequest): Promise<void> {
    await this.#call('DeleteVault', request, (sdk) => new sdk.DeleteVaultCommand(addressOf(request)))
  }

  async uploadArchive(request: ArchiveRequest): Promise<StoredArchive> {
    const input = { ...addressOf(request), archiveDescription: request.description, body: request.bytes }
    return toStoredArchive(
      'UploadArchive',
      await this.#call('UploadArchive', request, (sdk) =>
        withChecksums(new sdk.UploadArchiveCommand(input), request),
      ),
    )
  }

  async initiateUpload(request: InitiateRequest): Promise<string> {
    const input = {
      ...addressOf(request),
      archiveDescription: request.description,
      partSize: String(request.partSize),
    }
    const output = await this.#call(
      'InitiateMultipartUpload',
      request,
      (sdk) => new sdk.InitiateMultipartUploadCommand(input),
    )
    return present('InitiateMultipartUpload', 'x-amz-multipart-upload-id', output.uploadId)
  }

  async uploadPart(request: PartRequest): Promise<string | undefined> {
    const input = {
      ...addressOf(request),
      uploadId: request.uploadId,
      range: toContentRange(request.range),
      body: request.bytes,
    }
    const output = await this.#call('UploadMultipartPart', request, (sdk) =>
      withChecksums(new sdk.UploadMultipartPartCommand(input), request),
    )
    return output.checksum
  }

  async completeUpload(request: CompleteRequest): Promise<StoredArchive> {
    const input = {
      ...addressOf(request),
      uploadId: request.uploadId,
      archiveSize: String(request.size),
      checksum: request.treeHash,
    }
    return toStoredArchive(
      'CompleteMultipartUpload',
      await this.#call(
        'CompleteMultipartUpload',
        request,
        (sdk) => new sdk.CompleteMultipartUploadCommand(input),
      ),
    )
  }

  async abortUpload(request: UploadRequest): Promise<void> {
    const input = { ...addressOf(request), uploadId: request.uploadId }
    await this.#call('AbortMultipartUpload', request, (sdk) => new sdk.AbortMultipartUploadCommand(input))
  }

  async startRetrieval(request: RetrievalRequest): Promise<string> {
    const jobParameters = { Type: 'archive-retrieval', ArchiveId: request.archiveId, Tier: request.tier }
    const output = await this.#call(
      'InitiateJob',
      request,
      (sdk) => new sdk.InitiateJobCommand({ ...addressOf(request), jobParameters }),
    )
    return present('InitiateJob', 'x-amz-job-id', output.jobId)
  }

  async describeJob(request: JobRequest): Promise<Job> {
    const input = { ...addressOf(request), jobId: request.jobId }
    const job = await this.#call('DescribeJob', request, (sdk) => new sdk.DescribeJobCommand(input))
    return {
      jobId: request.jobId,
      status: present('DescribeJob', 'StatusCode', job.StatusCode),
      statusMessage: job.StatusMessage,
      archiveSize: job.ArchiveSizeInBytes,
      archiveTreeHash: job.ArchiveSHA256TreeHash,
    }
  }

  async getJobOutput(request: OutputRequest): Promise<JobOutput> {
    const input = { ...addressOf(request), jobId: request.jobId, range: toRangeHeader(request.range) }
    const output = await this.#call('GetJobOutput', request, (sdk) => new sdk.GetJobOutputCommand(input))
    const body = present('GetJobOutput', 'a body', output.body) as unknown as Readable
    return { body: bytesOf(body, request.signal), treeHash: output.checksum }
  }

  async #call<Input extends Sdk.ServiceInputTypes, Output extends Sdk.ServiceOutputTypes>(
    operation: string,
    { signal }: AccountRequest,
    command: (sdk: typeof Sdk) => SdkCommand<Input, Output>,
  ): Promise<Output> {
    try {
      const sdk = await import('@aws-sdk/client-glacier')
      this.#client ??= isClient(this.#source) ? this.#source : makeClient(sdk, this.#source)
      return await this.#client.send(command(sdk), signal ? { abortSignal: signal } : {})
    } catch (error) {
      throw toServiceError(operation, error, signal)
    }
  }
}

/** Any of the SDK's Glacier commands. */
type SdkCommand<Input extends Sdk.ServiceInputTypes, Output extends Sdk.ServiceOutputTypes> = Parameters<
  typeof Sdk.GlacierClient.prototype.send<Input, Output>
>[0]

function isClient(source: Sdk.GlacierClient | Sdk.GlacierClientConfig): source is Sdk.GlacierClient {
  return 'send' in source
}

function makeClient(sdk: typeof Sdk, config: Sdk.GlacierClientConfig): Sdk.GlacierClient {
  return new sdk.GlacierClient({
    requestHandler: { connectionTimeout: CONNECTION_TIMEOUT, socketTimeout: IDLE_TIMEOUT },
    ...config,
  })
}

function addressOf({ accountId, vaultName }: VaultRequest): { accountId: string; vaultName: string } {
  return { accountId: accountId ?? '-', vaultName }
}

/** A field without which an answer is no use: its absence is an error of the service's, not a crash later on. */
function present<T>(operation: string, field: string, value: T | undefined): T {
  if (value !== undefined) return value
  throw toServiceError(operation, new Error(`The answer came without ${field}.`))
}

function toVault(vault: Wire<Sdk.DescribeVaultOutput>): Vault {
  return {
    vaultName: present('DescribeVault', 'VaultName', vault.VaultName),
    arn: present('DescribeVault', 'VaultARN', vault.VaultARN),
    creationDate: present('DescribeVault', 'CreationDate', vault.CreationDate),
    lastInventoryDate: vault.LastInventoryDate,
    archiveCount: vault.NumberOfArchives,
    size: vault.SizeInBytes,
  }
}

function toStoredArchive(operation: string, output: Wire<Sdk.ArchiveCreationOutput>): StoredArchive {
  return {
    archiveId: present(operation, 'x-amz-archive-id', output.archiveId),
    treeHash: output.checksum,
    location: output.location,
  }
}

async function* bytesOf(body: Readable, signal?: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
  if (signal) addAbortSignal(signal, body)
  try {
    yield* body as AsyncIterable<Buffer>
  } catch (error) {
    throw toServiceError('GetJobOutput', error, signal)
  }
}
