/** InitiateJob (protocol.md 1.4): archive and inventory retrievals. */
import { parseInclusive, type ByteRange } from '../../vault/byte-range.js'
import { MIB } from '../../vault/limits.js'
import type { ArchiveRecord } from '../storage/archive-record.js'
import {
  checkedDescription,
  jsonBody,
  locationOf,
  nameOf,
  type Answer,
  type Exchange,
} from '../http/exchange.js'
import type { InventoryOrder } from '../jobs/inventory-output.js'
import type { JobOrder, JobRecord } from '../jobs/job-record.js'
import { assertWithinQuota } from '../jobs/retrieval-quota.js'
import { invalidParameter, missingParameter, ServiceFault } from '../service-fault.js'
import { checkedTopic } from './notifications.js'

type Fields = Readonly<Record<string, unknown>>

const TIERS = ['Expedited', 'Standard', 'Bulk']

/** InitiateJob: each call is a new job. */
export async function initiateJob(exchange: Exchange): Promise<Answer> {
  const { notifier, vaults } = exchange.stores
  const vaultName = nameOf(exchange, 'vaultName')
  await vaults.folder(vaultName, 'jobs') // no such vault is told before anything else
  const fields = jsonBody(exchange)
  const topic = textIn(fields, 'SNSTopic')
  const order = {
    description: checkedDescription(textIn(fields, 'Description')),
    snsTopic: topic === undefined ? null : checkedTopic(topic),
  }
  const job = await started(exchange, vaultName, fields, order)
  await notifier.expect(vaultName, job)
  const location = locationOf(exchange, 'vaults', vaultName, 'jobs', job.jobId)
  return { status: 202, headers: { location, 'x-amz-job-id': job.jobId } }
}

async function started(
  { stores }: Exchange,
  vaultName: string,
  fields: Fields,
  order: JobOrder,
): Promise<JobRecord> {
  const type = textIn(fields, 'Type')
  switch (type) {
    case undefined:
      throw missingParameter('Type')
    case 'archive-retrieval':
      return archiveRetrieval(stores, vaultName, fields, order)
    case 'inventory-retrieval':
      return stores.jobs.startInventoryRetrieval(vaultName, { ...order, ...inventoryOrder(fields) })
    case 'select': // closed by the service before it was; its text is not known
      throw new ServiceFault(400, 'NoLongerSupportedException', 'Select is no longer supported.')
    default:
      throw invalidParameter(`Invalid job type: ${type}`)
  }
}

async function archiveRetrieval(
  stores: Exchange['stores'],
  vaultName: string,
  fields: Fields,
  order: JobOrder,
): Promise<JobRecord> {
  const archiveId = textIn(fields, 'ArchiveId')
  if (archiveId === undefined) throw missingParameter('ArchiveId')
  const tier = textIn(fields, 'Tier') ?? 'Standard'
  if (!TIERS.includes(tier)) throw invalidParameter(`Invalid tier: ${tier}`)
  const archive = await stores.archives.find(vaultName, archiveId)
  const range = retrievalRange(textIn(fields, 'RetrievalByteRange'), archive)
  if (tier === 'Standard') await assertWithinQuota(stores, range.end - range.start)
  return stores.jobs.startArchiveRetrieval(vaultName, {
    ...order,
    ...range,
    tier,
    archiveId,
    archiveSize: archive.size,
    archiveTreeHash: archive.treeHash,
    treeHash: (await stores.archives.treeHashOf(vaultName, archive, range)) ?? null,
  })
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

function inventoryOrder(fields: Fields): InventoryOrder {
  const format = textIn(fields, 'Format') ?? 'JSON'
  if (format !== 'JSON' && format !== 'CSV') throw invalidParameter(`Invalid format: ${format}`)
  const parameters = fields.InventoryRetrievalParameters ?? {}
  if (typeof parameters !== 'object') throw invalidParameter('Invalid InventoryRetrievalParameters.')
  const limit = textIn(parameters as Fields, 'Limit')
  if (limit !== undefined && !/^[1-9]\d{0,14}$/.test(limit)) throw invalidParameter(`Invalid Limit: ${limit}`)
  const marker = textIn(parameters as Fields, 'Marker') ?? null
  if (marker !== null && !/^[\w-]{138}$/.test(marker)) throw invalidParameter(`Invalid Marker: ${marker}`)
  return {
    format,
    startDate: dateIn(parameters as Fields, 'StartDate'),
    endDate: dateIn(parameters as Fields, 'EndDate'),
    limit: limit === undefined ? null : Number(limit),
    marker,
  }
}

/** A date as the service takes it: ISO 8601, UTC, to the second or finer. */
function dateIn(fields: Fields, name: string): string | null {
  const text = textIn(fields, name)
  if (text === undefined) return null
  const form = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?Z$/
  if (!form.test(text) || Number.isNaN(Date.parse(text))) throw invalidParameter(`Invalid ${name}: ${text}`)
  return text
}

/** A text field; `null` is as good as none. */
function textIn(fields: Fields, name: string): string | undefined {
  const value = fields[name] ?? undefined
  if (value === undefined || typeof value === 'string') return value
  throw invalidParameter(`Invalid ${name}: it must be a string.`)
}
