/**
 * Rows of an inventory, and the archives of which the catalog says that they may exist.
 */
import type { PossibleArchive } from '../../../catalog/possible-archives.js'
import { isAt, type ArchiveRecord, type VaultPlace } from '../../../catalog/record.js'
import type { InventoryRow } from '../../../inventory/inventory-row.js'
import { volumeMarkOf } from '../../../glacier/volume-description.js'

/** Finds which row is which archive. Each archive is found once. */
export class Reconciler {
  readonly #possible = new Map<string, PossibleArchive[]>()

  /** @param here - only archives in this vault */
  constructor(possible: readonly PossibleArchive[], here: VaultPlace) {
    for (const one of possible) {
      if (one.record.type !== 'unknown' && one.record.type !== 'sending') continue
      if (!isAt(one, here)) continue
      const others = this.#possible.get(keyOf(one)) ?? []
      this.#possible.set(keyOf(one), [...others, one])
    }
  }

  /**
   * The archive that a row is: of the same size and tree hash, in the same place of the same set. Of several, that with
   * the same description is taken, else the oldest. An archive that the service named once is only the row of that ID.
   */
  take(row: InventoryRow): PossibleArchive | undefined {
    const candidates = this.#possible.get(keyOf(row)) ?? []
    const { volume = 1, firstVolume } = volumeMarkOf(row.description) ?? {}
    const fitting = candidates.filter(
      ({ origin, record }) =>
        (!('archiveId' in record) || record.archiveId === undefined || record.archiveId === row.archiveId) &&
        (origin.volume === undefined || (origin.volume === volume && origin.firstVolume === firstVolume)),
    )
    const found = fitting.find(({ description = '' }) => description === row.description) ?? fitting[0]
    if (found) candidates.splice(candidates.indexOf(found), 1)
    return found
  }
}

/** What a row is, as a reason why the catalog does not have it. */
export function reasonOf({ record }: PossibleArchive): string {
  return 'uploadId' in record && record.uploadId !== undefined
    ? `was unknown: completion of upload ${record.uploadId}`
    : `was unknown: request of ${record.time}`
}

/** An inventory's row as a record of the catalog; volumes of sets are linked by their descriptions. */
export function recordOfRow(
  { archiveId, description, creationDate, size, treeHash }: InventoryRow,
  { vaultName, region, endpoint }: VaultPlace,
  accountId: string | undefined,
): ArchiveRecord {
  const { volume = 1, firstVolume } = volumeMarkOf(description) ?? {}
  return {
    type: 'archive',
    time: creationDate,
    region,
    endpoint,
    accountId,
    archiveId,
    vaultName,
    size,
    treeHash,
    description: description === '' ? undefined : description,
    volume,
    firstVolume,
  }
}

function keyOf({ size, treeHash }: Pick<PossibleArchive, 'size' | 'treeHash'>): string {
  return `${String(size)} ${String(treeHash)}`
}
