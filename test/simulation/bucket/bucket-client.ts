/** The client of the simulated bucket. Each call is one request, and the network decides what becomes of it. */
import { ServiceError } from '../../../lib/errors.js'
import type { BucketClient } from '../../../lib/s3/bucket-client.js'
import type * as Request from '../../../lib/s3/bucket-requests.js'
import type {
  AttributesPage,
  ObjectFacts,
  ObjectRange,
  PartsPage,
  SentPart,
  StoredObject,
} from '../../../lib/s3/bucket-responses.js'
import { checkRequest } from '../../../lib/s3/bucket-rules.js'
import type { Page, PageRequest } from '../../../lib/store/pages.js'
import type { Operation } from '../network/requests.js'
import { codeOf, SimNetwork } from '../network/sim-network.js'
import { isoOf } from '../network/responses.js'
import type { RequestSummary } from '../service/history.js'
import type { Body } from '../service/service.js'
import { ACCOUNT } from '../service/accounts.js'
import type { SimProcess } from '../world/sim-process.js'
import { compositeHash, compositeText } from './bucket-content.js'
import { BUCKET_ERRORS } from './bucket-failures.js'
import type { BucketModel } from './bucket-model.js'
import type { ObjectProperties } from './bucket-service.js'
import { rangeOf } from './retrieval/range-body.js'
import { RestoreWatch } from './retrieval/restore-watch.js'

/** The names of the operations in the model of the service. */
const OPERATIONS: Readonly<Partial<Record<Operation, string>>> = {
  headObject: 'HeadObject',
  putObject: 'PutObject',
  createUpload: 'CreateMultipartUpload',
  uploadPart: 'UploadPart',
  listParts: 'ListParts',
  completeUpload: 'CompleteMultipartUpload',
  abortUpload: 'AbortMultipartUpload',
  getAttributes: 'GetObjectAttributes',
  restoreObject: 'RestoreObject',
  getObject: 'GetObject',
}

/** The client of a process. */
export class SimulatedBucketClient implements BucketClient {
  readonly #network: SimNetwork
  readonly #bucket: BucketModel
  readonly #restores: RestoreWatch

  constructor(process: SimProcess, bucket: BucketModel) {
    const { history } = bucket
    this.#network = new SimNetwork(process, { history, errors: BUCKET_ERRORS, operations: OPERATIONS })
    this.#bucket = bucket
    this.#restores = new RestoreWatch(process)
  }

  refreshCredentials(signal?: AbortSignal): Promise<void> {
    return this.#network.refreshCredentials(signal)
  }

  async headObject(request: Request.ObjectRequest): Promise<ObjectFacts> {
    checkRequest('headObject', request)
    const found = await this.#request('headObject', request, {}, () =>
      this.#bucket.headObject(this.#callerOf(request)),
    )
    const { storedMs, ...facts } = found
    this.#restores.looked(request.key, facts)
    return { ...facts, lastModified: isoOf(storedMs) }
  }

  async putObject(request: Request.PutRequest): Promise<StoredObject> {
    checkRequest('putObject', request)
    const { bytes, sha256, ifAbsent = false } = request
    const treeHash = compositeText(compositeHash([sha256]))
    return this.#request(
      'putObject',
      request,
      { size: bytes.length, treeHash },
      (body) =>
        this.#bucket.putObject(this.#callerOf(request), {
          ...{ bytes: body.bytes, sha256, ...propertiesOf(request), ifAbsent },
        }),
      request,
    )
  }

  async createUpload(request: Request.NewObject): Promise<string> {
    checkRequest('createUpload', request)
    const { uploadId } = await this.#request('createUpload', request, {}, () =>
      this.#bucket.createUpload(this.#callerOf(request), propertiesOf(request)),
    )
    return uploadId
  }

  async uploadPart(request: Request.PartRequest): Promise<SentPart> {
    checkRequest('uploadPart', request)
    const { uploadId, partNumber, bytes, sha256 } = request
    const range = { start: partNumber - 1, end: partNumber }
    const { etag, ...stored } = await this.#request(
      'uploadPart',
      request,
      { uploadId, range, size: bytes.length, treeHash: sha256 },
      (body) =>
        this.#bucket.uploadPart({ ...this.#callerOf(request), uploadId }, partNumber, {
          ...{ bytes: body.bytes, sha256 },
        }),
      request,
    )
    return { etag, sha256: stored.sha256 }
  }

  async listParts(request: Request.UploadRequest & PageRequest): Promise<PartsPage> {
    checkRequest('listParts', request)
    const { uploadId, marker, limit } = request
    const page = await this.#request('listParts', request, { uploadId }, () =>
      this.#bucket.listParts({ ...this.#callerOf(request), uploadId }, marker, limit),
    )
    const { storageClass = 'STANDARD' } = this.#bucket.uploads.get(uploadId) ?? {}
    return { ...page, storageClass }
  }

  async completeUpload(request: Request.CompleteRequest): Promise<StoredObject> {
    checkRequest('completeUpload', request)
    const { uploadId, parts, hash, size, ifAbsent = false } = request
    const treeHash = hash && compositeText(hash)
    return this.#request('completeUpload', request, { uploadId, size, treeHash }, () =>
      this.#bucket.completeUpload({ ...this.#callerOf(request), uploadId }, { parts, hash, size, ifAbsent }),
    )
  }

  async abortUpload(request: Request.UploadRequest): Promise<void> {
    checkRequest('abortUpload', request)
    const { uploadId } = request
    await this.#request('abortUpload', request, { uploadId }, () => {
      this.#bucket.abortUpload({ ...this.#callerOf(request), uploadId })
      return undefined
    })
  }

  async getObject(request: Request.GetRequest): Promise<ObjectRange> {
    checkRequest('getObject', request)
    const { range, ifMatch, signal } = request
    const { response, record, course } = await this.#exchange('getObject', request, { range }, () =>
      this.#bucket.getObject(this.#callerOf(request), { range, ifMatch }),
    )
    try {
      const body = rangeOf(
        this.#network,
        { range, objectSize: request.objectSize, signal },
        response,
        course.fault,
      )
      return { body, etag: response.etag, versionId: response.versionId }
    } catch (error) {
      this.#bucket.history.settle(record, codeOf(error))
      throw error
    }
  }

  async restoreObject(request: Request.RestoreRequest): Promise<boolean> {
    checkRequest('restoreObject', request)
    const { key, days, tier } = request
    this.#restores.requests(key)
    const { isRestored } = await this.#request('restoreObject', request, {}, () =>
      this.#bucket.restoreObject(this.#callerOf(request), { days, tier }),
    )
    return isRestored
  }

  async getAttributes(request: Request.ObjectRequest & PageRequest): Promise<AttributesPage> {
    checkRequest('getAttributes', request)
    const { key, marker, limit } = request
    const page = await this.#request('getAttributes', request, {}, () =>
      this.#bucket.getAttributes(this.#callerOf(request), marker, limit),
    )
    this.#restores.described(key, page.etag)
    return page
  }

  listObjects(): Promise<Page<never>> {
    return notSimulated('ListObjectsV2')
  }

  listUploads(): Promise<Page<never>> {
    return notSimulated('ListMultipartUploads')
  }

  deleteObject(): Promise<void> {
    return notSimulated('DeleteObject')
  }

  headBucket(): Promise<undefined> {
    return notSimulated('HeadBucket')
  }

  #callerOf({ key }: Request.KeyRequest): { readonly who: string; readonly key: string } {
    return { who: this.#network.process.name, key }
  }

  async #request<Response extends object | undefined>(
    operation: Operation,
    request: Request.KeyRequest,
    summary: RequestSummary,
    act: (body: Body) => Response,
    bytes?: Request.ObjectBytes,
  ): Promise<Response> {
    const { response } = await this.#exchange(operation, request, summary, act, bytes)
    return response
  }

  #exchange<Response extends object | undefined>(
    operation: Operation,
    { bucket, key, signal }: Request.KeyRequest,
    summary: RequestSummary,
    act: (body: Body) => Response,
    bytes?: Request.ObjectBytes,
  ): ReturnType<typeof SimNetwork.prototype.request<Response>> {
    const body = bytes && { ...bytes, linearHash: bytes.sha256, treeHash: bytes.sha256 }
    const caller = { accountId: ACCOUNT, vaultName: `s3://${bucket}` }
    return this.#network.request(caller, {
      ...{ operation, summary: { key, ...summary }, signal, body },
      act: (_caller, arrived) => act(arrived),
    })
  }
}

function propertiesOf({ metadata = {}, storageClass = 'STANDARD' }: Request.NewObject): ObjectProperties {
  return { metadata, storageClass }
}

async function notSimulated(operation: string): Promise<never> {
  const details = { operation, serviceCode: 'NotSimulated' }
  throw new ServiceError('The simulated bucket has no such operation.', details)
}
