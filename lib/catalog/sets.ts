/**
 * A set: the archives of a stream that did not fit one. The archive ID of its first volume identifies it.
 */
import { richness, verdictOn } from './conflicts.js'
import { readBlocks } from './read-catalog.js'
import type { ArchiveRecord } from './record.js'

/** A set of volumes, or a single archive, which is a set of one. */
export interface ArchiveSet {
  /** Those the catalog knows, in their order, without deleted ones. */
  readonly volumes: readonly ArchiveRecord[]
  /**
   * - `complete`: all volumes are known
   * - `incomplete`: there is a gap, or the last known volume says that another follows it
   * - `unknown`: where the set ends is not recorded, as its last record is from an inventory; or there are two different
   *   archives for one volume, and nothing says which is right
   */
  readonly state: 'complete' | 'incomplete' | 'unknown'
  /** The numbers of volumes before the last known one that the catalog does not know. */
  readonly missing: readonly number[]
  /** Bytes in all known volumes. */
  readonly size: number
  /** Further archives of volumes that `volumes` has: a completion was not answered, and the volume was stored again. */
  readonly duplicates: readonly ArchiveRecord[]
}

/** The archive ID that identifies the set an archive belongs to. */
export function setIdOf({ archiveId, firstVolume }: ArchiveRecord): string {
  return firstVolume ?? archiveId
}

/**
 * The set of a single archive or of a first volume. For a later volume's ID, the whole set it belongs to: `volumes[0]` is
 * another archive then. If the first volume is not known, `missing` has 1.
 *
 * @returns `undefined` where the catalog does not know the ID
 * @throws {CatalogError} `ERR_CATALOG`: it cannot be read
 */
export async function setOf(file: string, archiveId: string): Promise<ArchiveSet | undefined> {
  return (await setsOf(file, [archiveId])).get(archiveId)
}

/**
 * The sets of several archives; those the catalog does not know are left out.
 *
 * @throws as {@link setOf}
 */
export async function setsOf(
  file: string,
  archiveIds: readonly string[],
): Promise<ReadonlyMap<string, ArchiveSet>> {
  const asked = new Set(archiveIds)
  const deleted = new Set<string>()
  for await (const records of readBlocks(file, { types: ['deleted'] }))
    for (const it of records) deleted.add(it.archiveId)
  let records = await recordsOf(file, asked, deleted)
  const setIds = new Map(archiveIds.map((id) => [id, id]))
  for (const record of records) if (asked.has(record.archiveId)) setIds.set(record.archiveId, setIdOf(record))
  const wanted = new Set(setIds.values())
  if (![...wanted].every((id) => asked.has(id))) records = await recordsOf(file, wanted, deleted)
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
): Promise<ArchiveRecord[]> {
  const found: ArchiveRecord[] = []
  for await (const records of readBlocks(file, { types: ['archive'], archiveIds: ids }))
    found.push(...records.filter(({ archiveId }) => !deleted.has(archiveId)))
  return found
}

/**
 * Puts a set together.
 *
 * @param records - those of its volumes, in the order of the file; one at least
 */
export function setFrom(records: readonly ArchiveRecord[]): ArchiveSet {
  const known = [...grouped(records, ({ archiveId }) => archiveId)]
    .map(([archiveId, its]) => verdictOn(archiveId, its).archive)
    .filter((archive) => archive !== undefined)
  const byNumber = [...grouped(known, ({ volume }) => volume)]
    .sort(([a], [b]) => a - b)
    .map(([, candidates]) => candidates.sort((a, b) => richness(b) - richness(a)))
  const volumes = byNumber.flatMap((candidates) => candidates.slice(0, 1))
  const missing = missingIn(volumes)
  return {
    volumes,
    state: stateOf(volumes, missing, byNumber.some(isAmbiguous)),
    missing,
    size: volumes.reduce((sum, { size }) => sum + size, 0),
    duplicates: byNumber.flatMap((candidates) => candidates.slice(1)),
  }
}

/** Whether nothing says which of the archives for one volume belongs to the set. */
function isAmbiguous(candidates: readonly ArchiveRecord[]): boolean {
  const chosen = candidates[0] as ArchiveRecord // a group has one at least
  return candidates.some((it) => richness(it) === richness(chosen) && it.treeHash !== chosen.treeHash)
}

function missingIn(volumes: readonly ArchiveRecord[]): number[] {
  const numbers = new Set(volumes.map(({ volume }) => volume))
  const last = volumes.at(-1)?.volume ?? 0
  return Array.from({ length: last }, (_, i) => i + 1).filter((number) => !numbers.has(number))
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
