/** The volumes of a stream in a bucket that the catalog has. A key can be in several catalogs, buckets of that name elsewhere included. */
import { assertNoConflicts } from '../../../catalog/queries/conflicts.js'
import { setOf, type ArchiveSet } from '../../../catalog/queries/sets.js'
import { mayBeInSameVault, type VaultAddress } from '../../../catalog/vault-address.js'

/** The bucket of a stream, as the catalog records it. */
export interface RecordedPlace extends VaultAddress {
  /** 12 digits; `undefined` if it is not known. */
  readonly accountId?: string | undefined
}

/**
 * The set of a first volume, if all its records are of objects in this bucket.
 *
 * @param file - the catalog
 * @param archiveId - the address of the object
 * @throws {CatalogConflictError} `ERR_CATALOG_CONFLICT`: the catalog contradicts itself about one of its objects
 * @throws {CatalogError} `ERR_CATALOG`: it cannot be read
 */
export async function recordedSet(
  file: string,
  archiveId: string,
  place: RecordedPlace,
): Promise<ArchiveSet | undefined> {
  const set = await setOf(file, archiveId)
  if (set?.volumes[0]?.archiveId !== archiveId) return undefined
  if (!set.volumes.every((volume) => mayBeInSameVault(volume, place))) return undefined
  await assertNoConflicts(
    file,
    set.volumes.map((volume) => volume.archiveId),
  )
  return set
}
