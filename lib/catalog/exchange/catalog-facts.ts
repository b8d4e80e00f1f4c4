/** Facts about a catalog that decide whether a record is added to it. */
import { createHash } from 'node:crypto'
import type { FileSystem } from '../../runtime/file-system.js'
import { describingRecords, type DescribingRecord } from '../queries/survey.js'
import { readBlocks } from '../read-catalog.js'
import type { ArchiveRecord, CatalogRecord } from '../record.js'
import { isObjectId } from '../vault-address.js'

/** Facts about a catalog. */
export interface CatalogFacts {
  /** The number of equal records that the catalog has, by {@link keyOf}; only for the given records. */
  readonly counts: Map<string, number>
  /** When archives were deleted, by their IDs, ISO 8601. An object that was stored again since is not among them. */
  readonly deleted: ReadonlyMap<string, string>
  /** The IDs of uploads and intents whose outcome is known. */
  readonly settled: ReadonlySet<string>
  /** The records of later volumes, by the archive ID of their first volume. */
  readonly laterVolumes: ReadonlyMap<string, readonly ArchiveRecord[]>
  /** The records that describe one of the given archives, or a given object that is deleted, by its ID. */
  readonly describing: ReadonlyMap<string, readonly DescribingRecord[]>
}

/** The same for records with the same fields, in any order. */
export function keyOf(record: CatalogRecord): string {
  const fields = Object.entries(record)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return createHash('sha256').update(JSON.stringify(fields)).digest('base64')
}

/**
 * Reads the facts.
 *
 * @param records - the records that may be added
 * @throws {CatalogError} `ERR_CATALOG`: the catalog cannot be read
 */
export async function factsOf(
  file: string,
  records: readonly CatalogRecord[],
  files: FileSystem,
): Promise<CatalogFacts> {
  const counts = new Map(records.map((record) => [keyOf(record), 0]))
  const archiveIds = new Set(
    records
      .filter((record) => isDescribing(record) || record.type === 'deleted')
      .map(({ archiveId }) => archiveId),
  )
  const deleted = new Map<string, string>()
  const settled = new Set<string>()
  const laterVolumes = new Map<string, ArchiveRecord[]>()
  for await (const block of readBlocks(file, {}, files))
    for (const record of block) {
      const key = keyOf(record)
      const count = counts.get(key)
      if (count !== undefined) counts.set(key, count + 1)
      if (record.type === 'deleted') deleted.set(record.archiveId, record.time)
      else if (isDescribing(record) && isObjectId(record.archiveId)) deleted.delete(record.archiveId)
      for (const id of settledBy(record)) settled.add(id)
      if (record.type !== 'archive' || record.firstVolume === undefined) continue
      laterVolumes.set(record.firstVolume, [...(laterVolumes.get(record.firstVolume) ?? []), record])
    }
  const describing = await describingRecords(file, archiveIds, files)
  return { counts, deleted, settled, laterVolumes, describing }
}

/** Whether a record describes an archive. */
export function isDescribing(record: CatalogRecord): record is DescribingRecord {
  return record.type === 'archive' || record.type === 'mismatched'
}

/** The IDs of the upload and the intent whose outcome a record states. */
function settledBy(record: CatalogRecord): string[] {
  switch (record.type) {
    case 'archive':
    case 'mismatched':
      return [record.uploadId, record.intentId].filter((id) => id !== undefined)
    case 'aborted':
    case 'expired':
    case 'ended':
      return record.uploadId === undefined ? [] : [record.uploadId]
    default:
      return []
  }
}
