/**
 * `rm VAULT ARCHIVE_ID…`: deletes archives, and records each deletion in the catalog.
 */
import type { RmOptions } from '../../commands/archives/rm.js'
import type { Io } from '../../io.js'
import { printNote } from '../../output/print.js'
import { withConnection } from '../connection.js'
import { regionalPrices } from '../costs/regional-prices.js'
import { catalogFileOf } from '../data-folder.js'
import { confirm } from './confirmation.js'
import { deleteArchives } from './delete-archives.js'
import { earlyDeletionLines } from './early-deletion.js'
import { archiveOf, deletionOf, planRemoval, removalLines } from './removal.js'
import { printRemovalPlan } from './removal-plan.js'

/** Runs `rm`: prints what it will delete, asks for confirmation, and deletes. With `--dry-run`, it only prints. */
export async function rm(
  vaultName: string,
  archiveIds: readonly string[],
  options: RmOptions,
  io: Io,
): Promise<void> {
  const file = catalogFileOf(options, io.env)
  const removals = await planRemoval(file, vaultName, archiveIds, options.volumes)
  const prices = await regionalPrices(options)
  if (options.dryRun) {
    await printRemovalPlan(removals, prices, options, io)
    return
  }
  if (!options.quiet || !options.yes) {
    for (const line of removalLines(removals)) printNote(io, line)
    for (const line of earlyDeletionLines(removals.map(archiveOf), Date.now(), prices)) printNote(io, line)
  }
  const count = removals.length === 1 ? 'the archive' : `${removals.length} archives`
  await confirm(`Delete ${count} from ${vaultName} permanently?`, options, io)
  await withConnection(options, io, async (connection) => {
    const client = connection.retryingClient
    const task = { connection, client, vaultName, options: { ...options, concurrency: 1 } }
    await deleteArchives(
      removals.map((removal) => [deletionOf(removal)]),
      task,
      io,
    )
  })
}
