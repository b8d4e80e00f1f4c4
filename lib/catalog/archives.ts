/**
 * The archives a catalog knows, but for those it knows to be deleted.
 */
import { readBlocks, readCatalog } from './catalog.js'
import type { ArchiveRecord } from './record.js'

/**
 * The archives in a catalog's file that were not deleted, in the order they were written.
 *
 * @throws {CatalogError} `ERR_CATALOG`: it cannot be read
 */
export async function* archivesIn(file: string): AsyncGenerator<ArchiveRecord, void, undefined> {
  for await (const archives of archiveBlocksIn(file)) yield* archives
}

/** The same in blocks of many. */
export async function* archiveBlocksIn(file: string): AsyncGenerator<ArchiveRecord[], void, undefined> {
  const deleted = await deletedIn(file)
  for await (const archives of readBlocks(file, 'archive'))
    yield deleted.size === 0 ? archives : archives.filter(({ archiveId }) => !deleted.has(archiveId))
}

/** The IDs of the archives a catalog knows to be deleted. */
export async function deletedIn(file: string): Promise<Set<string>> {
  const deleted = new Set<string>()
  for await (const { archiveId } of readCatalog(file, 'deleted')) deleted.add(archiveId)
  return deleted
}

/** The volumes of the stream an archive is the first of, in their order; of another archive, itself alone or none. */
export async function volumesOf(file: string, archiveId: string): Promise<ArchiveRecord[]> {
  const volumes = new Map<string, ArchiveRecord>()
  for await (const archive of archivesIn(file)) {
    if (archive.archiveId === archiveId || archive.firstVolume === archiveId)
      volumes.set(archive.archiveId, archive)
  }
  return [...volumes.values()].sort((a, b) => a.volume - b.volume)
}

/** What the catalog knows of an archive; `undefined` where it knows none of that ID. */
export async function archiveOf(file: string, archiveId: string): Promise<ArchiveRecord | undefined> {
  for await (const archive of archivesIn(file)) if (archive.archiveId === archiveId) return archive
  return undefined
}
