/**
 * Sets of volumes: the archives of a stream that was too large for one. The archive ID of the first volume identifies a
 * set.
 */
import type { FileSystem } from '../../runtime/file-system.js'
import { systemFiles } from '../../runtime/system-files.js'
import { richness, verdictOn } from './conflicts.js'
import { deletedIn } from './archives.js'
import { readBlocks } from '../read-catalog.js'
import type { ArchiveRecord } from '../record.js'
import { hashIn } from '../recorded-hash.js'
import { isObjectId } from '../vault-address.js'
import { describingRecords } from './survey.js'

/** The maximum number of missing volumes that are listed. */
const MAX_MISSING = 100

/** A set of volumes, or a single archive, which is a set of one. */
export interface ArchiveSet {
  /** The volumes that the catalog knows, in order, without deleted ones. */
  readonly volumes: readonly ArchiveRecord[]
  /**
   * - `complete`: all volumes are known
   * - `incomplete`: there is a gap, or the last known volume says that another follows it
   * - `unknown`: the end of the set is not recorded, since its last record is from an inventory; or there are two different
   *   archives for one volume, and no record says which is right
   */
  readonly state: 'complete' | 'incomplete' | 'unknown'
  /** The numbers of the volumes that the catalog does not know, up to the last known volume; at most 100 of them. */
  readonly missing: readonly number[]
  /** Bytes in all known volumes. */
  readonly size: number
  /**
   * Further archives. Those of volumes in `volumes`: a completion had no response, and the volume was stored again. In a
   * bucket also later volumes of a stream that another one has replaced, which ended with an earlier volume.
   */
  readonly duplicates: readonly ArchiveRecord[]
}

/** All archives of a set: its volumes, and the further ones that were stored for a volume. */
export function archivesOfSet({ volumes, duplicates }: ArchiveSet): ArchiveRecord[] {
  return [...volumes, ...duplicates]
}

/** The archive ID that identifies the set an archive belongs to. */
export function setIdOf({ archiveId, firstVolume }: ArchiveRecord): string {
  return firstVolume ?? archiveId
}

/**
 * Reads the set of a single archive or of a first volume. The ID of a later volume gives the whole set as well: then
 * `volumes[0]` is another archive. If the first volume is not known, `missing` contains 1.
 *
 * @param files - default the disk
 * @returns `undefined` if the catalog does not know the ID
 * @throws {CatalogError} `ERR_CATALOG`: it cannot be read
 */
export async function setOf(
  file: string,
  archiveId: string,
  files: FileSystem = systemFiles,
): Promise<ArchiveSet | undefined> {
  return (await setsOf(file, [archiveId], files)).get(archiveId)
}

/**
 * Reads the sets of several archives; archives that the catalog does not know have none.
 *
 * @throws as {@link setOf}
 */
export async function setsOf(
  file: string,
  archiveIds: readonly string[],
  files: FileSystem = systemFiles,
): Promise<ReadonlyMap<string, ArchiveSet>> {
  const requested = new Set(archiveIds)
  const deleted = await deletedIn(file, files)
  let records = await recordsOf(file, requested, deleted, files)
  const setIds = new Map(archiveIds.map((id) => [id, id]))
  for (const record of records)
    if (requested.has(record.archiveId)) setIds.set(record.archiveId, setIdOf(record))
  const needed = new Set(setIds.values())
  if (![...needed].every((id) => requested.has(id))) records = await recordsOf(file, needed, deleted, files)
  const bySet = grouped(records, setIdOf)
  const sets = new Map<string, ArchiveSet>()
  for (const [archiveId, setId] of setIds) {
    const found = bySet.get(setId)
    if (found) sets.set(archiveId, setFrom(found))
  }
  return sets
}

async function recordsOf(
  file: string,
  ids: ReadonlySet<string>,
  deleted: ReadonlySet<string>,
  files: FileSystem,
): Promise<ArchiveRecord[]> {
  let found: ArchiveRecord[] = []
  for await (const records of readBlocks(file, { types: ['archive', 'deleted'], archiveIds: ids }, files))
    for (const record of records) {
      const { archiveId } = record
      if (deleted.has(archiveId)) continue
      if (record.type === 'archive') found.push(record)
      else found = found.filter((other) => other.archiveId !== archiveId) // an object that was stored again since
    }
  return found
}

/**
 * Finds archives that a catalog states to be in several sets. No upload makes such records: one of them is of other origin,
 * as from a file that was imported. To delete one of the sets would delete a part of the other.
 *
 * @param archiveIds - the archives to look at
 * @throws {CatalogError} `ERR_CATALOG`: the catalog cannot be read
 */
export async function severalSetsAmong(
  file: string,
  archiveIds: ReadonlySet<string>,
  files: FileSystem = systemFiles,
): Promise<string[]> {
  const several: string[] = []
  for (const [archiveId, records] of await describingRecords(file, archiveIds, files)) {
    const sets = new Set(records.flatMap((record) => (record.type === 'archive' ? setIdOf(record) : [])))
    if (sets.size > 1) several.push(archiveId)
  }
  return several
}

/**
 * Makes a set of the records of its volumes.
 *
 * @param records - at least one, in the order of the file
 */
export function setFrom(records: readonly ArchiveRecord[]): ArchiveSet {
  const known = [...grouped(records, ({ archiveId }) => archiveId)]
    .map(([archiveId, ofArchive]) => verdictOn(archiveId, ofArchive).archive)
    .filter((archive) => archive !== undefined)
  const byNumber = [...grouped(known, ({ volume }) => volume)]
    .sort(([a], [b]) => a - b)
    .map(([, candidates]) => candidates.sort((a, b) => richness(b) - richness(a)))
  const chosen = byNumber.flatMap((candidates) => candidates.slice(0, 1))
  const end = chosen.findIndex(isEndOfObjects)
  const volumes = end < 0 ? chosen : chosen.slice(0, end + 1)
  const missing = missingIn(volumes)
  return {
    volumes,
    state: stateOf(volumes, missing, byNumber.some(isAmbiguous)),
    missing,
    size: volumes.reduce((sum, { size }) => sum + size, 0),
    duplicates: [...byNumber.flatMap((candidates) => candidates.slice(1)), ...chosen.slice(volumes.length)],
  }
}

/**
 * Whether the upload of an object says that its stream ended there. Keys are used again: an object `KEY.volume2` of an
 * earlier stream stays when a shorter stream replaces the object `KEY`, and is no part of it.
 */
function isEndOfObjects({ archiveId, more, partSize, intentId }: ArchiveRecord): boolean {
  return isObjectId(archiveId) && !more && (partSize !== undefined || intentId !== undefined)
}

/** Whether no record says which of the archives for one volume belongs to the set. */
function isAmbiguous([best, ...others]: readonly ArchiveRecord[]): boolean {
  return others.some((other) => best && richness(other) === richness(best) && hashIn(other) !== hashIn(best))
}

function missingIn(volumes: readonly ArchiveRecord[]): number[] {
  const numbers = new Set(volumes.map(({ volume }) => volume))
  const last = volumes.at(-1)?.volume ?? 0
  const missing: number[] = []
  // A record of other origin may have any number.
  for (let number = 1; number < last && missing.length < MAX_MISSING; number++)
    if (!numbers.has(number)) missing.push(number)
  return missing
}

function stateOf(
  volumes: readonly ArchiveRecord[],
  missing: readonly number[],
  ambiguous: boolean,
): ArchiveSet['state'] {
  const last = volumes.at(-1)
  if (missing.length > 0 || last?.more) return 'incomplete'
  // A request of its own stores only what ends there: `intentId` says that no volume follows.
  const isEndKnown = volumes.length < 2 || last?.partSize !== undefined || last?.intentId !== undefined
  return isEndKnown && !ambiguous ? 'complete' : 'unknown'
}

function grouped<T, Key>(all: Iterable<T>, keyOf: (one: T) => Key): Map<Key, T[]> {
  const groups = new Map<Key, T[]>()
  for (const one of all) {
    const group = groups.get(keyOf(one))
    if (group) group.push(one)
    else groups.set(keyOf(one), [one])
  }
  return groups
}
