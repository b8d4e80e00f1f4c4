/** The archives of every reported success are what the catalog says. */
import { CATALOG, type SharedEnvironment } from '../actors/environment.js'
import type { StoredStream } from '../actors/ledger.js'
import { allRecords } from './all-records.js'
import type { RawRecord } from './catalog-records.js'

/**
 * Checks that the catalog has each archive of a success, in its place in the stream.
 *
 * @param hasHash - whether a record has the hash of an archive, in the form of its store
 */
export function checkRecorded<Stored extends StoredStream>(
  env: SharedEnvironment,
  { process, archives }: Stored,
  hasHash: (record: RawRecord, archive: Stored['archives'][number]) => boolean,
): void {
  const records = allRecords(env).filter(({ type }) => type === 'archive')
  for (const [i, archive] of archives.entries()) {
    const { archiveId, size } = archive
    const isRecorded = records.some(
      (record) =>
        record.archiveId === archiveId &&
        record.size === size &&
        hasHash(record, archive) &&
        record.volume === i + 1 &&
        record.firstVolume === (i === 0 ? undefined : archives[0]?.archiveId) &&
        record.more === (i < archives.length - 1 ? true : undefined),
    )
    if (!isRecorded)
      env.world.fail(
        'a success is what the catalog says',
        `${process} reports ${archiveId}, not in ${CATALOG}`,
      )
  }
}
