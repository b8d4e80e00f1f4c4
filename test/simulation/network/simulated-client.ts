/**
 * The client of the simulated service, in place of the SDK and the network. Each call of the port is one request, and
 * the network decides what becomes of it.
 */
import type { VaultJob, VaultJobOutput, VaultJobsPage } from '../../../lib/client/vault-client.js'
import { ServiceError } from '../../../lib/errors.js'
import type * as Port from '../../../lib/client/vault-client.js'
import type { InitiatedUpload, OpenUpload } from '../../../lib/store/archive-store.js'
import type { Page, PageRequest } from '../../../lib/store/pages.js'
import { ServiceRefusal, type Caller } from '../service/service.js'
import type { ServiceModel } from '../service/service-model.js'
import type { SimProcess } from '../world/sim-process.js'
import { VAULT_ERRORS } from './failures.js'
import { outputOf } from './job-output.js'
import { OPERATIONS, type SimRequest } from './requests.js'
import { isoOf, toJob, toOpenUpload, toStoredArchive, toVault } from './responses.js'
import { codeOf, SimNetwork } from './sim-network.js'

/**
 * Makes the client of a process.
 *
 * @param accountId - the account of its credentials
 */
export function simulatedClient(
  process: SimProcess,
  service: ServiceModel,
  accountId: string,
): Port.VaultClient {
  return new SimulatedClient(process, service, accountId)
}

class SimulatedClient implements Port.VaultClient {
  readonly #network: SimNetwork
  readonly #service: ServiceModel
  readonly #accountId: string

  constructor(process: SimProcess, service: ServiceModel, accountId: string) {
    const { history } = service
    this.#network = new SimNetwork(process, { history, errors: VAULT_ERRORS, operations: OPERATIONS })
    this.#service = service
    this.#accountId = accountId
  }

  refreshCredentials(signal?: AbortSignal): Promise<void> {
    return this.#network.refreshCredentials(signal)
  }

  async uploadArchive(request: Port.ArchiveRequest): Promise<Port.VaultArchive> {
    const { bytes, description, treeHash, signal } = request
    const { response } = await this.#request(request, {
      operation: 'uploadArchive',
      summary: { description, size: bytes.length, treeHash },
      signal,
      body: request,
      act: (caller, body) => this.#service.uploadArchive(caller, description, body),
    })
    return toStoredArchive(response)
  }

  async initiateUpload(request: Port.InitiateRequest): Promise<InitiatedUpload> {
    const { partSize, description, signal } = request
    const { response } = await this.#request(request, {
      operation: 'initiateUpload',
      summary: { description },
      signal,
      act: (caller) => this.#service.initiateUpload(caller, partSize, description),
    })
    return response
  }

  async uploadPart(request: Port.PartRequest): Promise<string | undefined> {
    const { uploadId, range, treeHash, signal } = request
    const { response } = await this.#request(request, {
      operation: 'uploadPart',
      summary: { uploadId, range, size: request.bytes.length, treeHash },
      signal,
      body: request,
      act: (caller, body) => this.#service.uploadPart(caller, uploadId, range, body),
    })
    return response.treeHash
  }

  async completeUpload(request: Port.CompleteRequest): Promise<Port.VaultArchive> {
    const { uploadId, size, treeHash, signal } = request
    const { response } = await this.#request(request, {
      operation: 'completeUpload',
      summary: { uploadId, size, treeHash },
      signal,
      act: (caller) => this.#service.completeUpload(caller, uploadId, size, treeHash),
    })
    return toStoredArchive(response)
  }

  async abortUpload(request: Port.UploadRequest): Promise<void> {
    const { uploadId, signal } = request
    await this.#request(request, {
      operation: 'abortUpload',
      summary: { uploadId },
      signal,
      act: (caller) => {
        this.#service.abortUpload(caller, uploadId)
        return undefined
      },
    })
  }

  async listParts(request: Port.UploadRequest & PageRequest): Promise<Port.VaultPartsPage> {
    const { uploadId, marker, limit, signal } = request
    const { response } = await this.#request(request, {
      operation: 'listParts',
      summary: { uploadId },
      signal,
      act: (caller) => this.#service.listParts(caller, uploadId, marker, limit),
    })
    return { ...response, upload: toOpenUpload(response.upload) }
  }

  async listUploads(request: Port.VaultRequest & PageRequest): Promise<Page<OpenUpload>> {
    const { marker, limit, signal } = request
    const { response } = await this.#request(request, {
      operation: 'listUploads',
      summary: {},
      signal,
      act: (caller) => this.#service.listUploads(caller, marker, limit),
    })
    return { items: response.items.map(toOpenUpload), marker: response.marker }
  }

  async deleteArchive(request: Port.ArchiveAddress): Promise<void> {
    const { archiveId, signal } = request
    await this.#request(request, {
      operation: 'deleteArchive',
      summary: { archiveId },
      signal,
      act: (caller) => {
        this.#service.deleteArchive(caller, archiveId)
        return undefined
      },
    })
  }

  async startRetrieval(request: Port.RetrievalRequest): Promise<string> {
    const { archiveId, range, tier, description, signal } = request
    const { response } = await this.#request(request, {
      operation: 'startRetrieval',
      summary: { archiveId, range, description },
      signal,
      act: (caller) => this.#service.startRetrieval(caller, { archiveId, range, tier, description }),
    })
    return response.jobId
  }

  async startInventory(request: Port.InventoryRequest): Promise<string> {
    const { description, format, signal } = request
    const { response } = await this.#request(request, {
      operation: 'startInventory',
      summary: { description },
      signal,
      act: (caller) => this.#service.startInventory(caller, description, format),
    })
    return response.jobId
  }

  async listJobs(request: Port.JobsRequest): Promise<VaultJobsPage> {
    const { marker, limit, completed, signal } = request
    const { response } = await this.#request(request, {
      operation: 'listJobs',
      summary: {},
      signal,
      act: (caller) => this.#service.listJobs(caller, marker, limit, completed),
    })
    const { nowMs } = this.#network.process.world.scheduler
    const date = isoOf(Math.floor(nowMs / 1000) * 1000) // the header has seconds only
    return { items: response.items.map(toJob), marker: response.marker, date }
  }

  async describeJob(request: Port.JobRequest): Promise<VaultJob> {
    const { jobId, signal } = request
    const { response } = await this.#request(request, {
      operation: 'describeJob',
      summary: { jobId },
      signal,
      act: (caller) => this.#service.describeJob(caller, jobId),
    })
    return toJob(response)
  }

  async getJobOutput(request: Port.OutputRequest): Promise<VaultJobOutput> {
    const { jobId, range, signal } = request
    const { response, record, course } = await this.#request(request, {
      operation: 'jobOutput',
      summary: { jobId, range },
      signal,
      act: (caller) => this.#service.jobOutput(caller, jobId, range),
    })
    try {
      return outputOf(this.#network, request, response, course.fault)
    } catch (error) {
      this.#service.history.settle(record, codeOf(error))
      throw error
    }
  }

  async describeVault(request: Port.VaultRequest): Promise<Port.Vault> {
    const { vaultName, signal } = request
    const caller = { accountId: this.#accountId, vaultName }
    const { response } = await this.#request(request, {
      operation: 'describeVault',
      summary: {},
      signal,
      act: () => this.#service.describeVault(caller),
    })
    return toVault(caller, response)
  }

  createVault(): Promise<void> {
    return notSimulated('CreateVault')
  }

  listVaults(): Promise<Page<Port.Vault>> {
    return notSimulated('ListVaults')
  }

  deleteVault(): Promise<void> {
    return notSimulated('DeleteVault')
  }

  /** Makes a request. The service denies a request to another account than that of the credentials. */
  #request<Response extends object | undefined>(
    { accountId = '-', vaultName }: Port.VaultRequest,
    request: SimRequest<Response>,
  ): ReturnType<typeof SimNetwork.prototype.request<Response>> {
    const caller: Caller = { accountId: this.#accountId, vaultName }
    if (accountId === '-' || accountId === this.#accountId) return this.#network.request(caller, request)
    const act = (): never => {
      this.#service.history.tookEffect('other-account')
      throw new ServiceRefusal(403, 'AccessDeniedException', 'The account is not that of the credentials.')
    }
    return this.#network.request(caller, { ...request, act })
  }
}

async function notSimulated(operation: string): Promise<never> {
  const details = { operation, serviceCode: 'NotSimulated' }
  throw new ServiceError('The simulated service has no such operation.', details)
}
