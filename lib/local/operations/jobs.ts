/** DescribeJob, ListJobs and GetJobOutput (protocol.md 1.4). */
import { parseInclusive, toInclusive, type ByteRange } from '../../vault/byte-range.js'
import { nameOf, type Answer, type Exchange } from '../http/exchange.js'
import { placeOf, type ArchiveJob, type InventoryJob, type JobRecord } from '../jobs/job-record.js'
import { jobDescription, jobStatus } from '../jobs/job-description.js'
import { pageOf } from '../http/paging.js'
import { invalidParameter } from '../service-fault.js'

const MOST_ROWS = 50
const STATUS_CODES = ['InProgress', 'Succeeded', 'Failed']

/** DescribeJob. */
export async function describeJob(exchange: Exchange): Promise<Answer> {
  const { job, vaultName } = await jobOf(exchange)
  return { status: 200, json: jobDescription(exchange.stores, vaultName, job) }
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
    const wanted = statusCode === null || statusCode === jobStatus(stores, job)
    return wanted && (completed === null || completed === String(stores.jobs.isDone(job)))
  })
  const { items, marker } = pageOf(exchange, jobs, {
    most: MOST_ROWS,
    markerOf: placeOf,
    form: /^[\d:.TZ-]{24}\/[\w-]{92}$/,
  })
  return {
    status: 200,
    json: { JobList: items.map((job) => jobDescription(stores, vaultName, job)), Marker: marker },
  }
}

/** GetJobOutput: whole, or the range asked for. */
export async function getJobOutput(exchange: Exchange): Promise<Answer> {
  const { job, vaultName } = await jobOf(exchange)
  if (jobStatus(exchange.stores, job) !== 'Succeeded')
    throw invalidParameter(`The job is not currently available for download: ${job.jobId}`)
  const size = job.action === 'ArchiveRetrieval' ? job.end - job.start : job.outputSize
  const asked = outputRange(exchange.headers.range, size)
  const range = asked ?? { start: 0, end: size }
  const { headers, bytes } =
    job.action === 'ArchiveRetrieval'
      ? await archiveOutput(exchange, vaultName, job, range)
      : await inventoryOutput(exchange, vaultName, job, range)
  return {
    status: asked ? 206 : 200,
    headers: {
      'accept-ranges': 'bytes',
      'content-range': asked && `bytes ${toInclusive(asked)}/${size}`,
      ...headers,
    },
    content: { length: range.end - range.start, bytes },
  }
}

type Output = Pick<Answer, 'headers'> & { readonly bytes: AsyncIterable<Buffer> }

/** With a tree hash where both ranges, the job's and the one asked for, are aligned (protocol.md 3.3). */
async function archiveOutput(
  { stores: { archives } }: Exchange,
  vaultName: string,
  job: ArchiveJob,
  { start, end }: ByteRange,
): Promise<Output> {
  const archive = await archives.find(vaultName, job.archiveId)
  const absolute = { start: job.start + start, end: job.start + end }
  await archives.assertWhole(vaultName, archive, absolute)
  const treeHash = job.treeHash === null ? undefined : await archives.treeHashOf(vaultName, archive, absolute)
  return {
    headers: {
      'content-type': 'application/octet-stream',
      'x-amz-archive-description': archive.description ?? undefined,
      'x-amz-sha256-tree-hash': treeHash,
    },
    bytes: archives.read(vaultName, archive, absolute),
  }
}

async function inventoryOutput(
  { stores }: Exchange,
  vaultName: string,
  job: InventoryJob,
  range: ByteRange,
): Promise<Output> {
  const headers = { 'content-type': job.format === 'CSV' ? 'text/csv' : 'application/json' }
  return { headers, bytes: await stores.jobs.readOutput(vaultName, job, range) }
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

async function jobOf(exchange: Exchange): Promise<{ vaultName: string; job: JobRecord }> {
  const vaultName = nameOf(exchange, 'vaultName')
  return { vaultName, job: await exchange.stores.jobs.find(vaultName, nameOf(exchange, 'jobId')) }
}
