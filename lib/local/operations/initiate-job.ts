/** InitiateJob (docs/glacier-protocol.md#jobs): archive and inventory retrievals. */
import { parseInclusive } from '../../glacier/range-format.js'
import type { ByteRange } from '../../byte-range.js'
import { MIB } from '../../sizes.js'
import type { ArchiveRecord } from '../records/archive-record.js'
import { bodyOf, requiredMember } from '../requests/body-shape.js'
import { checkedDescription } from '../requests/request-values.js'
import {
  locationOf,
  nameOf,
  type OperationResponse,
  type RequestContext,
} from '../requests/request-context.js'
import type { ArchiveJob, InventoryOrder, JobOrder, JobRecord } from '../records/job-record.js'
import { inventoryMarkers } from '../jobs/job-description.js'
import { ApiError, invalidParameter, notFound, shortened } from '../service/api-error.js'
import { retryUnlessGone } from '../service/not-found.js'
import { isId } from '../records/identifiers.js'
import { type InventoryParameters, JOB_PARAMETERS, type JobParameters } from './job-parameters.js'
import { checkedTopic } from './notifications.js'

/** InitiateJob: each call is a new job. */
export async function initiateJob(context: RequestContext): Promise<OperationResponse> {
  const { meter, notifier, vaults } = context.stores
  const vaultName = nameOf(context, 'vaultName')
  await vaults.folder(vaultName, 'jobs') // a missing vault is reported before anything else
  const parameters = bodyOf(context, JOB_PARAMETERS)
  const { Description, SNSTopic } = parameters
  const order = {
    description: checkedDescription(Description),
    snsTopic: SNSTopic === undefined ? null : checkedTopic(SNSTopic),
  }
  const job = await startJob(context, vaultName, parameters, order)
  if (job.action === 'ArchiveRetrieval') meter.retrieved(job.tier, job.end - job.start)
  else meter.retrievedInventory()
  await notifier.expect(vaultName, job)
  const location = locationOf(context, 'vaults', vaultName, 'jobs', job.jobId)
  return { status: 202, headers: { location, 'x-amz-job-id': job.jobId } }
}

async function startJob(
  { stores }: RequestContext,
  vaultName: string,
  parameters: JobParameters,
  order: JobOrder,
): Promise<JobRecord> {
  switch (requiredMember(parameters.Type, 'Type')) {
    case 'archive-retrieval':
      return archiveRetrieval(stores, vaultName, parameters, order)
    case 'inventory-retrieval':
      return inventoryRetrieval(stores, vaultName, parameters, order)
    case 'select': // the service has closed it; its message is not known
      throw new ApiError(400, 'NoLongerSupportedException', 'Select is no longer supported.')
  }
}

async function archiveRetrieval(
  stores: RequestContext['stores'],
  vaultName: string,
  { ArchiveId, RetrievalByteRange, Tier: tier = 'Standard' }: JobParameters,
  order: JobOrder,
): Promise<JobRecord> {
  const archiveId = requiredMember(ArchiveId, 'ArchiveId')
  if (!isId(archiveId)) throw notFound(`The archive ID was not found: ${shortened(archiveId)}`)
  const archive = await stores.archives.find(vaultName, archiveId)
  const range = retrievalRange(RetrievalByteRange, archive)
  const find = (): Promise<ArchiveRecord> => stores.archives.find(vaultName, archiveId)
  const treeHash = await retryUnlessGone(find, () => stores.archives.treeHashOf(vaultName, archive, range))
  const retrieval = {
    ...order,
    ...range,
    tier,
    archiveId,
    archiveSize: archive.size,
    archiveTreeHash: archive.treeHash,
    treeHash: treeHash ?? null,
  }
  const start = (): Promise<ArchiveJob> => stores.jobs.startArchiveRetrieval(vaultName, retrieval)
  return stores.retrievalLimits.admit(retrieval, () => stores.retained.startJob(vaultName, archiveId, start))
}

/** The range of an archive to retrieve: on MiB boundaries, or up to the archive's end. */
function retrievalRange(text: string | undefined, { size }: ArchiveRecord): ByteRange {
  if (text === undefined) return { start: 0, end: size }
  const range = /^\d+-\d+$/.test(text) ? parseInclusive(text) : undefined
  const aligned = range && range.start % MIB === 0 && (range.end % MIB === 0 || range.end === size)
  if (!aligned || range.end > size) {
    throw invalidParameter(
      `Invalid byte range: ${shortened(text)}. It must lie on megabyte boundaries within the archive.`,
    )
  }
  return range
}

/** According to the model, an inventory retrieval with an archive ID or a range is an error. */
async function inventoryRetrieval(
  { jobs, vaults }: RequestContext['stores'],
  vaultName: string,
  { ArchiveId, RetrievalByteRange, Format: format = 'JSON', InventoryRetrievalParameters }: JobParameters,
  order: JobOrder,
): Promise<JobRecord> {
  if (ArchiveId !== undefined) throw invalidParameter('ArchiveId is not for an inventory retrieval.')
  if (RetrievalByteRange !== undefined)
    throw invalidParameter('RetrievalByteRange is not for an inventory retrieval.')
  const vaultArn = vaults.arnOf(vaultName)
  const inventory = inventoryOrder(vaultArn, InventoryRetrievalParameters ?? {})
  return jobs.startInventoryRetrieval(vaultName, { ...order, format, ...inventory })
}

function inventoryOrder(
  vaultArn: string,
  { StartDate, EndDate, Limit: limit, Marker: givenMarker }: InventoryParameters,
): Omit<InventoryOrder, 'format'> {
  if (limit !== undefined && !/^[1-9]\d*$/.test(limit))
    throw invalidParameter(`Invalid Limit: ${shortened(limit)}`)
  const marker = givenMarker === undefined ? null : inventoryMarkers(vaultArn).read(givenMarker)
  if (marker === undefined) throw invalidParameter(`Invalid Marker: ${shortened(String(givenMarker))}`)
  return {
    startDate: date(StartDate, 'StartDate'),
    endDate: date(EndDate, 'EndDate'),
    limit: limit === undefined ? null : Math.min(Number(limit), Number.MAX_SAFE_INTEGER),
    marker,
  }
}

/** A date in the form of the service: ISO 8601, UTC, with minutes, and optionally seconds or finer; it must exist. */
function date(text: string | undefined, name: string): string | null {
  if (text === undefined) return null
  const form = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?Z$/
  const time = form.test(text) ? Date.parse(text) : NaN
  if (!Number.isNaN(time) && new Date(time).toISOString().slice(0, 16) === text.slice(0, 16)) return text
  throw invalidParameter(`Invalid ${name}: ${shortened(text)}`)
}
