/**
 * The streams that a catalog has stored: single archives, and sets of volumes as one entry each. Commands that select
 * archives by name, count them or delete old ones read entries, not records.
 */
import { nameIn } from '../../glacier/archive-name.js'
import { volumeMarkOf } from '../../glacier/volume-description.js'
import type { FileSystem } from '../../runtime/file-system.js'
import { systemFiles } from '../../runtime/system-files.js'
import type { ArchiveRecord } from '../record.js'
import { recordTimeMs } from '../record-time.js'
import { isInSameVault, isObjectId, keyIn, type ServiceAddress, type VaultAddress } from '../vault-address.js'
import { invariant } from '../../invariant.js'
import { listingOf, type CatalogEntry, type SetEntry } from './listing.js'
import { setFrom, type ArchiveSet } from './sets.js'

/** A stored stream. */
export interface StoredEntry extends VaultAddress {
  /** The archive ID of the first volume, which identifies the entry, even if the catalog does not know that volume. */
  readonly id: string
  /** The name in the stream's description, or the one given to the stream; `undefined` if it has neither. */
  readonly name: string | undefined
  /** When the last known volume was stored, ISO 8601. */
  readonly time: string
  /** Bytes in all known volumes. */
  readonly size: number
  /** The known volumes. A single archive is a set of one. */
  readonly set: ArchiveSet
}

/** A record that may have an account. */
interface WithAccount {
  readonly accountId?: string | undefined
}

/** A vault, as far as it is known. */
export interface VaultPlace {
  /** The vault's name. */
  readonly vaultName: string
  /** Its region and endpoint; `undefined` if they are not known: vaults of that name anywhere match. */
  readonly address?: ServiceAddress | undefined
  /** 12 digits; `undefined` if it is not known: every account matches. */
  readonly accountId?: string | undefined
}

/**
 * Reads the stored streams of a catalog, the oldest first. Deleted archives, archives with a wrong tree hash, and archives
 * that may exist are not among them.
 *
 * @param files - default the disk
 * @param isWanted - whether a stream is kept; default all are. A catalog may have millions
 * @throws {CatalogError} `ERR_CATALOG`: it cannot be read
 */
export async function storedEntriesIn(
  file: string,
  files: FileSystem = systemFiles,
  isWanted: (entry: StoredEntry) => boolean = () => true,
): Promise<StoredEntry[]> {
  const entries: StoredEntry[] = []
  for await (const block of storedBlocksIn(file, files)) entries.push(...block.filter(isWanted))
  return byTime(entries)
}

/**
 * Reads the stored streams of a catalog in blocks of many, in the order of the file; see {@link storedEntriesIn}.
 *
 * @throws {CatalogError} `ERR_CATALOG`: it cannot be read
 */
export async function* storedBlocksIn(
  file: string,
  files: FileSystem,
): AsyncGenerator<StoredEntry[], void, undefined> {
  const { blocks } = await listingOf(file, files)
  for await (const block of blocks) yield block.flatMap((entry) => storedEntryOf(entry) ?? [])
}

/**
 * Sorts by time, the oldest first; of entries with the same time, the one that is first in the catalog. A time that cannot
 * be read counts as the oldest: it must not change the order of the others, nor be the latest.
 */
export function byTime<Entry extends { readonly time: string }>(entries: readonly Entry[]): Entry[] {
  return entries
    .map((entry) => ({ entry, ms: sortingTimeMs(entry.time) }))
    .sort((a, b) => (a.ms === b.ms ? 0 : a.ms - b.ms))
    .map(({ entry }) => entry)
}

function sortingTimeMs(time: string): number {
  const ms = recordTimeMs(time)
  return Number.isNaN(ms) ? -Infinity : ms
}

/** The stored stream of an entry; `undefined` for an archive that may exist or has a wrong tree hash. */
export function storedEntryOf(entry: ArchiveRecord | SetEntry): StoredEntry
export function storedEntryOf(entry: CatalogEntry): StoredEntry | undefined
export function storedEntryOf(entry: CatalogEntry): StoredEntry | undefined {
  if (entry.type === 'archive') return entryFrom(entry.archiveId, setFrom([entry]))
  return entry.type === 'set' ? entryFrom(entry.setId, entry.set) : undefined
}

/** Whether an archive may be in a vault: nothing that is known of the two differs. */
export function isInPlace(
  record: VaultAddress & WithAccount,
  { vaultName, address, accountId }: VaultPlace,
): boolean {
  if ((accountIn(record) ?? accountId) !== (accountId ?? accountIn(record))) return false
  return address ? isInSameVault(record, { vaultName, ...address }) : record.vaultName === vaultName
}

/** The streams that may be in a vault. */
export function entriesInPlace(entries: readonly StoredEntry[], place: VaultPlace): StoredEntry[] {
  return entries.filter(({ set: { volumes } }) => volumes[0] && isInPlace(volumes[0], place))
}

/** The account in a record; `undefined` if it is not known. A record may have the `-` of `--account-id`. */
export function accountIn(record: WithAccount | undefined): string | undefined {
  return record?.accountId === '-' ? undefined : record?.accountId
}

function entryFrom(id: string, set: ArchiveSet): StoredEntry {
  const [first, ...others] = set.volumes
  invariant(first !== undefined, 'a set of a listing has at least one volume')
  const { vaultName, region, endpoint } = first
  const { time } = others.reduce(
    (latest, volume) => (sortingTimeMs(volume.time) > sortingTimeMs(latest.time) ? volume : latest),
    first,
  )
  return { id, name: recordName(first), time, size: set.size, set, vaultName, region, endpoint }
}

/** The fields of a record that name its archive. */
type NamingFields = Pick<ArchiveRecord, 'name' | 'description' | 'firstVolume'> &
  Partial<Pick<ArchiveRecord, 'archiveId'>>

/**
 * The name of an archive; `undefined` if it has none. The name in its description counts first, so that it is the same
 * after the catalog is rebuilt from an inventory. The name of a later volume is that of its stream. The name of an object is
 * its key.
 */
export function recordName({
  name,
  description,
  archiveId = '',
  firstVolume = archiveId,
}: NamingFields): string | undefined {
  if (isObjectId(firstVolume)) return keyIn(firstVolume)
  const inDescription = nameIn(description)
  const mark = volumeMarkOf(description)
  const found = mark
    ? (name ?? inDescription?.replace(new RegExp(`\\.volume${mark.volume}$`), ''))
    : (inDescription ?? name ?? description)
  return found === '' ? undefined : found
}
