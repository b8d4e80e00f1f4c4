/** Matches rows of an inventory with archives that may exist according to the catalog. */
import type { PossibleArchive } from '../catalog/queries/possible-archives.js'
import { isInSameVault, type VaultAddress } from '../catalog/vault-address.js'
import type { ArchiveRecord } from '../catalog/record.js'
import type { InventoryRow } from '../inventory/inventory-row.js'
import { volumeMarkOf } from '../glacier/volume-description.js'

/** Finds the archive of each row. Each archive is found once. */
export class Reconciler {
  readonly #possible = new Map<string, PossibleArchive[]>()

  /** @param vault - archives of other vaults are left out */
  constructor(possible: readonly PossibleArchive[], vault: VaultAddress) {
    for (const archive of possible) {
      if (archive.record.type !== 'unknown' && archive.record.type !== 'sending') continue
      if (!isInSameVault(archive, vault)) continue
      const others = this.#possible.get(keyOf(archive)) ?? []
      this.#possible.set(keyOf(archive), [...others, archive])
    }
  }

  /**
   * The archive of a row: it has the same size and tree hash, and is the same volume of the same set. Of several, it is the
   * one with the same description, else the oldest. An archive with a known ID matches only the row of that ID.
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

/** The reason why the catalog does not have the archive of a row. */
export function reasonOf({ record }: PossibleArchive): string {
  return 'uploadId' in record && record.uploadId !== undefined
    ? `was unknown: completion of upload ${record.uploadId}`
    : `was unknown: request of ${record.time}`
}

/** The record of the catalog for a row. Volumes of sets are linked by their descriptions. */
export function recordOfRow(
  { archiveId, description, creationDate, size, treeHash }: InventoryRow,
  { vaultName, region, endpoint }: VaultAddress,
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
