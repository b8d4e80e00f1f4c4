/** Job operations (protocol.md 1.4): archive retrieval. */
import { parseInclusive, toInclusive, type ByteRange } from '../../vault/byte-range.js'
import { MIB } from '../../vault/limits.js'
import type { ArchiveRecord } from '../archive-store.js'
import { checkedDescription, jsonBody, locationOf, nameOf, type Answer, type Exchange } from '../exchange.js'
import { placeOf, type JobRecord } from '../job-store.js'
import { pageOf } from '../paging.js'
import { invalidParameter, missingParameter, notImplemented } from '../service-fault.js'

const MOST_ROWS = 50
const TIERS = ['Expedited', 'Standard', 'Bulk']
const STATUS_CODES = ['InProgress', 'Succeeded', 'Failed']

/** InitiateJob. */
export async function initiateJob(exchange: Exchange): Promise<Answer> {
  const { archives, jobs, vaults } = exchange.stores
  const vaultName = nameOf(exchange, 'vaultName')
  await vaults.folder(vaultName, 'jobs') // no such vault is told before anything else
  const order = jsonBody(exchange)
  const type = field(order, 'Type')
  if (type === undefined) throw missingParameter('Type')
  if (type === 'inventory-retrieval' || type === 'select') throw notImplemented(`InitiateJob of type ${type}`)
  if (type !== 'archive-retrieval') throw invalidParameter(`Invalid job type: ${type}`)
  const archiveId = field(order, 'ArchiveId')
  if (archiveId === undefined) throw missingParameter('ArchiveId')
  const tier = field(order, 'Tier') ?? 'Standard'
  if (!TIERS.includes(tier)) throw invalidParameter(`Invalid tier: ${tier}`)
  const description = checkedDescription(field(order, 'Description'))
  const archive = await archives.find(vaultName, archiveId)
  const range = retrievalRange(field(order, 'RetrievalByteRange'), archive)
  const treeHash = (await archives.treeHashOf(vaultName, archive, range)) ?? null
  const snsTopic = field(order, 'SNSTopic') ?? null
  const { jobId } = await jobs.start(vaultName, archive, { ...range, description, snsTopic, tier, treeHash })
  const location = locationOf(exchange, 'vaults', vaultName, 'jobs', jobId)
  return { status: 202, headers: { location, 'x-amz-job-id': jobId } }
}

/** DescribeJob. */
export async function describeJob(exchange: Exchange): Promise<Answer> {
  const vaultName = nameOf(exchange, 'vaultName')
  const job = await exchange.stores.jobs.find(vaultName, nameOf(exchange, 'jobId'))
  return { status: 200, json: describe(exchange, vaultName, job) }
}

/** ListJobs, by the time they were started. */
export async function listJobs(exchange: Exchange): Promise<Answer> {
  const { query, stores } = exchange
  const vaultName = nameOf(exchange, 'vaultName')
  const statusCode = query.get('statuscode')
  const completed = query.get('completed')
  if (statusCode !== null && !STATUS_CODES.includes(statusCode)) {
    throw invalidParameter(`The job status code is not valid: ${statusCode}`)
  }
  if (completed !== null && completed !== 'true' && completed !== 'false') {
    throw invalidParameter(`Invalid completed: ${completed}`)
  }
  const jobs = (await stores.jobs.list(vaultName)).filter((job) => {
    const done = stores.jobs.isDone(job)
    const wanted = statusCode === null || statusCode === (done ? 'Succeeded' : 'InProgress')
    return wanted && (completed === null || completed === String(done))
  })
  const { items, marker } = pageOf(exchange, jobs, {
    most: MOST_ROWS,
    markerOf: placeOf,
    form: /^\d{4}-[\w:.-]{19}Z\/[\w-]{92}$/,
  })
  return {
    status: 200,
    json: { JobList: items.map((job) => describe(exchange, vaultName, job)), Marker: marker },
  }
}

/** GetJobOutput: whole, or the range asked for, with a tree hash where both ranges are aligned (protocol.md 3.3). */
export async function getJobOutput(exchange: Exchange): Promise<Answer> {
  const { archives, jobs } = exchange.stores
  const vaultName = nameOf(exchange, 'vaultName')
  const job = await jobs.find(vaultName, nameOf(exchange, 'jobId'))
  if (!jobs.isDone(job))
    throw invalidParameter(`The job is not currently available for download: ${job.jobId}`)
  const archive = await archives.find(vaultName, job.archiveId)
  const size = job.end - job.start
  const asked = outputRange(exchange.headers.range, size)
  const { start, end } = asked ?? { start: 0, end: size }
  const absolute = { start: job.start + start, end: job.start + end }
  const treeHash = job.treeHash === null ? undefined : await archives.treeHashOf(vaultName, archive, absolute)
  return {
    status: asked ? 206 : 200,
    headers: {
      'content-type': 'application/octet-stream',
      'accept-ranges': 'bytes',
      'content-range': asked && `bytes ${toInclusive(asked)}/${size}`,
      'x-amz-archive-description': archive.description ?? undefined,
      'x-amz-sha256-tree-hash': treeHash,
    },
    content: { length: end - start, bytes: archives.read(vaultName, archive, absolute) },
  }
}

/** The range of an archive to retrieve: on MiB boundaries, or to the archive's end. */
function retrievalRange(text: string | undefined, { size }: ArchiveRecord): ByteRange {
  if (text === undefined) return { start: 0, end: size }
  const range = /^\d+-\d+$/.test(text) ? parseInclusive(text) : undefined
  const aligned = range && range.start % MIB === 0 && (range.end % MIB === 0 || range.end === size)
  if (!aligned || range.end > size) {
    throw invalidParameter(
      `Invalid byte range: ${text}. It must lie on megabyte boundaries within the archive.`,
    )
  }
  return range
}

/** The range of the output a request asks for; `undefined` for all of it, as where the header cannot be read. */
function outputRange(header: string | undefined, size: number): ByteRange | undefined {
  const range = header?.startsWith('bytes=') ? parseInclusive(header) : undefined
  if (!range) return undefined
  if (range.start >= size) {
    throw invalidParameter(`The start of the range is larger than size of retrieved data: ${header}`)
  }
  return { start: range.start, end: Math.min(range.end, size) }
}

function describe({ stores }: Exchange, vaultName: string, job: JobRecord): object {
  const done = stores.jobs.isDone(job)
  return {
    Action: 'ArchiveRetrieval',
    ArchiveId: job.archiveId,
    ArchiveSHA256TreeHash: job.archiveTreeHash,
    ArchiveSizeInBytes: job.archiveSize,
    Completed: done,
    CompletionDate: done ? job.completionDate : null,
    CreationDate: job.creationDate,
    InventoryRetrievalParameters: null,
    InventorySizeInBytes: null,
    JobDescription: job.description,
    JobId: job.jobId,
    JobOutputPath: null,
    OutputLocation: null,
    RetrievalByteRange: toInclusive(job),
    SHA256TreeHash: done ? job.treeHash : null,
    SNSTopic: job.snsTopic,
    SelectParameters: null,
    StatusCode: done ? 'Succeeded' : 'InProgress',
    StatusMessage: done ? 'Succeeded' : 'Operation in progress.',
    Tier: job.tier,
    VaultARN: stores.vaults.arnOf(vaultName),
  }
}

/** A text field; `null` is as good as none. */
function field(order: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = order[name] ?? undefined
  if (value === undefined || typeof value === 'string') return value
  throw invalidParameter(`Invalid ${name}: it must be a string.`)
}
