/**
 * The streams that a catalog has stored: single archives, and sets of volumes as one entry each. Commands that select
 * archives by name, count them or delete old ones read entries, not records.
 */
import { nameOf } from '../../glacier/archive-name.js'
import type { FileSystem } from '../../runtime/file-system.js'
import { systemFiles } from '../../runtime/system-files.js'
import type { ArchiveRecord } from '../record.js'
import type { VaultAddress } from '../vault-address.js'
import { listingOf, type CatalogEntry } from './listing.js'
import { setFrom, type ArchiveSet } from './sets.js'

/** A stored stream. */
export interface StoredEntry extends VaultAddress {
  /** The archive ID of the first volume, which identifies the entry, even if the catalog does not know that volume. */
  readonly id: string
  /** The name given to the stream, or the one in its description; `undefined` if it has neither. */
  readonly name: string | undefined
  /** When the last known volume was stored, ISO 8601. */
  readonly time: string
  /** Bytes in all known volumes. */
  readonly size: number
  /** The known volumes. A single archive is a set of one. */
  readonly set: ArchiveSet
}

/**
 * Reads the stored streams of a catalog, the oldest first. Deleted archives, archives with a wrong tree hash, and archives
 * that may exist are not among them.
 *
 * @param files - default the disk
 * @throws {CatalogError} `ERR_CATALOG`: it cannot be read
 */
export async function storedEntriesIn(file: string, files: FileSystem = systemFiles): Promise<StoredEntry[]> {
  const { blocks } = await listingOf(file, files)
  const entries: StoredEntry[] = []
  for await (const block of blocks)
    for (const entry of block) {
      const stored = storedEntryOf(entry)
      if (stored) entries.push(stored)
    }
  return entries.sort((a, b) => Date.parse(a.time) - Date.parse(b.time))
}

/** The stored stream of an entry; `undefined` for an archive that may exist or has a wrong tree hash. */
export function storedEntryOf(entry: CatalogEntry): StoredEntry | undefined {
  if (entry.type === 'archive') return entryFrom(entry.archiveId, setFrom([entry]))
  return entry.type === 'set' ? entryFrom(entry.setId, entry.set) : undefined
}

function entryFrom(id: string, set: ArchiveSet): StoredEntry | undefined {
  const [first] = set.volumes
  if (!first) return undefined
  const { vaultName, region, endpoint } = first
  const time = set.volumes.reduce((latest, volume) => (volume.time > latest ? volume.time : latest), '')
  return { id, name: recordName(first), time, size: set.size, set, vaultName, region, endpoint }
}

/** The name of an archive; `undefined` if it has none. */
export function recordName({
  name,
  description,
}: Pick<ArchiveRecord, 'name' | 'description'>): string | undefined {
  return name ?? (description === undefined ? undefined : nameOf(description))
}
