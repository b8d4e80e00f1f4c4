/**
 * `rm VAULT ARCHIVE…`: deletes archives, and records each deletion in the catalog.
 */
import type { VaultPlace } from '../../../catalog/queries/stored-entries.js'
import type { RmOptions } from '../../commands/archives/rm.js'
import { nowMsOf, type Io } from '../../io.js'
import { printNote } from '../../output/print.js'
import { withConnection } from '../connection.js'
import { regionalPrices, type RegionalPrices } from '../costs/regional-prices.js'
import { catalogFileOf } from '../data-folder.js'
import { placeOf, selectArchives } from '../select/select-archives.js'
import { confirm } from './confirmation.js'
import { deleteAndPrint } from './delete-archives.js'
import { earlyDeletionLines } from './early-deletion.js'
import { archiveOf, deletionOf, planRemoval, removalLines, type Removal } from './removal.js'
import { printRemovalPlan } from './removal-plan.js'

/** Runs `rm`: prints what it will delete, asks for confirmation, and deletes. With `--dry-run`, it only prints. */
export async function rm(
  vaultName: string,
  given: readonly string[],
  options: RmOptions,
  io: Io,
): Promise<void> {
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
    await announce(removals, prices, vaultName, options, io)
    const client = connection.retryingClient
    const task = { connection, client, vaultName, options: { ...options, concurrency: 1 } }
    await deleteAndPrint(
      removals.map((removal) => [deletionOf(removal)]),
      task,
      io,
    )
  })
}

/** Prints what will be deleted, and asks for confirmation. */
async function announce(
  removals: readonly Removal[],
  prices: RegionalPrices,
  vaultName: string,
  options: RmOptions,
  io: Io,
): Promise<void> {
  if (!options.quiet || !options.yes) {
    for (const line of removalLines(removals)) printNote(io, line)
    for (const line of earlyDeletionLines(removals.map(archiveOf), nowMsOf(io), prices)) printNote(io, line)
  }
  const count = removals.length === 1 ? 'the archive' : `${removals.length} archives`
  await confirm(`Delete ${count} from ${vaultName} permanently?`, options, io)
}
