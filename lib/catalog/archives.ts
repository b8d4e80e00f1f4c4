/**
 * The archives a catalog knows.
 */
import type { ArchiveRecord, CatalogRecord } from './record.js'

/** The archives among a catalog's records, as they come. */
export async function* archivesIn(
  records: AsyncIterable<CatalogRecord>,
): AsyncGenerator<ArchiveRecord, void, undefined> {
  for await (const record of records) if (record.type === 'archive') yield record
}

/** The volumes of the stream an archive is the first of, in their order; of another archive, itself alone or none. */
export async function volumesOf(
  records: AsyncIterable<CatalogRecord>,
  archiveId: string,
): Promise<ArchiveRecord[]> {
  const volumes: ArchiveRecord[] = []
  for await (const archive of archivesIn(records)) {
    if (archive.archiveId === archiveId || archive.firstVolume === archiveId) volumes.push(archive)
  }
  return volumes.sort((a, b) => a.volume - b.volume)
}
