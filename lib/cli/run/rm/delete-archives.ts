/** Deletes archives for `rm`, `empty` and `prune`, and prints what was deleted. */
import type { VaultClient } from '../../../client/vault-client.js'
import { deleteArchives, type Deletion, type DeletionTask } from '../../../deletion/delete-archives.js'
import { systemWallClock } from '../../../runtime/clock.js'
import type { CatalogWriteOptions } from '../../options/catalog-mirror.js'
import type { CatalogOptions } from '../../options/connection-options.js'
import type { Io } from '../../io.js'
import { formatCount } from '../../output/format.js'
import { printJson, printNote } from '../../output/print.js'
import type { Connection } from '../connection.js'
import { openCatalog } from '../open-catalog.js'

/** Where a command deletes archives, and how. */
export interface CommandDeletion extends Pick<DeletionTask, 'vaultName' | 'onFailure'> {
  readonly connection: Pick<Connection, 'address'>
  readonly client: Pick<VaultClient, 'deleteArchive'>
  readonly options: CatalogOptions &
    CatalogWriteOptions & { readonly accountId?: string; readonly concurrency?: number }
}

/**
 * Deletes groups of archives, as {@link deleteArchives} does.
 *
 * @throws as {@link deleteArchives}
 */
export async function deleteAndPrint(
  groups: AsyncIterable<readonly Deletion[]> | Iterable<readonly Deletion[]>,
  { connection, client, vaultName, options, onFailure }: CommandDeletion,
  io: Io,
): Promise<void> {
  const { accountId, concurrency, json, quiet } = options
  const { signal, wallClock = systemWallClock } = io
  const address = await connection.address()
  const onDeleted = async ({ archiveId }: Deletion, count: number): Promise<void> => {
    if (json) await printJson(io, { vault: vaultName, archiveId, deleted: true })
    if (!quiet && count % 100 === 0) printNote(io, `${count} archives have been deleted so far.`)
  }
  const catalog = await openCatalog(options, io)
  const where = { client, catalog, vaultName, address, accountId }
  let count: number
  try {
    count = await deleteArchives(groups, {
      ...where,
      concurrency,
      wallClock,
      signal,
      onDeleted,
      onFailure,
    })
  } finally {
    await catalog.close()
  }
  if (!quiet) printNote(io, `${formatCount(count, 'archive')} deleted.`)
}
