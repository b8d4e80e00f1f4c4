/** `jobs/JOB_ID.json`: a job. */
import type { ByteRange } from '../../byte-range.js'
import { equals, hasShape, isCount, isDate, isHash, isText, nullOr, type Shape } from './shape.js'

/** The parameters of any job. */
export interface JobOrder {
  readonly description: string | null
  readonly snsTopic: string | null
}

/** The speed and cost of a retrieval. */
export type Tier = 'Expedited' | 'Standard' | 'Bulk'

/** The parameters of an archive retrieval, and the archive at its start. */
export interface ArchiveOrder extends JobOrder, ByteRange {
  readonly tier: Tier
  readonly archiveId: string
  /** Bytes of the whole archive. */
  readonly archiveSize: number
  /** Tree hash of the whole archive. */
  readonly archiveTreeHash: string
  /** Tree hash of the range; `null` if the range is not tree-hash aligned. */
  readonly treeHash: string | null
}

/** The parameters of an inventory retrieval. */
export interface InventoryOrder {
  readonly format: 'CSV' | 'JSON'
  /** ISO 8601: archives created at this time or later. */
  readonly startDate: string | null
  /** ISO 8601: archives created before this time. */
  readonly endDate: string | null
  /** The maximum number of rows. */
  readonly limit: number | null
  /** The archive ID of the first row. */
  readonly marker: string | null
}

/** The state of a job. */
export interface JobState {
  readonly jobId: string
  /** ISO 8601. */
  readonly creationDate: string
  /** ISO 8601. */
  readonly completionDate: string
  /** The reason of a failure; `null` if the job succeeds. */
  readonly failure: string | null
}

/** An archive retrieval. */
export interface ArchiveJob extends JobState, ArchiveOrder {
  readonly action: 'ArchiveRetrieval'
}

/** An inventory retrieval. */
export interface InventoryJob extends JobState, JobOrder, InventoryOrder {
  readonly action: 'InventoryRetrieval'
  /** Bytes of its output. */
  readonly outputSize: number
  /** The marker for a job that continues the list; `null` at its end. */
  readonly nextMarker: string | null
}

/** `JOB_ID.json`. */
export type JobRecord = ArchiveJob | InventoryJob

/** The name of a job in messages about damage. */
export function damagedJob(vaultName: string, jobId: string): string {
  return `The job ${jobId} in the vault ${vaultName}`
}

/** Whether a value has the form of the {@link JobRecord} of a job. */
export function jobFormOf(jobId: string): (value: unknown) => value is JobRecord {
  return (value): value is JobRecord => {
    if (!hasShape<JobRecord>(value, { ...JOB, jobId: equals(jobId) })) return false
    return value.action === 'ArchiveRetrieval'
      ? hasShape<ArchiveJob>(value, ARCHIVE_JOB) && value.start <= value.end && value.end <= value.archiveSize
      : hasShape<InventoryJob>(value, INVENTORY_JOB)
  }
}

const JOB: Shape<JobRecord> = {
  description: nullOr(isText),
  snsTopic: nullOr(isText),
  creationDate: isDate,
  completionDate: isDate,
  failure: nullOr(isText),
}
const ARCHIVE_JOB: Shape<ArchiveJob> = {
  tier: (value) => value === 'Expedited' || value === 'Standard' || value === 'Bulk',
  archiveId: isText,
  archiveSize: isCount,
  archiveTreeHash: isHash,
  treeHash: nullOr(isHash),
  start: isCount,
  end: isCount,
}
const INVENTORY_JOB: Shape<InventoryJob> = {
  action: equals('InventoryRetrieval'),
  format: (value) => value === 'CSV' || value === 'JSON',
  startDate: nullOr(isDate),
  endDate: nullOr(isDate),
  limit: nullOr(isCount),
  marker: nullOr(isText),
  outputSize: isCount,
  nextMarker: nullOr(isText),
}

/** The key that jobs are sorted by: the time of their start, then their ID. */
export function jobSortKey({ creationDate, jobId }: JobRecord): string {
  return `${creationDate}/${jobId}`
}
