import { createHash } from 'node:crypto'
import { AccessDeniedError, NotFoundError, ServiceError } from '../../lib/errors.js'
import type { BucketClient } from '../../lib/s3/bucket-client.js'
import type * as Request from '../../lib/s3/bucket-requests.js'
import type * as Response from '../../lib/s3/bucket-responses.js'
import { CompositeHash, toWireHash, type ObjectHash } from '../../lib/s3/composite-hash.js'
import { refusalFor } from '../../lib/s3/sdk/refusals.js'
import type { PageRequest } from '../../lib/store/pages.js'

/** A call to a {@link MemoryBucket}. */
export interface BucketCall {
  readonly operation: string
  readonly key: string
  /** Of an upload of a part. */
  readonly partNumber: number | undefined
  readonly request: Request.KeyRequest
}

/** An object in memory. */
export interface MemoryObject {
  readonly bytes: Buffer
  readonly etag: string
  readonly hash: ObjectHash
  readonly versionId: string | undefined
  readonly facts: Request.NewObject
}

interface MemoryPart {
  readonly bytes: Buffer
  readonly etag: string
  readonly sha256: string
}

interface MemoryUpload {
  readonly facts: Request.NewObject
  readonly parts: Map<number, MemoryPart>
}

/** The error of the adapter for an error code of S3. */
export function bucketError(operation: string, serviceCode: string, status: number): ServiceError {
  const { kind, reason } = refusalFor(operation, serviceCode)
  const details = { operation, serviceCode, status, reason }
  if (kind === 'missing') return new NotFoundError(serviceCode, details)
  if (kind === 'denied') return new AccessDeniedError(serviceCode, details)
  return new ServiceError(serviceCode, details)
}

/** A bucket in memory, as strict as S3, which does not answer a completion twice. */
export class MemoryBucket implements BucketClient {
  readonly calls: BucketCall[] = []
  /** By key. */
  readonly objects = new Map<string, MemoryObject>()
  /** By ID. */
  readonly uploads = new Map<string, MemoryUpload>()
  /** Whether responses state hashes, by operation; default all. */
  statesHash: (operation: string) => boolean = () => true
  /** The number of parts in a page of a list. */
  pageSize = 1000
  /** Whether objects have versions. */
  hasVersions = false
  /** Runs before a call is carried out; what it throws fails it. */
  before: (call: BucketCall) => unknown = () => undefined
  /** Runs after a call was carried out; what it throws is its response. */
  after: (call: BucketCall) => unknown = () => undefined
  #ids = 0

  /** The operations that were called, in order. */
  get operations(): string[] {
    return this.calls.map(({ operation }) => operation)
  }

  /** The numbers of the parts that were sent, sorted. */
  get sentParts(): number[] {
    return this.calls.flatMap(({ partNumber }) => partNumber ?? []).sort((a, b) => a - b)
  }

  headObject(request: Request.ObjectRequest): Promise<Response.ObjectFacts> {
    return this.#call('HeadObject', request, () => {
      const object = this.objects.get(request.key)
      if (!object) throw bucketError('HeadObject', 'NotFound', 404)
      const { bytes, etag, versionId, facts } = object
      const { storageClass = 'STANDARD', metadata = {} } = facts
      const { hash } = this.#stated('HeadObject', object)
      const none = { lastModified: undefined, restore: undefined, archiveStatus: undefined }
      return { size: bytes.length, etag, versionId, storageClass, hash, metadata, ...none }
    })
  }

  putObject(request: Request.PutRequest): Promise<Response.StoredObject> {
    return this.#call('PutObject', request, () => {
      const sha256 = this.#received('PutObject', request)
      return this.#store('PutObject', request, request, Buffer.from(request.bytes), {
        sha256,
        parts: undefined,
      })
    })
  }

  createUpload(request: Request.NewObject): Promise<string> {
    return this.#call('CreateMultipartUpload', request, () => {
      const uploadId = `upload-${++this.#ids}`
      this.uploads.set(uploadId, { facts: request, parts: new Map() })
      return uploadId
    })
  }

  uploadPart(request: Request.PartRequest): Promise<Response.SentPart> {
    return this.#call('UploadPart', request, () => {
      const { parts } = this.#upload('UploadPart', request)
      const sha256 = this.#received('UploadPart', request)
      const part = { bytes: Buffer.from(request.bytes), etag: `"${++this.#ids}"`, sha256 }
      parts.set(request.partNumber, part)
      return { etag: part.etag, sha256: this.statesHash('UploadPart') ? sha256 : undefined }
    })
  }

  listParts(request: Request.UploadRequest & PageRequest): Promise<Response.PartsPage> {
    return this.#call('ListParts', request, () => {
      const { parts } = this.#upload('ListParts', request)
      const { marker = '0', limit = this.pageSize } = request
      const rest = [...parts].sort(([a], [b]) => a - b).filter(([number]) => number > Number(marker))
      const items = rest.slice(0, limit).map(([partNumber, { bytes, etag, sha256 }]) => {
        const stated = this.statesHash('ListParts') ? sha256 : undefined
        return { partNumber, size: bytes.length, etag, sha256: stated }
      })
      const next = rest.length > limit ? String(items.at(-1)?.partNumber) : undefined
      return { items, marker: next, storageClass: 'STANDARD' }
    })
  }

  completeUpload(request: Request.CompleteRequest): Promise<Response.StoredObject> {
    const operation = 'CompleteMultipartUpload'
    return this.#call(operation, request, () => {
      const { facts, parts } = this.#upload(operation, request)
      const composite = new CompositeHash()
      const pieces = request.parts.map(({ partNumber, etag, sha256 }, index) => {
        const part = parts.get(partNumber)
        if (partNumber !== index + 1) throw bucketError(operation, 'InvalidPartOrder', 400)
        if (part?.etag !== etag || (sha256 ?? part.sha256) !== part.sha256)
          throw bucketError(operation, 'InvalidPart', 400)
        composite.update(part.sha256)
        return part.bytes
      })
      const bytes = Buffer.concat(pieces)
      const hash = composite.digest()
      if (request.hash && toWireHash(request.hash) !== toWireHash(hash))
        throw bucketError(operation, 'BadDigest', 400)
      if (request.size !== undefined && request.size !== bytes.length)
        throw bucketError(operation, 'InvalidRequest', 400)
      const stored = this.#store(operation, request, facts, bytes, hash)
      this.uploads.delete(request.uploadId)
      return stored
    })
  }

  abortUpload(request: Request.UploadRequest): Promise<void> {
    return this.#call('AbortMultipartUpload', request, () => {
      this.#upload('AbortMultipartUpload', request)
      this.uploads.delete(request.uploadId)
    })
  }

  getObject = unused('getObject')
  restoreObject = unused('restoreObject')
  getAttributes = unused('getAttributes')
  listObjects = unused('listObjects')
  listUploads = unused('listUploads')
  deleteObject = unused('deleteObject')
  headBucket = unused('headBucket')

  async #call<T>(
    operation: string,
    request: Request.KeyRequest & { readonly partNumber?: number },
    act: () => T,
  ): Promise<T> {
    const call = { operation, key: request.key, partNumber: request.partNumber, request }
    this.calls.push(call)
    request.signal?.throwIfAborted()
    await this.before(call)
    const result = act()
    await this.after(call)
    return result
  }

  #upload(operation: string, { uploadId, key }: Request.UploadRequest): MemoryUpload {
    const upload = this.uploads.get(uploadId)
    if (upload?.facts.key !== key) throw bucketError(operation, 'NoSuchUpload', 404)
    return upload
  }

  #received(operation: string, { bytes, sha256 }: Request.ObjectBytes): string {
    const found = createHash('sha256').update(bytes).digest('hex')
    if (found !== sha256) throw bucketError(operation, 'XAmzContentSHA256Mismatch', 400)
    return found
  }

  #store(
    operation: string,
    { key, ifAbsent }: Request.KeyRequest & Request.StoreCondition,
    facts: Request.NewObject,
    bytes: Buffer,
    hash: ObjectHash,
  ): Response.StoredObject {
    if (ifAbsent && this.objects.has(key)) throw bucketError(operation, 'PreconditionFailed', 412)
    const versionId = this.hasVersions ? `v${++this.#ids}` : undefined
    const object = { bytes, etag: `"${++this.#ids}"`, hash, versionId, facts }
    this.objects.set(key, object)
    return { etag: object.etag, versionId, ...this.#stated(operation, object) }
  }

  #stated(operation: string, { hash }: MemoryObject): { readonly hash: ObjectHash | undefined } {
    return { hash: this.statesHash(operation) ? hash : undefined }
  }
}

function unused(name: string): () => Promise<never> {
  return () => Promise.reject(new Error(`an upload does not call ${name}()`))
}
