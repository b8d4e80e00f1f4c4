/**
 * Several records of one archive ID. They may agree: `catalog rebuild` adds records, and catalogs are joined. If they state
 * different tree hashes, at most one of them is right, and only the service knows which: `catalog rebuild` compares them
 * with an inventory.
 */
import { resolve } from 'node:path'
import { CatalogConflictError } from '../../errors.js'
import type { FileSystem } from '../../runtime/file-system.js'
import { systemFiles } from '../../runtime/system-files.js'
import type { ArchiveRecord } from '../record.js'
import { hashIn } from '../recorded-hash.js'
import { isObjectId } from '../vault-address.js'
import { describingRecords, surveyOf, type DescribingRecord } from './survey.js'

/** An archive ID for which a catalog has different tree hashes. */
export interface CatalogConflict {
  /** The archive's ID. */
  readonly archiveId: string
  /** A record for each of the tree hashes, in the order of the file. */
  readonly records: readonly DescribingRecord[]
}

/** The result of weighing the records of one archive ID. */
export interface Verdict {
  /** The record to use: of those with the right tree hash, the one with the most fields. */
  readonly archive: ArchiveRecord | undefined
  /** The conflict, if there are different tree hashes and no record settles which is right. */
  readonly conflict: CatalogConflict | undefined
}

/**
 * Weighs the records of one archive ID. If a record settles a conflict, those before it no longer count. Of an object in a
 * bucket, only the records of the hash that was recorded last count: an object that is stored again replaces the one before.
 *
 * @param all - all records of the ID, in the order of the file
 */
export function verdictOn(archiveId: string, all: readonly DescribingRecord[]): Verdict {
  const records = isObjectId(archiveId) ? latestOf(all) : all
  const settling = records.findLastIndex((record) => record.type === 'archive' && record.settles)
  const byHash = new Map<string, DescribingRecord>()
  for (const record of records.slice(Math.max(settling, 0))) {
    const hash = hashIn(record)
    if (hash !== undefined && !byHash.has(hash)) byHash.set(hash, record)
  }
  const [right] = byHash.keys()
  const archives = records.filter(
    (record): record is ArchiveRecord => record.type === 'archive' && hashIn(record) === right,
  )
  return {
    archive: withStreamEnd(richestOf(archives), archives),
    conflict: byHash.size > 1 ? { archiveId, records: [...byHash.values()] } : undefined,
  }
}

/** The records of an object as it is now: those with the hash that was recorded last, without any that is older than another. */
function latestOf(records: readonly DescribingRecord[]): readonly DescribingRecord[] {
  const last = records.findLast((record) => hashIn(record) !== undefined)
  if (!last) return records
  const isOther = (record: DescribingRecord): boolean =>
    hashIn(record) !== undefined && hashIn(record) !== hashIn(last)
  return records.slice(records.findLastIndex(isOther) + 1)
}

/**
 * Takes over from the last record of an upload whether another volume follows: a volume after which another one was
 * expected is recorded again if the source ended with it.
 */
function withStreamEnd(
  archive: ArchiveRecord | undefined,
  records: readonly ArchiveRecord[],
): ArchiveRecord | undefined {
  const last = records.findLast(({ partSize }) => partSize !== undefined)
  return archive && last && archive.more !== last.more ? { ...archive, more: last.more } : archive
}

/** Of records of one archive or one volume, the one with the highest {@link richness}: of equals, the first. */
export function richestOf(records: readonly ArchiveRecord[]): ArchiveRecord | undefined {
  return records.reduce<ArchiveRecord | undefined>(
    (best, record) => (best === undefined || richness(record) > richness(best) ? record : best),
    undefined,
  )
}

/**
 * How much a record states: a record of an upload the most, a record that was reconciled with an inventory less, a record
 * of an inventory alone the least.
 */
export function richness({ partSize, uploadId, intentId }: ArchiveRecord): number {
  return (partSize === undefined ? 0 : 2) + (uploadId === undefined && intentId === undefined ? 0 : 1)
}

/**
 * Checks that a catalog does not contradict itself about archives.
 *
 * @param files - default the disk
 * @throws {CatalogConflictError} `ERR_CATALOG_CONFLICT`: it has different tree hashes for one of them
 * @throws {CatalogError} `ERR_CATALOG`: it cannot be read
 */
export async function assertNoConflicts(
  file: string,
  archiveIds: readonly string[],
  files: FileSystem = systemFiles,
): Promise<void> {
  for (const [archiveId, records] of await describingRecords(file, new Set(archiveIds), files)) {
    const { conflict } = verdictOn(archiveId, records)
    if (conflict) throw new CatalogConflictError(resolve(file), archiveId, linesOf(conflict))
  }
}

/**
 * Finds all conflicts in a catalog, except those about deleted archives.
 *
 * @param files - default the disk
 * @throws {CatalogError} `ERR_CATALOG`: it cannot be read
 */
export async function conflictsIn(
  file: string,
  files: FileSystem = systemFiles,
): Promise<readonly CatalogConflict[]> {
  return conflictsAmong((await surveyOf(file, files)).repeated)
}

/** Finds the conflicts among the records of archives that have several. */
export function conflictsAmong(
  repeated: ReadonlyMap<string, readonly DescribingRecord[]>,
): readonly CatalogConflict[] {
  return [...repeated].flatMap(([archiveId, records]) => verdictOn(archiveId, records).conflict ?? [])
}

/** The lines of the records that contradict each other. */
export function linesOf({ records }: CatalogConflict): string[] {
  return records.map((record) => JSON.stringify(record))
}
