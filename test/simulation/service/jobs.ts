/**
 * The jobs of the simulated service (docs/glacier-protocol.md#jobs). The output of a job is kept for 24 hours after its
 * completion. At any time after that, the output may disappear, or the job with it.
 */
import type { ByteRange } from '../../../lib/byte-range.js'
import { archiveOf } from './archives.js'
import { lastInventory } from './inventories.js'
import { pageOf } from './pages.js'
import { archiveNotFound, invalidValue, jobNotFound } from './refusals.js'
import type {
  Caller,
  InventoryFormat,
  JobResponse,
  OutputResponse,
  PageResponse,
  Service,
} from './service.js'
import { LEAF_SIZE, type ServiceContext } from './service-context.js'
import type { Job } from './stored.js'
import { isAligned, treeHashOf } from './tree-hash.js'

const MINUTE_MS = 60_000
const KEPT_MS = 24 * 60 * MINUTE_MS
/** The longest time that a job takes, in minutes, by its tier. The usual time is a minute, which saves requests. */
const LONGEST_MINUTES = { Expedited: 5, Standard: 300, Bulk: 720 } as const

/** Starts the retrieval of an archive. Each request starts another job. */
export function startRetrieval(
  context: ServiceContext,
  caller: Caller,
  { archiveId, range, tier = 'Standard', description }: Parameters<Service['startRetrieval']>[1],
): Job {
  const archive = archiveOf(context, caller, archiveId)
  if (archive.deletedMs !== undefined) throw archiveNotFound(archiveId)
  const size = archive.bytes.length
  const { start, end } = range ?? { start: 0, end: size }
  const endsAtBoundary = end % LEAF_SIZE === 0 || end === size
  if (start % LEAF_SIZE !== 0 || !endsAtBoundary || start >= end || end > size)
    throw invalidValue(`Invalid RetrievalByteRange: ${start}-${end - 1}`)
  return addJob(context, caller, description, tier, { archive, range: { start, end } })
}

/** Starts the retrieval of the last inventory. Each request starts another job. */
export function startInventory(
  context: ServiceContext,
  caller: Caller,
  description: string | undefined,
  format: InventoryFormat = 'JSON',
): Job {
  const inventory = lastInventory(context, caller, format)
  return addJob(context, caller, description, undefined, { inventory })
}

/** Lists jobs in the order in which they were started. */
export function listJobs(
  context: ServiceContext,
  caller: Caller,
  marker: string | undefined,
  limit: number | undefined,
  completed: boolean | undefined,
): PageResponse<JobResponse> {
  context.vaultOf(caller)
  const page = pageOf(context, 'service/listJobs', [...context.jobs.values()], marker, limit)
  const items = page.items
    .filter(({ accountId, vaultName }) => accountId === caller.accountId && vaultName === caller.vaultName)
    .filter((job) => exists(context, job))
    .map((job) => responseOf(context, job))
    .filter(({ status }) => completed === undefined || completed === (status !== 'InProgress'))
  return { items, marker: page.marker }
}

/** Describes a job. */
export function describeJob(context: ServiceContext, caller: Caller, jobId: string): JobResponse {
  return responseOf(context, jobOf(context, caller, jobId))
}

/** Gives a range of the output of a job that succeeded. */
export function jobOutput(
  context: ServiceContext,
  caller: Caller,
  jobId: string,
  range: ByteRange | undefined,
): OutputResponse {
  const job = jobOf(context, caller, jobId)
  const { content } = job
  if (!job.hasLostOutput && isOld(context, job))
    job.hasLostOutput = context.happens('job-expired', `service/${jobId}/output-expired`)
  if (job.hasLostOutput) throw jobNotFound(jobId)
  if (statusOf(context, job) !== 'Succeeded')
    throw invalidValue(`The job is not currently available for download: ${jobId}`)
  const output =
    'archive' in content ? sliceOf(content.archive.bytes, content.range) : content.inventory.bytes
  const { start, end } = { start: range?.start ?? 0, end: Math.min(range?.end ?? Infinity, output.length) }
  if (start >= output.length)
    throw invalidValue(`The start of the range is larger than size of retrieved data: bytes=${start}-`)
  const bytes = output.slice(start, end)
  const treeHash = 'archive' in content ? outputHash(content, { start, end }, bytes) : undefined
  const name = `service/jobOutput/${jobId}-${start}`
  return { bytes, size: output.length, treeHash: treeHash && context.stated(name, treeHash) }
}

/** The tree hash of a range of an output, if the job's range and this range are nodes of the tree. */
function outputHash(
  { archive, range }: { readonly archive: { readonly bytes: Uint8Array }; readonly range: ByteRange },
  { start, end }: ByteRange,
  bytes: Uint8Array,
): string | undefined {
  const size = archive.bytes.length
  const inArchive = { start: range.start + start, end: range.start + end }
  const isNode = isAligned(range, size, LEAF_SIZE) && isAligned(inArchive, size, LEAF_SIZE)
  return isNode ? treeHashOf(bytes, LEAF_SIZE) : undefined
}

function addJob(
  context: ServiceContext,
  { accountId, vaultName }: Caller,
  description: string | undefined,
  tier: JobResponse['tier'],
  content: Job['content'],
): Job {
  const { jobs, nowMs, world } = context
  const jobId = `job-${jobs.size + 1}`
  const minutes = world.choices.between(
    `service/${jobId}/minutes`,
    1,
    LONGEST_MINUTES[tier ?? 'Standard'],
    0.1,
  )
  const job: Job = {
    accountId,
    vaultName,
    jobId,
    description,
    createdMs: nowMs,
    completedMs: nowMs + minutes * MINUTE_MS,
    tier,
    content,
    isFailed: context.happens('job-failed', `service/${jobId}/failed`),
    hasLostOutput: false,
    isExpired: false,
  }
  jobs.set(jobId, job)
  return job
}

function jobOf(context: ServiceContext, caller: Caller, jobId: string): Job {
  context.vaultOf(caller)
  const job = context.jobs.get(jobId)
  if (!context.isIn(caller, job) || !exists(context, job)) throw jobNotFound(jobId)
  return job
}

/** Whether a job still exists. It may have expired at any time after its 24 hours: that is decided when it matters. */
function exists(context: ServiceContext, job: Job): boolean {
  if (!job.isExpired && isOld(context, job))
    job.isExpired = context.happens('job-expired', `service/${job.jobId}/expired`)
  return !job.isExpired
}

function isOld({ nowMs }: ServiceContext, { completedMs }: Job): boolean {
  return nowMs - completedMs >= KEPT_MS
}

function statusOf({ nowMs }: ServiceContext, { completedMs, isFailed }: Job): JobResponse['status'] {
  if (nowMs < completedMs) return 'InProgress'
  return isFailed ? 'Failed' : 'Succeeded'
}

function responseOf(context: ServiceContext, job: Job): JobResponse {
  const { jobId, description, createdMs, completedMs, tier, content, accountId } = job
  const status = statusOf(context, job)
  const isOver = status !== 'InProgress'
  const response = {
    jobId,
    description,
    status,
    createdMs,
    completedMs: isOver ? completedMs : undefined,
    tier,
    accountId,
    archiveId: undefined,
    archiveSize: undefined,
    archiveTreeHash: undefined,
    range: undefined,
    treeHash: undefined,
    inventorySize: undefined,
    inventoryFormat: undefined,
  }
  if ('inventory' in content) {
    const { bytes, format } = content.inventory
    const inventorySize = isOver ? bytes.length : undefined
    return { ...response, kind: 'inventory', inventorySize, inventoryFormat: format }
  }
  const { archive, range } = content
  const { archiveId, bytes, treeHash } = archive
  const isNode = isOver && isAligned(range, bytes.length, LEAF_SIZE)
  const name = `service/describeJob/${jobId}`
  return {
    ...response,
    kind: 'archive',
    archiveId,
    archiveSize: bytes.length,
    archiveTreeHash: context.stated(`${name}/archive`, treeHash),
    range,
    treeHash: isNode
      ? context.stated(`${name}/range`, treeHashOf(sliceOf(bytes, range), LEAF_SIZE))
      : undefined,
  }
}

function sliceOf(bytes: Uint8Array, { start, end }: ByteRange): Uint8Array {
  return bytes.subarray(start, end)
}
