/**
 * The archives of a catalog that are not deleted. If an archive has several records, they are reduced to the one that
 * counts.
 */
import type { FileSystem } from '../../runtime/file-system.js'
import { systemFiles } from '../../runtime/system-files.js'
import { verdictOn } from './conflicts.js'
import { readBlocks } from '../read-catalog.js'
import type { ArchiveRecord, MismatchedRecord } from '../record.js'
import { isObjectId } from '../vault-address.js'
import { describingRecords, surveyOf, type DescribingRecord, type Survey } from './survey.js'

/**
 * Reads the archives of a catalog that were not deleted, in the order in which they were written.
 *
 * @param files - default the disk
 * @throws {CatalogError} `ERR_CATALOG`: the catalog cannot be read
 */
export async function* archivesIn(
  file: string,
  files: FileSystem = systemFiles,
): AsyncGenerator<ArchiveRecord, void, undefined> {
  const current = currentOf(await surveyOf(file, files))
  for await (const records of readBlocks(file, { types: ['archive'] }, files))
    for (const record of records) {
      const archive = current(record)
      if (archive) yield archive
    }
}

/**
 * Reads the archives that were stored with another tree hash than that of the bytes sent, and not deleted since.
 *
 * @param files - default the disk
 * @throws {CatalogError} `ERR_CATALOG`: the catalog cannot be read
 */
export async function mismatchedIn(
  file: string,
  files: FileSystem = systemFiles,
): Promise<MismatchedRecord[]> {
  const found: MismatchedRecord[] = []
  for await (const records of readBlocks(file, { types: ['mismatched'] }, files)) found.push(...records)
  if (found.length === 0) return []
  const objects = new Set(found.map(({ archiveId }) => archiveId).filter(isObjectId))
  const described = await describingRecords(file, objects, files)
  const deleted = await deletedIn(file, files)
  return found.filter((record) => !deleted.has(record.archiveId) && isStillThere(record, described))
}

/**
 * Whether an archive with a wrong hash, which was not deleted, is still there: an object may have been replaced, or deleted
 * and stored again. The record of it that was written last says what is at its key.
 *
 * @param described - the records that describe objects, by their IDs, in the order in which they were written
 */
export function isStillThere(
  { archiveId, time }: MismatchedRecord,
  described: ReadonlyMap<string, readonly DescribingRecord[]>,
): boolean {
  const last = isObjectId(archiveId) ? described.get(archiveId)?.at(-1) : undefined
  return last === undefined || (last.type === 'mismatched' && last.time === time)
}

/**
 * Reads the IDs of the archives that a catalog records as deleted.
 *
 * @param files - default the disk
 * @throws {CatalogError} `ERR_CATALOG`: the catalog cannot be read
 */
export async function deletedIn(file: string, files: FileSystem = systemFiles): Promise<Set<string>> {
  return new Set((await deletionTimesIn(file, files)).keys())
}

/**
 * Reads when archives were deleted, by their IDs, ISO 8601. An object of a bucket that was stored again since is not deleted.
 *
 * @param files - default the disk
 * @param archiveIds - only these archives; default all
 * @throws {CatalogError} `ERR_CATALOG`: the catalog cannot be read
 */
export async function deletionTimesIn(
  file: string,
  files: FileSystem = systemFiles,
  archiveIds?: ReadonlySet<string>,
): Promise<Map<string, string>> {
  const times = new Map<string, string>()
  for await (const records of readBlocks(file, { types: ['deleted'], archiveIds }, files))
    for (const { archiveId, time } of records) times.set(archiveId, time)
  await leaveOutRenewed(times, file, files)
  return times
}

/** Leaves out the objects that were stored again after their last deletion: only their keys come back. */
async function leaveOutRenewed(times: Map<string, string>, file: string, files: FileSystem): Promise<void> {
  const objects = new Set([...times.keys()].filter(isObjectId))
  for (const archiveId of (await describingRecords(file, objects, files)).keys()) times.delete(archiveId)
}

/**
 * Makes a function that is called with each archive record of a file, in order. It returns the record that counts of that
 * archive, once for each archive, and nothing for deleted archives.
 */
export function currentOf({
  deleted,
  repeated,
}: Survey): (record: ArchiveRecord) => ArchiveRecord | undefined {
  if (deleted.size === 0 && repeated.size === 0) return (record) => record // a look-up hashes the whole ID
  const done = new Set<string>()
  return (record) => {
    const { archiveId } = record
    if (deleted.has(archiveId)) return undefined
    const records = repeated.get(archiveId)
    if (!records) return record
    if (done.has(archiveId)) return undefined
    done.add(archiveId)
    return verdictOn(archiveId, records).archive
  }
}
