/**
 * Deletes archives, several at once. Each deletion is recorded in the catalog at once, so that a later run continues after
 * it.
 */
import type { Catalog } from '../catalog/catalog.js'
import type { ServiceAddress } from '../catalog/vault-address.js'
import type { VaultClient } from '../client/vault-client.js'
import type { WallClock } from '../runtime/clock.js'

const DEFAULT_CONCURRENCY = 8

/** An archive to delete. */
export interface Deletion {
  readonly archiveId: string
  /** The first volume of the set that is deleted as a whole; `undefined` if the archive is deleted alone or is that volume. */
  readonly firstVolume?: string | undefined
}

/** Where archives are deleted, and how. */
export interface DeletionTask {
  readonly client: Pick<VaultClient, 'deleteArchive'>
  readonly catalog: Catalog
  readonly vaultName: string
  readonly address: ServiceAddress
  /** The account of the vault, as it was given; default that of the credentials. */
  readonly accountId?: string | undefined
  /** Maximum number of requests at the same time; default 8. */
  readonly concurrency?: number | undefined
  /** The time of day for the records. */
  readonly wallClock: WallClock
  /** Ends the requests in flight. */
  readonly signal?: AbortSignal | undefined
  /**
   * Called when a deletion is recorded. An error that it throws counts as a failed deletion of its group.
   *
   * @param count - the number of archives that have been deleted so far
   */
  readonly onDeleted?: ((deletion: Deletion, count: number) => Promise<void>) | undefined
  /**
   * Called when a deletion fails. The rest of its group is not deleted.
   *
   * @returns whether the other groups are deleted nevertheless; by default they are not
   */
  readonly onFailure?: ((error: unknown, group: readonly Deletion[]) => boolean) | undefined
}

/**
 * Deletes groups of archives: those of a group one after the other in their order, and several groups at the same time.
 *
 * @returns the number of archives that were deleted
 * @throws the error of the first deletion that failed, once the others that are in flight have ended
 */
export async function deleteArchives(
  groups: AsyncIterable<readonly Deletion[]> | Iterable<readonly Deletion[]>,
  task: DeletionTask,
): Promise<number> {
  const { client, catalog, vaultName, address, accountId, wallClock, signal } = task
  const { concurrency = DEFAULT_CONCURRENCY, onDeleted, onFailure } = task
  const inFlight = new Set<Promise<void>>()
  let count = 0
  const deleteOne = async (deletion: Deletion): Promise<void> => {
    const { archiveId, firstVolume } = deletion
    await client.deleteArchive({ vaultName, accountId, archiveId, signal })
    const time = new Date(wallClock.now()).toISOString()
    await catalog.append({ type: 'deleted', time, ...address, accountId, vaultName, archiveId, firstVolume })
    count++
    await onDeleted?.(deletion, count)
  }
  const deleteGroup = async (group: readonly Deletion[]): Promise<void> => {
    try {
      for (const deletion of group) await deleteOne(deletion)
    } catch (error) {
      if (!onFailure?.(error, group)) throw error
    }
  }
  try {
    for await (const group of groups) {
      const deleting = deleteGroup(group).finally(() => inFlight.delete(deleting))
      deleting.catch(() => undefined) // thrown below
      inFlight.add(deleting)
      if (inFlight.size >= concurrency) await Promise.race(inFlight)
    }
    await Promise.all(inFlight)
  } finally {
    await Promise.allSettled(inFlight)
  }
  return count
}
