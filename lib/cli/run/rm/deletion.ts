/**
 * `rm VAULT ARCHIVE…`, `rm s3://BUCKET/KEY…`: deletes archives, and records each deletion in the catalog.
 */
import type { VaultPlace } from '../../../catalog/queries/stored-entries.js'
import type { RmOptions } from '../../commands/archives/rm.js'
import type { Io } from '../../io.js'
import { isS3Address } from '../../../s3/s3-address.js'
import { withConnection } from '../connection.js'
import { regionalPrices } from '../costs/regional-prices.js'
import { catalogFileOf } from '../data-folder.js'
import { placeOf, selectArchives } from '../select/select-archives.js'
import { announce } from './announcement.js'
import { deleteAndPrint } from './delete-archives.js'
import { removeObjects } from './object-deletion.js'
import { deletionOf, planRemoval } from './removal.js'
import { printRemovalPlan } from './removal-plan.js'

/** Runs `rm`: prints what it will delete, asks for confirmation, and deletes. With `--dry-run`, it only prints. */
export async function rm(
  vaultName: string,
  given: readonly string[],
  options: RmOptions,
  io: Io,
): Promise<void> {
  if (isS3Address(vaultName)) return removeObjects(vaultName, given, options, io)
  const prices = await regionalPrices(options)
  await withConnection(options, io, async (connection) => {
    let found: Promise<VaultPlace> | undefined
    const place = (): Promise<VaultPlace> => (found ??= placeOf(connection, vaultName))
    const selected = await selectArchives(given, { vaultName, options, io, place, isStrict: true })
    const archiveIds = selected.map(({ archiveId }) => archiveId)
    // A plan is made without a request, and without a region.
    const here = options.dryRun
      ? { vaultName, address: await connection.address().catch(() => undefined) }
      : await place()
    const removals = await planRemoval(catalogFileOf(options, io.env), here, archiveIds, options.volumes)
    if (options.dryRun) {
      await printRemovalPlan(removals, prices, options, io)
      return
    }
    await announce(removals, prices, vaultName, options, io, [])
    const client = connection.retryingClient
    const task = { connection, client, vaultName, options: { ...options, concurrency: 1 } }
    await deleteAndPrint(
      removals.map((removal) => [deletionOf(removal)]),
      task,
      io,
    )
  })
}
