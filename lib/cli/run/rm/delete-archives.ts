/**
 * Deletes archives, several at once, for `rm`, `empty` and `prune`. Each deletion is recorded in the catalog at once, so
 * that a later run continues after it.
 */
import type { VaultClient } from '../../../client/vault-client.js'
import type { CatalogWriteOptions } from '../../options/catalog-mirror.js'
import type { CatalogOptions } from '../../options/connection-options.js'
import type { Io } from '../../io.js'
import { formatCount } from '../../output/format.js'
import { printNote } from '../../output/print.js'
import type { Connection } from '../connection.js'
import { openCatalog } from '../open-catalog.js'

const DEFAULT_CONCURRENCY = 8

/** An archive to delete. */
export interface Deletion {
  readonly archiveId: string
  /** The first volume of the set that is deleted as a whole; `undefined` if the archive is deleted alone or is that volume. */
  readonly firstVolume?: string | undefined
}

/** Where archives are deleted, and how. */
export interface DeletionTask {
  readonly connection: Pick<Connection, 'address'>
  readonly client: VaultClient
  readonly vaultName: string
  readonly options: CatalogOptions &
    CatalogWriteOptions & { readonly accountId?: string; readonly concurrency?: number }
  /**
   * Called when a deletion fails. The rest of its group is not deleted.
   *
   * @returns whether the other groups are deleted nevertheless; by default they are not
   */
  readonly onFailure?: (error: unknown, group: readonly Deletion[]) => boolean
}

/**
 * Deletes groups of archives: those of a group one after the other in their order, and several groups at the same time.
 *
 * @throws the error of the first deletion that failed, once the others that are in flight have ended
 */
export async function deleteArchives(
  groups: AsyncIterable<readonly Deletion[]> | Iterable<readonly Deletion[]>,
  { connection, client, vaultName, options, onFailure = () => false }: DeletionTask,
  io: Io,
): Promise<void> {
  const { accountId, concurrency = DEFAULT_CONCURRENCY } = options
  const { signal } = io
  const location = await connection.address()
  const catalog = await openCatalog(options, io)
  const inFlight = new Set<Promise<void>>()
  let count = 0
  const deleteOne = async ({ archiveId, firstVolume }: Deletion): Promise<void> => {
    await client.deleteArchive({ vaultName, accountId, archiveId, signal })
    const time = new Date().toISOString()
    await catalog.append({ type: 'deleted', time, ...location, accountId, vaultName, archiveId, firstVolume })
    count++
    if (!options.quiet && count % 100 === 0) printNote(io, `${count} archives have been deleted so far.`)
  }
  const deleteGroup = async (group: readonly Deletion[]): Promise<void> => {
    try {
      for (const deletion of group) await deleteOne(deletion)
    } catch (error) {
      if (!onFailure(error, group)) throw error
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
    await catalog.close()
  }
  if (!options.quiet) printNote(io, `${formatCount(count, 'archive')} deleted.`)
}
