/** The client of the simulated bucket. Each call is one request, and the network decides what becomes of it. */
import { ServiceError } from '../../../lib/errors.js'
import type { BucketClient } from '../../../lib/s3/bucket-client.js'
import type * as Request from '../../../lib/s3/bucket-requests.js'
import type { ObjectFacts, PartsPage, SentPart, StoredObject } from '../../../lib/s3/bucket-responses.js'
import { checkRequest } from '../../../lib/s3/bucket-rules.js'
import type { Page, PageRequest } from '../../../lib/store/pages.js'
import type { Operation } from '../network/requests.js'
import { SimNetwork } from '../network/sim-network.js'
import { isoOf } from '../network/responses.js'
import type { RequestSummary } from '../service/history.js'
import type { Body } from '../service/service.js'
import { ACCOUNT } from '../service/accounts.js'
import type { SimProcess } from '../world/sim-process.js'
import { compositeHash, compositeText } from './bucket-content.js'
import { BUCKET_ERRORS } from './bucket-failures.js'
import type { BucketModel } from './bucket-model.js'

/** The names of the operations in the model of the service. */
const OPERATIONS: Readonly<Partial<Record<Operation, string>>> = {
  headObject: 'HeadObject',
  putObject: 'PutObject',
  createUpload: 'CreateMultipartUpload',
  uploadPart: 'UploadPart',
  listParts: 'ListParts',
  completeUpload: 'CompleteMultipartUpload',
  abortUpload: 'AbortMultipartUpload',
}

/** The client of a process. */
export class SimulatedBucketClient implements BucketClient {
  readonly #network: SimNetwork
  readonly #bucket: BucketModel

  constructor(process: SimProcess, bucket: BucketModel) {
    const { history } = bucket
    this.#network = new SimNetwork(process, { history, errors: BUCKET_ERRORS, operations: OPERATIONS })
    this.#bucket = bucket
  }

  refreshCredentials(signal?: AbortSignal): Promise<void> {
    return this.#network.refreshCredentials(signal)
  }

  async headObject(request: Request.ObjectRequest): Promise<ObjectFacts> {
    checkRequest('headObject', request)
    const found = await this.#request('headObject', request, {}, () =>
      this.#bucket.headObject(this.#callerOf(request)),
    )
    const { size, etag, versionId, hash, metadata, storedMs } = found
    return {
      ...{ size, etag, versionId, hash, metadata, storageClass: 'DEEP_ARCHIVE' },
      ...{ lastModified: isoOf(storedMs), restore: undefined, archiveStatus: undefined },
    }
  }

  async putObject(request: Request.PutRequest): Promise<StoredObject> {
    checkRequest('putObject', request)
    const { bytes, sha256, metadata = {}, ifAbsent = false } = request
    const treeHash = compositeText(compositeHash([sha256]))
    return this.#request(
      'putObject',
      request,
      { size: bytes.length, treeHash },
      (body) =>
        this.#bucket.putObject(this.#callerOf(request), {
          ...{ bytes: body.bytes, sha256, metadata, ifAbsent },
        }),
      request,
    )
  }

  async createUpload(request: Request.NewObject): Promise<string> {
    checkRequest('createUpload', request)
    const { metadata = {} } = request
    const { uploadId } = await this.#request('createUpload', request, {}, () =>
      this.#bucket.createUpload(this.#callerOf(request), metadata),
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
    return { ...page, storageClass: 'DEEP_ARCHIVE' }
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

  getObject(): Promise<never> {
    return notSimulated('GetObject')
  }

  restoreObject(): Promise<never> {
    return notSimulated('RestoreObject')
  }

  getAttributes(): Promise<never> {
    return notSimulated('GetObjectAttributes')
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
    { bucket, key, signal }: Request.KeyRequest,
    summary: RequestSummary,
    act: (body: Body) => Response,
    bytes?: Request.ObjectBytes,
  ): Promise<Response> {
    const body = bytes && { ...bytes, linearHash: bytes.sha256, treeHash: bytes.sha256 }
    const caller = { accountId: ACCOUNT, vaultName: `s3://${bucket}` }
    const { response } = await this.#network.request(caller, {
      ...{ operation, summary: { key, ...summary }, signal, body },
      act: (_caller, arrived) => act(arrived),
    })
    return response
  }
}

async function notSimulated(operation: string): Promise<never> {
  const details = { operation, serviceCode: 'NotSimulated' }
  throw new ServiceError('The simulated bucket has no such operation.', details)
}
