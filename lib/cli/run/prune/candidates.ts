/**
 * The stored streams that `prune` considers.
 *
 * Only complete ones with a name: it may not delete, nor count as a backup, what cannot be restored or identified. A set
 * whose deletion has begun is not among them, but its rest is deleted: each deletion of one of its later volumes is recorded
 * with the set, and the first volume is deleted last.
 */
import { conflictsIn } from '../../../catalog/queries/conflicts.js'
import { archivesOfSet, severalSetsAmong } from '../../../catalog/queries/sets.js'
import { isInPlace, storedEntriesIn, type StoredEntry } from '../../../catalog/queries/stored-entries.js'
import { readBlocks } from '../../../catalog/read-catalog.js'
import type { ArchiveRecord } from '../../../catalog/record.js'
import { recordTimeMs } from '../../../catalog/record-time.js'
import { isObjectId, type VaultAddress } from '../../../catalog/vault-address.js'
import type { FileSystem } from '../../../runtime/file-system.js'
import { systemFiles } from '../../../runtime/system-files.js'
import { assertOneAccount } from '../select/one-account.js'
import { seriesOf } from './object-series.js'

/** A stored stream with a name. */
export interface NamedEntry extends StoredEntry {
  readonly name: string
  /** The streams with the same text are counted together: those of a name, or the objects of a series ({@link seriesOf}). */
  readonly series: string
}

/** The stored streams of a vault or bucket, as `prune` sees them. */
export interface Candidates {
  /** The streams that a policy decides on. */
  readonly named: readonly NamedEntry[]
  /** The rest of sets whose deletion has begun. */
  readonly begun: readonly StoredEntry[]
  /** The streams that are never deleted, by the reason. */
  readonly ignored: Readonly<
    Record<'unnamed' | 'undated' | 'incomplete' | 'contradictory', readonly StoredEntry[]>
  >
}

/** The vault or bucket that is pruned. */
export interface PrunedVault extends VaultAddress {
  /** 12 digits; `undefined` if it is not known. */
  readonly accountId: string | undefined
}

/**
 * Reads the candidates.
 *
 * @param file - the catalog
 * @param isNamed - whether a name is to be considered
 * @param files - the disk on which the catalog lies; default that of the machine
 * @throws {UsageError} the account is not known, and the catalog has vaults of this name in several accounts
 * @throws {CatalogError} `ERR_CATALOG`: the catalog cannot be read
 */
export async function candidatesIn(
  file: string,
  vault: PrunedVault,
  isNamed: (name: string) => boolean,
  files: FileSystem = systemFiles,
): Promise<Candidates> {
  const contradictory = new Set((await conflictsIn(file, files)).map(({ archiveId }) => archiveId))
  const begunSets = await begunDeletionsIn(file, files)
  const found = {
    named: [] as NamedEntry[],
    begun: [] as StoredEntry[],
    ignored: {
      unnamed: [] as StoredEntry[],
      undated: [] as StoredEntry[],
      incomplete: [] as StoredEntry[],
      contradictory: [] as StoredEntry[],
    },
  }
  const { vaultName, region, endpoint, accountId } = vault
  const place = { vaultName, address: { region, endpoint }, accountId }
  const here = (await storedEntriesIn(file, files)).filter((entry) =>
    archivesOf(entry).every((archive) => isInPlace(archive, place)),
  )
  assertOneAccount(here.flatMap(archivesOf), place)
  const ofSets = here
    .filter(({ set }) => set.volumes.length > 1 || set.missing.length > 0)
    .flatMap(archivesOf)
  for (const archiveId of await severalSetsAmong(
    file,
    new Set(ofSets.map((archive) => archive.archiveId)),
    files,
  ))
    contradictory.add(archiveId)
  for (const entry of here) {
    const { name = '', set } = entry
    const isBegun = begunSets.has(entry.id)
    if (
      archivesOf(entry).some(({ archiveId }) => contradictory.has(archiveId)) ||
      isMixed(entry) ||
      (isBegun && isWhole(entry))
    )
      found.ignored.contradictory.push(entry)
    else if (isNamed(name) && !archivesOf(entry).every(isDated)) found.ignored.undated.push(entry)
    else if (isBegun && isNamed(name)) found.begun.push(entry)
    else if (name === '') found.ignored.unnamed.push(entry)
    else if (!isNamed(name)) continue
    else if (set.state !== 'complete') found.ignored.incomplete.push(entry)
    else found.named.push({ ...entry, name, series: isObjectId(entry.id) ? seriesOf(name) : name })
  }
  return found
}

/** Whether the time of an archive can be read. Otherwise it has no place among the others of its name. */
function isDated({ time }: ArchiveRecord): boolean {
  return !Number.isNaN(recordTimeMs(time))
}

/**
 * Whether a volume is older than the one before it: a stream that was replaced has left it, and the stream that replaced it did
 * not get so far.
 */
function isMixed({ set: { volumes } }: StoredEntry): boolean {
  return volumes.some(({ archiveId, time }, i) => {
    const before = volumes[i - 1]
    return before !== undefined && isObjectId(archiveId) && recordTimeMs(time) < recordTimeMs(before.time)
  })
}

/** All archives of a stream, with the further ones that were stored for a volume. */
export function archivesOf({ set }: StoredEntry): readonly ArchiveRecord[] {
  return archivesOfSet(set)
}

/**
 * Whether the records of the upload state that the stream ends with the last volume. The last volume of a set is deleted
 * first, so that the deletion of such a set cannot have begun.
 */
function isWhole({ set: { state, volumes } }: StoredEntry): boolean {
  const last = volumes.at(-1)
  return state === 'complete' && [last?.partSize, last?.intentId].some((field) => field !== undefined)
}

/**
 * The archive IDs of the first volumes of sets of which a volume was deleted with its set. A stream that was stored at the same
 * key since is another one.
 */
async function begunDeletionsIn(file: string, files: FileSystem): Promise<ReadonlySet<string>> {
  const begun = new Set<string>()
  for await (const records of readBlocks(file, { types: ['deleted', 'archive'] }, files))
    for (const { type, archiveId, firstVolume } of records)
      if (type === 'deleted' && firstVolume !== undefined) begun.add(firstVolume)
      else if (type === 'archive' && isObjectId(archiveId)) begun.delete(firstVolume ?? archiveId)
  return begun
}
