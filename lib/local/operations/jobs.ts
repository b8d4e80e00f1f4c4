/** DescribeJob, ListJobs and GetJobOutput (docs/glacier-protocol.md#jobs). */
import { toInclusive, type ByteRange } from '../../byte-range.js'
import { nameOf, type OperationResponse, type RequestContext } from '../requests/request-context.js'
import { queryOf } from '../requests/request-values.js'
import { type ArchiveJob, type InventoryJob, type JobRecord, jobSortKey } from '../records/job-record.js'
import { jobDescription, jobStatus } from '../jobs/job-description.js'
import { pageOf } from '../requests/paging.js'
import { outputRange } from '../requests/range-header.js'
import { markersOf } from '../service/marker.js'
import { invalidParameter } from '../service/api-error.js'
import { retryUnlessGone } from '../service/not-found.js'

/** The maximum number of jobs of a page. */
const MAX_ROWS = 50
/** Bytes of an output that are read before the response is sent. */
const FIRST_READ_BYTES = 65_536
const STATUS_CODES = ['InProgress', 'Succeeded', 'Failed']

/** DescribeJob. */
export async function describeJob(context: RequestContext): Promise<OperationResponse> {
  const { job, vaultName } = await jobOf(context)
  return { status: 200, json: jobDescription(context.stores, vaultName, job) }
}

/** ListJobs, sorted by the time of their start. */
export async function listJobs(context: RequestContext): Promise<OperationResponse> {
  const { stores } = context
  const vaultName = nameOf(context, 'vaultName')
  const statusCode = queryOf(context, 'statuscode')
  const completed = queryOf(context, 'completed')
  if (statusCode !== undefined && !STATUS_CODES.includes(statusCode)) {
    throw invalidParameter(`The job status code is not valid: ${statusCode}`)
  }
  if (completed !== undefined && completed !== 'true' && completed !== 'false') {
    throw invalidParameter(`Invalid completed: ${completed}`)
  }
  const jobs = (await stores.jobs.list(vaultName)).filter((job) => {
    const isSelected = statusCode === undefined || statusCode === jobStatus(stores, job)
    return isSelected && (completed === undefined || completed === String(stores.jobs.isDone(job)))
  })
  const { items, marker } = pageOf(context, jobs, {
    maxItems: MAX_ROWS,
    keyOf: jobSortKey,
    markers: markersOf(`${stores.vaults.arnOf(vaultName)}/jobs`),
  })
  return {
    status: 200,
    json: { JobList: items.map((job) => jobDescription(stores, vaultName, job)), Marker: marker },
  }
}

/** GetJobOutput: the whole output, or the requested range. */
export async function getJobOutput(context: RequestContext): Promise<OperationResponse> {
  const { job, vaultName } = await jobOf(context)
  if (jobStatus(context.stores, job) !== 'Succeeded')
    throw invalidParameter(`The job is not currently available for download: ${job.jobId}`)
  const size = job.action === 'ArchiveRetrieval' ? job.end - job.start : job.outputSize
  const requested = requestedRange(context, size)
  const range = requested ?? { start: 0, end: size }
  const { retained, jobs } = context.stores
  const output =
    job.action === 'ArchiveRetrieval'
      ? retryUnlessGone(
          () => retained.find(vaultName, job.archiveId),
          () => archiveOutput(context, vaultName, job, range),
        )
      : retryUnlessGone(
          () => jobs.find(vaultName, job.jobId),
          () => inventoryOutput(context, vaultName, job, range),
        )
  const { headers, bytes } = await output
  return {
    status: requested ? 206 : 200,
    headers: {
      'accept-ranges': 'bytes',
      'content-range': requested && `bytes ${toInclusive(requested)}/${size}`,
      ...headers,
    },
    content: { length: range.end - range.start, bytes },
  }
}

type Output = Pick<OperationResponse, 'headers'> & { readonly bytes: AsyncIterable<Buffer> }

/**
 * With a tree hash if both ranges, that of the job and the requested one, are tree-hash aligned
 * (docs/glacier-protocol.md#job-output).
 */
async function archiveOutput(
  { stores: { retained } }: RequestContext,
  vaultName: string,
  job: ArchiveJob,
  { start, end }: ByteRange,
): Promise<Output> {
  const { archives, archive } = await retained.find(vaultName, job.archiveId)
  const absolute = { start: job.start + start, end: job.start + end }
  await archives.assertComplete(vaultName, archive, absolute)
  const treeHash = job.treeHash === null ? undefined : await archives.treeHashOf(vaultName, archive, absolute)
  return {
    headers: {
      'content-type': 'application/octet-stream',
      'x-amz-archive-description': archive.description ?? undefined,
      'x-amz-sha256-tree-hash': treeHash,
    },
    bytes: await withFirstBytes(absolute, async (piece) => retained.read(vaultName, archive, piece)),
  }
}

async function inventoryOutput(
  { stores }: RequestContext,
  vaultName: string,
  job: InventoryJob,
  range: ByteRange,
): Promise<Output> {
  const headers = { 'content-type': job.format === 'CSV' ? 'text/csv' : 'application/json' }
  return {
    headers,
    bytes: await withFirstBytes(range, (piece) => stores.jobs.readOutput(vaultName, job, piece)),
  }
}

/**
 * The bytes of an output. The first ones are read now, so that an output which cannot be read is refused, not cut.
 *
 * @param read - reads a range of the source of the output
 */
async function withFirstBytes(
  { start, end }: ByteRange,
  read: (range: ByteRange) => Promise<AsyncIterable<Buffer>>,
): Promise<AsyncIterable<Buffer>> {
  const rest = { start: Math.min(start + FIRST_READ_BYTES, end), end }
  const chunks: Buffer[] = []
  for await (const chunk of await read({ start, end: rest.start })) chunks.push(chunk)
  return (async function* () {
    yield* chunks
    if (rest.start < end) yield* await read(rest)
  })()
}

/** The requested range of the output; `undefined` for the whole output. */
function requestedRange({ headers, stores }: RequestContext, size: number): ByteRange | undefined {
  const { range: header } = headers
  if (header === undefined) return undefined
  const range = outputRange(header, size)
  if (range || stores.undocumented.malformedRange === 'ignore') return range
  throw invalidParameter(`Invalid Range: ${header}`)
}

async function jobOf(context: RequestContext): Promise<{ vaultName: string; job: JobRecord }> {
  const vaultName = nameOf(context, 'vaultName')
  return { vaultName, job: await context.stores.jobs.find(vaultName, nameOf(context, 'jobId')) }
}
