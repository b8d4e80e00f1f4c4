/**
 * The archives a catalog knows, but for those it knows to be deleted. Of several records of one archive, only the one
 * that counts.
 */
import { verdictOn } from './conflicts.js'
import { readBlocks, readCatalog } from './read-catalog.js'
import type { ArchiveRecord, MismatchedRecord } from './record.js'
import { surveyOf, type Survey } from './survey.js'

/**
 * The archives in a catalog's file that were not deleted, in the order they were written.
 *
 * @throws {CatalogError} `ERR_CATALOG`: it cannot be read
 */
export async function* archivesIn(file: string): AsyncGenerator<ArchiveRecord, void, undefined> {
  const isFirst = currentOf(await surveyOf(file))
  for await (const records of readBlocks(file, { types: ['archive'] }))
    for (const record of records) {
      const archive = isFirst(record)
      if (archive) yield archive
    }
}

/** The archives that were stored with another tree hash than that of the bytes sent, and not deleted since. */
export async function mismatchedIn(file: string): Promise<MismatchedRecord[]> {
  const found: MismatchedRecord[] = []
  for await (const records of readBlocks(file, { types: ['mismatched'] })) found.push(...records)
  if (found.length === 0) return []
  const deleted = await deletedIn(file)
  return found.filter(({ archiveId }) => !deleted.has(archiveId))
}

/** The IDs of the archives a catalog knows to be deleted. */
export async function deletedIn(file: string): Promise<Set<string>> {
  const deleted = new Set<string>()
  for await (const { archiveId } of readCatalog(file, 'deleted')) deleted.add(archiveId)
  return deleted
}

/**
 * Makes a function that says, record after record of a file, what to show in its place: the record that counts of its
 * archive, once.
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
