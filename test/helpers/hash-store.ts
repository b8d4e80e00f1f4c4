import { NotFoundError, type ServiceError } from '../../lib/errors.js'
import { treeHashScheme } from '../../lib/glacier/tree-hash-scheme.js'
import { GLACIER_LIMITS } from '../../lib/glacier/limits.js'
import type * as Port from '../../lib/store/archive-store.js'
import type { HashScheme } from '../../lib/store/hash-scheme.js'
import type { StoreLimits } from '../../lib/store/limits.js'
import type { PageRequest } from '../../lib/store/pages.js'
import { naiveRoot } from './naive-tree-hash.js'

/** Parts in a page of a list, as the service has them. */
const PAGE_PARTS = 1000

interface Upload {
  readonly request: Port.StoreInitiateRequest
  readonly parts: Map<number, Port.ListedPart>
}

/** A store of any size: it keeps the ranges and the hashes of parts, and none of their bytes. */
export class HashStore implements Port.ArchiveStore {
  readonly vaultName = 'backups'
  readonly limits: StoreLimits
  readonly hashes: HashScheme = treeHashScheme()
  readonly keepAliveMs = 12 * 3_600_000
  readonly replacesArchives = false
  readonly archives = new Map<string, { readonly size: number; readonly treeHash: string }>()
  readonly #uploads = new Map<string, Upload>()
  /** Requests that were made, by operation. */
  readonly requests: Record<'parts' | 'pages' | 'uploads' | 'completions', number> = {
    parts: 0,
    pages: 0,
    uploads: 0,
    completions: 0,
  }
  /** Runs before a part is stored; what it throws fails the request. */
  beforePart: (request: Port.StorePartRequest) => unknown = () => undefined
  #ids = 0

  constructor(limits: StoreLimits = GLACIER_LIMITS) {
    this.limits = limits
  }

  async uploadArchive({ bytes, hash }: Port.StoreArchiveRequest): Promise<Port.StoredArchive> {
    return this.#store(bytes.length, hash)
  }

  async initiateUpload(request: Port.StoreInitiateRequest): Promise<Port.InitiatedUpload> {
    this.requests.uploads++
    const uploadId = `upload-${++this.#ids}`
    this.#uploads.set(uploadId, { request, parts: new Map() })
    return { uploadId, location: `/111122223333/vaults/backups/multipart-uploads/${uploadId}` }
  }

  async uploadPart(request: Port.StorePartRequest): Promise<string> {
    this.requests.parts++
    const { uploadId, range, hash } = request
    await this.beforePart(request)
    this.#upload(uploadId).parts.set(range.start, { ...range, hash })
    return hash
  }

  async completeUpload({
    uploadId,
    size,
    hash: treeHash,
  }: Port.StoreCompleteRequest): Promise<Port.StoredArchive> {
    this.requests.completions++
    const parts = this.#sorted(uploadId)
    const isWhole = parts.every(({ start }, i) => start === (parts[i - 1]?.end ?? 0))
    const found = naiveRoot(parts.map((part) => Buffer.from(part.hash, 'hex')))
    if (!isWhole || parts.at(-1)?.end !== size || found !== treeHash)
      throw new Error(`${uploadId}: the parts are not those of the archive`)
    this.#uploads.delete(uploadId)
    return this.#store(size, found)
  }

  isContentRefusal(error: unknown): error is ServiceError {
    return error === undefined
  }

  async abortUpload({ uploadId }: Port.StoreUploadRequest): Promise<void> {
    this.#uploads.delete(uploadId)
  }

  async listParts({
    uploadId,
    marker,
    limit = PAGE_PARTS,
  }: Port.StoreUploadRequest & PageRequest): Promise<Port.PartsPage> {
    this.requests.pages++
    const { partSize, description } = this.#upload(uploadId).request
    const parts = this.#sorted(uploadId)
    const from = Number(marker ?? 0)
    return {
      upload: { partSize, description },
      items: parts.slice(from, from + limit),
      marker: from + limit < parts.length ? String(from + limit) : undefined,
    }
  }

  describeVolume(_first: string | undefined, { volume }: Port.VolumeMark): string {
    return `volume ${volume}`
  }

  markIn(): undefined {
    return undefined
  }

  #store(size: number, treeHash: string): Port.StoredArchive {
    const archiveId = `archive-${++this.#ids}`
    this.archives.set(archiveId, { size, treeHash })
    return { archiveId, hash: treeHash, location: `/111122223333/vaults/backups/archives/${archiveId}` }
  }

  #sorted(uploadId: string): Port.ListedPart[] {
    return [...this.#upload(uploadId).parts.values()].sort((a, b) => a.start - b.start)
  }

  #upload(uploadId: string): Upload {
    const upload = this.#uploads.get(uploadId)
    if (upload) return upload
    const details = {
      operation: 'UploadMultipartPart',
      serviceCode: 'ResourceNotFoundException',
      status: 404,
    }
    throw new NotFoundError('not found', details)
  }
}
