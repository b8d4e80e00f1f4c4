/**
 * `catalog rebuild VAULT` and `catalog diff VAULT`: compare the catalog with the inventory of the vault.
 *
 * An inventory is up to about a day old. It lacks archives that were stored since, and still has archives that were
 * deleted since.
 */
import { archivesIn, deletedIn, mismatchedIn } from '../../../catalog/queries/archives.js'
import { unsettledIn } from '../../../catalog/queries/unsettled-records.js'
import { isInSameVault } from '../../../catalog/vault-address.js'
import type { ArchiveRecord, MismatchedRecord } from '../../../catalog/record.js'
import { nameOf } from '../../../glacier/archive-name.js'
import { rebuild, type Rebuilt } from '../../../reconcile/rebuild.js'
import { reasonOf, Reconciler } from '../../../reconcile/reconciler.js'
import { isS3Address } from '../../../s3/s3-address.js'
import type { Io } from '../../io.js'
import type { RebuildOptions } from '../../commands/catalog.js'
import type { InventoryReadOptions } from '../../options/inventory-options.js'
import { warnOfConflicts, warnOfConflictsIn } from '../../output/conflict-notes.js'
import { formatCount } from '../../output/format.js'
import { printJson, printNote } from '../../output/print.js'
import { withConnection } from '../connection.js'
import { catalogFileOf } from '../data-folder.js'
import { openInventory } from '../inventory.js'
import { openCatalog } from '../open-catalog.js'
import { diffWithBucket, rebuildFromBucket } from './bucket-catalog.js'
import { printDifference } from './difference.js'

/**
 * Runs `catalog rebuild`: adds archives that only the vault has to the catalog, records the outcome of uploads and
 * requests whose outcome was unknown, and settles conflicts between tree hashes.
 */
export async function rebuildCatalog(vaultName: string, options: RebuildOptions, io: Io): Promise<void> {
  if (isS3Address(vaultName)) return rebuildFromBucket(vaultName, options, io)
  await withConnection(options, io, async ({ client, address }) => {
    const vault = { vaultName, ...(await address()) }
    const catalog = await openCatalog(options, io)
    let rebuilt: Rebuilt
    try {
      const rows = openInventory(client, vaultName, options, io)
      rebuilt = await rebuild({ catalog, rows, vault, accountId: options.accountId })
    } finally {
      await catalog.close()
    }
    const { conflicts, ...counts } = rebuilt
    if (options.json) await printJson(io, { vaultName, ...counts })
    else if (!options.quiet) printCounts(counts, io)
    warnOfConflicts(conflicts, io)
  })
}

function printCounts({ inventory, added, reconciled, settled }: Omit<Rebuilt, 'conflicts'>, io: Io): void {
  printNote(io, `Archives in the inventory: ${inventory}. Added to the catalog: ${added}.`)
  if (reconciled > 0)
    printNote(
      io,
      `Of these, ${formatCount(reconciled, 'archive')} had an unknown outcome before, and ${reconciled === 1 ? 'is' : 'are'} now recorded as stored.`,
    )
  if (settled > 0)
    printNote(
      io,
      `Archives that had different tree hashes in the catalog: ${settled}. The hashes of the inventory are now recorded as correct.`,
    )
}

/** Runs `catalog diff`: prints `+` before archives that only the vault has, `-` before those that only the catalog has. */
export async function diffCatalog(vaultName: string, options: InventoryReadOptions, io: Io): Promise<void> {
  if (isS3Address(vaultName)) return diffWithBucket(vaultName, options, io)
  const file = catalogFileOf(options, io.env)
  await warnOfConflictsIn(file, io)
  await withConnection(options, io, async ({ client, address }) => {
    const here = { vaultName, ...(await address()) }
    const known = new Map<string, ArchiveRecord | MismatchedRecord>()
    for (const archive of await mismatchedIn(file))
      if (isInSameVault(archive, here)) known.set(archive.archiveId, archive)
    for await (const archive of archivesIn(file))
      if (isInSameVault(archive, here)) known.set(archive.archiveId, archive)
    const deleted = await deletedIn(file)
    const reconciler = new Reconciler((await unsettledIn(file)).possible(), here)
    const reader = openInventory(client, vaultName, options, io)
    for await (const row of reader) {
      if (known.delete(row.archiveId)) continue
      const possible = deleted.has(row.archiveId) ? undefined : reconciler.take(row)
      const why = deleted.has(row.archiveId)
        ? 'deleted since the inventory'
        : possible
          ? reasonOf(possible)
          : 'not in the catalog'
      await printDifference(
        '+',
        row.archiveId,
        row.creationDate,
        row.size,
        nameOf(row.description),
        why,
        options,
        io,
      )
    }
    for (const archive of known.values()) {
      const { archiveId, time, size } = archive
      const name = archive.type === 'archive' ? nameOf(archive.description) : ''
      const isNew = Date.parse(time) >= Date.parse(reader.inventoryDate ?? '')
      const why = isNew ? 'stored since the inventory' : 'not in the vault'
      await printDifference('-', archiveId, time, size, name, why, options, io)
    }
  })
}
