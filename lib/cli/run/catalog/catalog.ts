/**
 * `catalog rebuild VAULT` and `catalog diff VAULT`: compare the catalog with the inventory of the vault.
 *
 * An inventory is up to about a day old. It lacks archives that were stored since, and still has archives that were
 * deleted since.
 */
import { archivesIn, deletedIn, mismatchedIn } from '../../../catalog/queries/archives.js'
import { conflictsIn, type CatalogConflict } from '../../../catalog/queries/conflicts.js'
import { unsettledIn } from '../../../catalog/queries/unsettled-records.js'
import { readBlocks } from '../../../catalog/read-catalog.js'
import { isInSameVault } from '../../../catalog/vault-address.js'
import type { ArchiveRecord, MismatchedRecord } from '../../../catalog/record.js'
import type { InventoryRow } from '../../../inventory/inventory-row.js'
import { nameOf } from '../../../glacier/archive-name.js'
import type { Io } from '../../io.js'
import type { RebuildOptions } from '../../commands/catalog.js'
import type { InventoryReadOptions } from '../../options/inventory-options.js'
import { warnOfConflicts, warnOfConflictsIn } from '../../output/conflict-notes.js'
import { formatCount, formatSize } from '../../output/format.js'
import { printData, printJson, printNote } from '../../output/print.js'
import { reasonOf, Reconciler, recordOfRow } from './reconcile.js'
import { withConnection } from '../connection.js'
import { catalogFileOf } from '../data-folder.js'
import { openInventory } from '../inventory.js'
import { openCatalog } from '../open-catalog.js'

/** The number of records that are written to disk together. */
const BATCH_SIZE = 1000

/**
 * Runs `catalog rebuild`: adds archives that only the vault has to the catalog, records the outcome of uploads and
 * requests whose outcome was unknown, and settles conflicts between tree hashes.
 */
export async function rebuildCatalog(vaultName: string, options: RebuildOptions, io: Io): Promise<void> {
  const file = catalogFileOf(options, io.env)
  await withConnection(options, io, async ({ client, address }) => {
    const here = { vaultName, ...(await address()) }
    const known = await knownIds(file)
    const conflicts = new Map((await conflictsIn(file)).map((conflict) => [conflict.archiveId, conflict]))
    const reconciler = new Reconciler((await unsettledIn(file)).possible(), here)
    const counts = { inventory: 0, added: 0, reconciled: 0, settled: 0 }
    const recordFor = (row: InventoryRow): ArchiveRecord | undefined => {
      const record = recordOfRow(row, here, options.accountId)
      const conflict = conflicts.get(row.archiveId)
      if (conflict) {
        conflicts.delete(row.archiveId)
        counts.settled++
        return settlingRecord(record, conflict)
      }
      if (known.has(row.archiveId)) return undefined
      known.add(row.archiveId)
      counts.added++
      const possible = reconciler.take(row)
      if (possible) counts.reconciled++
      const { accountId, volume, firstVolume } = record
      const origin = { ...possible?.origin, volume, firstVolume }
      return { ...record, ...origin, accountId: origin.accountId ?? accountId }
    }
    const catalog = await openCatalog(options, io)
    try {
      let batch: ArchiveRecord[] = []
      for await (const row of openInventory(client, vaultName, options, io)) {
        counts.inventory++
        const record = recordFor(row)
        if (record) batch.push(record)
        if (batch.length < BATCH_SIZE) continue
        await catalog.append(...batch)
        batch = []
      }
      await catalog.append(...batch)
    } finally {
      await catalog.close()
    }
    if (options.json) await printJson(io, { vaultName, ...counts })
    else if (!options.quiet) printCounts(counts, io)
    warnOfConflicts([...conflicts.values()], io)
  })
}

/** The record of the service, with the other fields of the catalog's record that has the same tree hash. */
function settlingRecord(record: ArchiveRecord, { records }: CatalogConflict): ArchiveRecord {
  const same = records.find(
    (other): other is ArchiveRecord => other.type === 'archive' && other.treeHash === record.treeHash,
  )
  return { ...record, ...same, settles: true }
}

function printCounts(
  { inventory, added, reconciled, settled }: Record<'inventory' | 'added' | 'reconciled' | 'settled', number>,
  io: Io,
): void {
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

/** Prints an archive that only one side has. */
async function printDifference(
  side: '+' | '-',
  archiveId: string,
  time: string,
  size: number,
  name: string,
  why: string,
  { json }: InventoryReadOptions,
  io: Io,
): Promise<void> {
  await (json
    ? printJson(io, { only: side === '+' ? 'vault' : 'catalog', archiveId, time, size, name, why })
    : printData(io, [side, time, formatSize(size).padStart(10), archiveId, name, `(${why})`].join('  ')))
}

/**
 * The IDs of all archives in the catalog, including deleted archives and those with a wrong tree hash. An archive with a
 * wrong tree hash must not be added: `ls` would show it as correct.
 */
async function knownIds(file: string): Promise<Set<string>> {
  const ids = await deletedIn(file)
  for await (const records of readBlocks(file, { types: ['archive', 'mismatched'] }))
    for (const { archiveId } of records) ids.add(archiveId)
  return ids
}
