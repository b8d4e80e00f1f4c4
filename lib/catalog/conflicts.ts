/**
 * Several records of one archive ID. They may say the same: `catalog rebuild` adds records, and catalogs are joined. If
 * they state different tree hashes, at most one of them is right, and nobody can say which, until `catalog rebuild`
 * asks the service.
 */
import { resolve } from 'node:path'
import { CatalogConflictError } from '../errors.js'
import type { ArchiveRecord } from './record.js'
import { describingRecords, surveyOf, type DescribingRecord } from './survey.js'

/** An archive ID for which a catalog has different tree hashes. */
export interface CatalogConflict {
  readonly archiveId: string
  /** A record for each of the tree hashes, in the order of the file. */
  readonly records: readonly DescribingRecord[]
}

/** The result of weighing the records of one archive ID. */
export interface Verdict {
  /** The record to use: of those with the right tree hash, the one that says most. */
  readonly archive: ArchiveRecord | undefined
  /** Where there are different tree hashes and no record settles which is right. */
  readonly conflict: CatalogConflict | undefined
}

/**
 * Weighs the records of one archive ID. A record that settles a conflict makes those before it count no more.
 *
 * @param records - in the order of the file
 */
export function verdictOn(archiveId: string, records: readonly DescribingRecord[]): Verdict {
  const settling = records.findLastIndex((it) => it.type === 'archive' && it.settles)
  const byHash = new Map<string, DescribingRecord>()
  for (const record of records.slice(Math.max(settling, 0)))
    if (record.treeHash !== undefined && !byHash.has(record.treeHash)) byHash.set(record.treeHash, record)
  const [right] = byHash.keys()
  const archives = records.filter((it): it is ArchiveRecord => it.type === 'archive' && it.treeHash === right)
  return {
    archive: withItsEnd(richestOf(archives), archives),
    conflict: byHash.size > 1 ? { archiveId, records: [...byHash.values()] } : undefined,
  }
}

/**
 * A record, saying of its stream's end what the last record of an upload says: a volume that said that another follows
 * is recorded again where the source ended at it.
 */
function withItsEnd(
  archive: ArchiveRecord | undefined,
  records: readonly ArchiveRecord[],
): ArchiveRecord | undefined {
  const last = records.findLast(({ partSize }) => partSize !== undefined)
  return archive && last && archive.more !== last.more ? { ...archive, more: last.more } : archive
}

/** Of records of one archive or one volume, the one that says most: of equals, the first. */
export function richestOf(records: readonly ArchiveRecord[]): ArchiveRecord | undefined {
  return records.reduce<ArchiveRecord | undefined>(
    (best, record) => (best === undefined || richness(record) > richness(best) ? record : best),
    undefined,
  )
}

/** A record of an upload says more than one that an inventory was reconciled with, and that more than an inventory's. */
export function richness({ partSize, uploadId, intentId }: ArchiveRecord): number {
  return (partSize === undefined ? 0 : 2) + (uploadId === undefined && intentId === undefined ? 0 : 1)
}

/**
 * Checks that a catalog does not contradict itself about archives.
 *
 * @throws {CatalogConflictError} `ERR_CATALOG_CONFLICT`: it has different tree hashes for one of them
 * @throws {CatalogError} `ERR_CATALOG`: it cannot be read
 */
export async function assertNoConflicts(file: string, archiveIds: readonly string[]): Promise<void> {
  if (archiveIds.length === 0) return
  for (const [archiveId, records] of await describingRecords(file, new Set(archiveIds))) {
    const { conflict } = verdictOn(archiveId, records)
    if (conflict) throw new CatalogConflictError(resolve(file), archiveId, linesOf(conflict))
  }
}

/**
 * All conflicts in a catalog, but for those about deleted archives.
 *
 * @throws {CatalogError} `ERR_CATALOG`: it cannot be read
 */
export async function conflictsIn(file: string): Promise<readonly CatalogConflict[]> {
  return conflictsAmong((await surveyOf(file)).repeated)
}

/** The conflicts among the records of archives that have several. */
export function conflictsAmong(
  repeated: ReadonlyMap<string, readonly DescribingRecord[]>,
): readonly CatalogConflict[] {
  return [...repeated].flatMap(([archiveId, records]) => verdictOn(archiveId, records).conflict ?? [])
}

/** The lines that contradict each other. */
export function linesOf({ records }: CatalogConflict): string[] {
  return records.map((record) => JSON.stringify(record))
}
