/**
 * The entries that `ls` shows of a catalog, in the order in which they were written: archives, sets of volumes as one entry
 * each, archives with a wrong tree hash; at the end, archives that may exist.
 */
import type { FileSystem } from '../../runtime/file-system.js'
import { systemFiles } from '../../runtime/system-files.js'
import { currentOf, isStillThere } from './archives.js'
import { conflictsAmong, type CatalogConflict } from './conflicts.js'
import type { PossibleArchive } from './possible-archives.js'
import { readBlocks } from '../read-catalog.js'
import type { ArchiveRecord, CatalogRecord, MismatchedRecord } from '../record.js'
import { setFrom, type ArchiveSet } from './sets.js'
import { surveyOf, type Survey } from './survey.js'
import { UnsettledRecords } from './unsettled-records.js'

/** A set of several volumes. Possibly only one of them is known, and another one should follow or precede it. */
export interface SetEntry {
  readonly type: 'set'
  /** The archive ID of the first volume, even if the catalog does not know that volume. */
  readonly setId: string
  /** The volumes that the catalog knows. */
  readonly set: ArchiveSet
}

/** An entry of a listing. */
export type CatalogEntry = ArchiveRecord | SetEntry | MismatchedRecord | PossibleArchive

/** The entries of a catalog, and its conflicts. */
export interface Listing {
  /** Archive IDs with different tree hashes. */
  readonly conflicts: readonly CatalogConflict[]
  /** The entries in blocks of many; may be iterated once. */
  readonly blocks: AsyncIterable<readonly CatalogEntry[]>
}

/**
 * Reads the entries of a catalog.
 *
 * @param files - default the disk
 * @throws {CatalogError} `ERR_CATALOG`: it cannot be read
 */
export async function listingOf(file: string, files: FileSystem = systemFiles): Promise<Listing> {
  const survey = await surveyOf(file, files)
  return { conflicts: conflictsAmong(survey.repeated), blocks: entriesOf(file, survey, files) }
}

async function* entriesOf(
  file: string,
  survey: Survey,
  files: FileSystem,
): AsyncGenerator<CatalogEntry[], void, undefined> {
  const unsettled = new UnsettledRecords()
  const entries = new Entries(survey)
  for await (const records of readBlocks(file, {}, files)) {
    const block: CatalogEntry[] = []
    for (const record of records) {
      unsettled.take(record)
      const entry = entries.of(record)
      if (entry) block.push(entry)
    }
    yield block
  }
  yield [...entries.setsWithoutFirst(), ...unsettled.possible()]
}

/** Decides which entry to show for a record. A set is shown at the record of its first volume. */
class Entries {
  readonly #survey: Survey
  readonly #current: (record: ArchiveRecord) => ArchiveRecord | undefined
  readonly #shownSets = new Set<string>()

  constructor(survey: Survey) {
    this.#survey = survey
    this.#current = currentOf(survey)
  }

  of(record: CatalogRecord): CatalogEntry | undefined {
    if (record.type === 'mismatched') return this.#isStillThere(record) ? record : undefined
    if (record.type !== 'archive') return undefined
    const archive = this.#current(record)
    if (!archive || archive.firstVolume !== undefined) return undefined
    const { archiveId, more } = archive
    const { laterVolumes } = this.#survey
    return more || (laterVolumes.size > 0 && laterVolumes.has(archiveId))
      ? this.#setOf(archiveId, [archive])
      : archive
  }

  #isStillThere(record: MismatchedRecord): boolean {
    const { deleted, repeated } = this.#survey
    return !deleted.has(record.archiveId) && isStillThere(record, repeated)
  }

  /** The sets whose first volume the catalog does not know. */
  setsWithoutFirst(): SetEntry[] {
    return [...this.#survey.laterVolumes.keys()]
      .filter((setId) => !this.#shownSets.has(setId))
      .map((setId) => this.#setOf(setId, []))
      .filter(({ set }) => set.volumes.length > 0)
  }

  #setOf(setId: string, first: readonly ArchiveRecord[]): SetEntry {
    this.#shownSets.add(setId)
    const { deleted, laterVolumes } = this.#survey
    const later = laterVolumes.get(setId)?.filter(({ archiveId }) => !deleted.has(archiveId)) ?? []
    return { type: 'set', setId, set: setFrom([...first, ...later]) }
  }
}
