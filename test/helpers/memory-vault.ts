import type { VaultJob, VaultJobOutput } from '../../lib/client/vault-client.js'
import { LEAF_SIZE } from '../../lib/tree-hash/leaf-size.js'
import { TreeHash, combineTreeHashes } from '../../lib/tree-hash/tree-hash.js'
import { AbortError, NotFoundError, ServiceError } from '../../lib/errors.js'
import { isTreeHashAligned } from '../../lib/tree-hash/aligned-ranges.js'
import type { ByteRange } from '../../lib/byte-range.js'
import type { InitiatedUpload, OpenUpload } from '../../lib/store/archive-store.js'
import type { Page, PageRequest } from '../../lib/store/pages.js'
import type * as Port from '../../lib/client/vault-client.js'

type Operation = keyof Port.VaultClient

/** Everything a request to the vault may hold, as far as tests look at it. */
export type SeenCall = { readonly operation: Operation } & Partial<
  Port.PartRequest & Port.CompleteRequest & Port.InitiateRequest & Port.OutputRequest & Port.RetrievalRequest
>

/**
 * A vault in memory behind the port, for tests of the stages: it keeps what it is sent, and `before` may hold up or
 * fail any request, `after` change any answer.
 */
export class MemoryVault implements Port.VaultClient {
  readonly calls: SeenCall[] = []
  readonly archives = new Map<string, Buffer>()
  readonly uploads = new Map<string, Map<number, Buffer>>()
  /** The archives of completed uploads, with which repeated completions are answered. If it is cleared, the uploads are gone. */
  readonly completed = new Map<string, Port.VaultArchive>()
  /** The requests by which uploads were begun. */
  readonly begun = new Map<string, Port.InitiateRequest>()
  /** The account that listings state. */
  accountId: string | undefined = '111122223333'
  /** Bytes under a leaf of the tree hash. */
  leafSize = LEAF_SIZE
  /** Rows of a page of parts. */
  pageSize = 2
  /** Requests under way now, and the most there were. */
  underWay = 0
  mostUnderWay = 0
  /** Runs before a request is carried out; what it throws fails the request. */
  before: (call: SeenCall) => unknown = () => undefined
  /** Runs after a request was carried out; what it throws takes the place of the answer. */
  after: (call: SeenCall) => unknown = () => undefined
  /** Runs on a job's output before it is given. */
  tamper: (output: VaultJobOutput, request: Port.OutputRequest) => VaultJobOutput = (output) => output
  /** Jobs that were started, and those the service has no more. */
  readonly jobs: string[] = []
  readonly expiredJobs = new Set<string>()
  /** The jobs that a list contains. */
  listedStatus: VaultJob['status'] = 'Succeeded'
  completionDate = new Date().toISOString()
  /** The requests by which jobs were started. */
  readonly descriptions = new Map<string, string | undefined>()
  /** The service's time, as a list of jobs states it. */
  serviceTime: string | undefined
  /** VaultJob states to give before `Succeeded`. */
  readonly jobStates: VaultJob['status'][] = []
  #ids = 0

  /** A vault with the archive `a`. */
  static holding(bytes: Buffer): MemoryVault {
    const vault = new MemoryVault()
    vault.archives.set('a', bytes)
    return vault
  }

  /** The operations asked for, in order. */
  get operations(): Operation[] {
    return this.calls.map(({ operation }) => operation)
  }

  createVault(request: Port.VaultRequest): Promise<void> {
    return this.#run('createVault', request, () => undefined)
  }

  async describeVault(request: Port.VaultRequest): Promise<Port.Vault> {
    return this.#run('describeVault', request, () => {
      throw new Error('not needed')
    })
  }

  async listVaults(request: Port.AccountRequest): Promise<Page<Port.Vault>> {
    return this.#run('listVaults', request, () => ({ items: [], marker: undefined }))
  }

  deleteVault(request: Port.VaultRequest): Promise<void> {
    return this.#run('deleteVault', request, () => undefined)
  }

  uploadArchive(request: Port.ArchiveRequest): Promise<Port.VaultArchive> {
    return this.#run('uploadArchive', request, () => {
      noteSent(request)
      return this.#store(Buffer.from(request.bytes))
    })
  }

  initiateUpload(request: Port.InitiateRequest): Promise<InitiatedUpload> {
    return this.#run('initiateUpload', request, () => {
      const uploadId = `upload-${++this.#ids}`
      this.uploads.set(uploadId, new Map())
      this.begun.set(uploadId, request)
      return { uploadId, location: `/111122223333/${uploadId}` }
    })
  }

  uploadPart(request: Port.PartRequest): Promise<string | undefined> {
    return this.#run('uploadPart', request, () => {
      noteSent(request)
      this.#upload(request.uploadId).set(request.range.start, Buffer.from(request.bytes))
      return this.#treeHash(request.bytes)
    })
  }

  completeUpload(request: Port.CompleteRequest): Promise<Port.VaultArchive> {
    return this.#run('completeUpload', request, () => {
      const { uploadId, size } = request
      const before = this.completed.get(uploadId)
      if (before) return before // size and hash are not compared: docs/glacier-protocol.md#completion
      const parts = [...this.#upload(uploadId)].sort(([a], [b]) => a - b).map(([, bytes]) => bytes)
      const treeHash = combineTreeHashes(parts.map((part) => this.#treeHash(part)))
      const found = parts.reduce((sum, part) => sum + part.length, 0)
      if (treeHash !== request.treeHash || found !== size) throw invalidHash(request.treeHash)
      this.uploads.delete(uploadId)
      const stored = this.#store(Buffer.concat(parts))
      this.completed.set(uploadId, stored)
      return stored
    })
  }

  abortUpload(request: Port.UploadRequest): Promise<void> {
    return this.#run('abortUpload', request, () => {
      this.uploads.delete(request.uploadId)
    })
  }

  listParts(request: Port.UploadRequest & PageRequest): Promise<Port.VaultPartsPage> {
    return this.#run('listParts', request, () => {
      const { uploadId, marker, limit = this.pageSize } = request
      const parts = [...this.#upload(uploadId)].sort(([a], [b]) => a - b)
      const from = marker === undefined ? 0 : Number(marker)
      const items = parts.slice(from, from + limit).map(([start, bytes]) => {
        return { start, end: start + bytes.length, treeHash: this.#treeHash(bytes) }
      })
      const next = from + limit < parts.length ? String(from + limit) : undefined
      return { upload: this.#described(uploadId), items, marker: next }
    })
  }

  listUploads(request: Port.VaultRequest): Promise<Page<OpenUpload>> {
    return this.#run('listUploads', request, () => {
      return { items: [...this.uploads.keys()].map((id) => this.#described(id)), marker: undefined }
    })
  }

  startRetrieval(request: Port.RetrievalRequest): Promise<string> {
    return this.#run('startRetrieval', request, () => {
      this.#archive(request.archiveId)
      const { archiveId, range } = request
      // The job of an archive has its name, and its range if it has one; a second one, a number.
      const name = range ? `${archiveId}@${range.start}-${range.end}` : archiveId
      const jobId = this.expiredJobs.has(name) ? `${name}#${++this.#ids}` : name
      if (!this.jobs.includes(jobId)) this.jobs.push(jobId)
      this.descriptions.set(jobId, request.description)
      return jobId
    })
  }

  startInventory(request: Port.InventoryRequest): Promise<string> {
    return this.#run('startInventory', request, () => 'inventory')
  }

  deleteArchive(request: Port.ArchiveAddress): Promise<void> {
    return this.#run('deleteArchive', request, () => {
      this.archives.delete(request.archiveId)
    })
  }

  listJobs(request: Port.JobsRequest): Promise<Port.VaultJobsPage> {
    return this.#run('listJobs', request, () => ({
      items: this.jobs.filter((jobId) => !this.expiredJobs.has(jobId)).map((jobId) => this.#job(jobId)),
      marker: undefined,
      date: this.serviceTime,
    }))
  }

  describeJob(request: Port.JobRequest): Promise<Port.VaultJob> {
    return this.#run('describeJob', request, () => {
      if (this.expiredJobs.has(request.jobId)) return found<VaultJob>(undefined, 'DescribeJob')
      return { ...this.#job(request.jobId), status: this.jobStates.shift() ?? 'Succeeded' }
    })
  }

  getJobOutput(request: Port.OutputRequest): Promise<Port.VaultJobOutput> {
    return this.#run('getJobOutput', request, () => {
      const { archiveId, range } = this.#target(request.jobId)
      if (this.expiredJobs.has(request.jobId)) found(undefined, 'GetJobOutput')
      const { start, end } = request.range
      const bytes = this.#archive(archiveId).subarray(range.start + start, range.start + end)
      const treeHash = this.#treeHash(bytes)
      return this.tamper({ body: pieces(bytes), treeHash }, request)
    })
  }

  async #run<T>(operation: Operation, request: Port.AccountRequest, act: () => T): Promise<T> {
    const call = { ...request, operation }
    this.calls.push(call)
    this.mostUnderWay = Math.max(this.mostUnderWay, ++this.underWay)
    try {
      await unlessAborted(Promise.resolve(this.before(call)), request.signal)
      const result = act()
      await this.after(call)
      return result
    } finally {
      this.underWay--
    }
  }

  #store(bytes: Buffer): Port.VaultArchive {
    const archiveId = `archive-${++this.#ids}`
    this.archives.set(archiveId, bytes)
    return { archiveId, treeHash: this.#treeHash(bytes), location: `/here/${archiveId}` }
  }

  #target(jobId: string): { archiveId: string; range: ByteRange } {
    const [, archiveId = '', start = '0', end] = /^([^@#]*)(?:@(\d+)-(\d+))?/.exec(jobId) ?? []
    return { archiveId, range: { start: Number(start), end: Number(end ?? this.#archive(archiveId).length) } }
  }

  #job(jobId: string): VaultJob {
    const { archiveId, range } = this.#target(jobId)
    const bytes = this.#archive(archiveId)
    const isAligned = isTreeHashAligned(range, bytes.length, this.leafSize)
    return {
      jobId,
      action: 'ArchiveRetrieval',
      status: this.listedStatus,
      statusMessage: undefined,
      description: this.descriptions.get(jobId),
      creationDate: '2026-01-01T00:00:00.000Z',
      completionDate: this.listedStatus === 'InProgress' ? undefined : this.completionDate,
      tier: 'Standard',
      archiveId,
      archiveSize: bytes.length,
      archiveTreeHash: this.#treeHash(bytes),
      range,
      treeHash: isAligned ? this.#treeHash(bytes.subarray(range.start, range.end)) : undefined,
      inventorySize: undefined,
      inventory: undefined,
    }
  }

  #described(uploadId: string): OpenUpload {
    const { partSize, description } = this.begun.get(uploadId) as Port.InitiateRequest
    const creationDate = '2026-01-01T00:00:00.000Z'
    return { uploadId, partSize, description, creationDate, accountId: this.accountId }
  }

  #upload(uploadId: string): Map<number, Buffer> {
    return found(this.uploads.get(uploadId), 'UploadMultipartPart')
  }

  #archive(archiveId: string): Buffer {
    return found(this.archives.get(archiveId), 'InitiateJob')
  }

  #treeHash(bytes: Uint8Array): string {
    return TreeHash.withLeafSize(this.leafSize).update(bytes).digest('hex')
  }
}

/** Reports the body of a request as sent, in two pieces. */
function noteSent({ bytes, onSent }: Port.ArchiveRequest | Port.PartRequest): void {
  const half = Math.ceil(bytes.length / 2)
  onSent?.(half)
  onSent?.(bytes.length - half)
}

function found<T>(thing: T | undefined, operation: string): T {
  if (thing !== undefined) return thing
  throw new NotFoundError('not found', { operation, serviceCode: 'ResourceNotFoundException', status: 404 })
}

function invalidHash(treeHash: string): ServiceError {
  const operation = 'CompleteMultipartUpload'
  const details = { operation, serviceCode: 'InvalidParameterValueException', status: 400 }
  return new ServiceError(`Invalid x-amz-sha256-tree-hash: ${treeHash}`, details)
}

async function* pieces(bytes: Buffer, size = 65_536): AsyncGenerator<Buffer, void, undefined> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work
  let stop = (): void => undefined
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => {
      reject(new AbortError({ cause: signal.reason }))
    }
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
  return Promise.race([work, aborted]).finally(() => {
    signal.removeEventListener('abort', stop)
  })
}
