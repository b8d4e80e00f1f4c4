/**
 * Everything a catalog has to show, in the order it was written: archives, sets as one, archives with a wrong tree hash;
 * at the end, archives that may exist.
 */
import { currentOf } from './archives.js'
import { conflictsAmong, type CatalogConflict } from './conflicts.js'
import type { PossibleArchive } from './possible-archives.js'
import { readBlocks } from './read-catalog.js'
import type { ArchiveRecord, CatalogRecord, MismatchedRecord } from './record.js'
import { setFrom, type ArchiveSet } from './sets.js'
import { surveyOf, type Survey } from './survey.js'
import { UnsettledRecords } from './unsettled-records.js'

/** A set of several volumes, or of which one is known and another should follow or precede it. */
export interface SetEntry {
  readonly type: 'set'
  /** The archive ID of the first volume, also where the catalog does not know that volume. */
  readonly setId: string
  readonly set: ArchiveSet
}

/** Something to show. */
export type CatalogEntry = ArchiveRecord | SetEntry | MismatchedRecord | PossibleArchive

/** Everything that a catalog has to show. */
export interface Listing {
  readonly conflicts: readonly CatalogConflict[]
  /** To be gone through once. */
  readonly blocks: AsyncIterable<readonly CatalogEntry[]>
}

/**
 * Reads what a catalog has to show.
 *
 * @throws {CatalogError} `ERR_CATALOG`: it cannot be read
 */
export async function listingOf(file: string): Promise<Listing> {
  const survey = await surveyOf(file)
  return { conflicts: conflictsAmong(survey.repeated), blocks: entriesOf(file, survey) }
}

async function* entriesOf(file: string, survey: Survey): AsyncGenerator<CatalogEntry[], void, undefined> {
  const unsettled = new UnsettledRecords()
  const entries = new Entries(survey)
  for await (const records of readBlocks(file)) {
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

/** Decides which entry to show in place of a record. A set stands where its first volume's record is. */
class Entries {
  readonly #survey: Survey
  readonly #current: (record: ArchiveRecord) => ArchiveRecord | undefined
  readonly #shownSets = new Set<string>()

  constructor(survey: Survey) {
    this.#survey = survey
    this.#current = currentOf(survey)
  }

  of(record: CatalogRecord): CatalogEntry | undefined {
    if (record.type === 'mismatched') return this.#survey.deleted.has(record.archiveId) ? undefined : record
    if (record.type !== 'archive') return undefined
    const archive = this.#current(record)
    if (!archive || archive.firstVolume !== undefined) return undefined
    const { archiveId, more } = archive
    const { laterVolumes } = this.#survey
    return more || (laterVolumes.size > 0 && laterVolumes.has(archiveId))
      ? this.#setOf(archiveId, [archive])
      : archive
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
