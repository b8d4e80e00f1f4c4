/**
 * `catalog rebuild VAULT` and `catalog diff VAULT`: the catalog and the vault's inventory, put side by side.
 *
 * An inventory is up to a day or so old: of what was stored since, it knows nothing, and what was deleted since, it still
 * has.
 */
import { archivesIn, deletedIn, mismatchedIn } from '../../../catalog/archives.js'
import { Catalog } from '../../../catalog/catalog.js'
import { conflictsIn, type CatalogConflict } from '../../../catalog/conflicts.js'
import { unsettledIn } from '../../../catalog/unsettled-records.js'
import { readBlocks } from '../../../catalog/read-catalog.js'
import { isAt, type ArchiveRecord, type MismatchedRecord } from '../../../catalog/record.js'
import type { InventoryRow } from '../../../inventory/inventory-row.js'
import { nameOf } from '../../../glacier/archive-name.js'
import type { Io } from '../../io.js'
import type { InventoryReadOptions } from '../../options/inventory-options.js'
import { warnOfConflicts, warnOfConflictsIn } from '../../output/conflict-notes.js'
import { formatSize } from '../../output/format.js'
import { printData, printJson, printNote } from '../../output/print.js'
import { reasonOf, Reconciler, recordOfRow } from './reconcile.js'
import { withConnection } from '../connection.js'
import { catalogFileOf } from '../data-folder.js'
import { openInventory } from '../inventory.js'

/** Records that are put on disk together. */
const BATCH = 1000

/**
 * Runs `catalog rebuild`: adds to the catalog what the vault has and it has not, says what became of uploads and
 * requests of which that was not known, and settles which tree hash is right where the catalog has several.
 */
export async function rebuildCatalog(
  vaultName: string,
  options: InventoryReadOptions,
  io: Io,
): Promise<void> {
  const file = catalogFileOf(options, io.env)
  await withConnection(options, io, async ({ client, place }) => {
    const here = { vaultName, ...(await place()) }
    const known = await knownIds(file)
    const conflicts = new Map((await conflictsIn(file)).map((it) => [it.archiveId, it]))
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
    const catalog = await Catalog.open(file)
    try {
      let batch: ArchiveRecord[] = []
      for await (const row of openInventory(client, vaultName, options, io)) {
        counts.inventory++
        const record = recordFor(row)
        if (record) batch.push(record)
        if (batch.length < BATCH) continue
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

/** What the service says of an archive, with what the record of the same tree hash says besides. */
function settlingRecord(record: ArchiveRecord, { records }: CatalogConflict): ArchiveRecord {
  const same = records.find(
    (it): it is ArchiveRecord => it.type === 'archive' && it.treeHash === record.treeHash,
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
      `Of these, ${reconciled} are archives of uploads or requests whose outcome was unknown. They are now recorded as stored.`,
    )
  if (settled > 0)
    printNote(
      io,
      `Archives that had different tree hashes in the catalog: ${settled}. The hashes of the inventory are recorded as right.`,
    )
}

/** Runs `catalog diff`: `+` before what only the vault has, `-` before what only the catalog has. */
export async function diffCatalog(vaultName: string, options: InventoryReadOptions, io: Io): Promise<void> {
  const file = catalogFileOf(options, io.env)
  await warnOfConflictsIn(file, io)
  await withConnection(options, io, async ({ client, place }) => {
    const here = { vaultName, ...(await place()) }
    const known = new Map<string, ArchiveRecord | MismatchedRecord>()
    for (const archive of await mismatchedIn(file))
      if (isAt(archive, here)) known.set(archive.archiveId, archive)
    for await (const archive of archivesIn(file))
      if (isAt(archive, here)) known.set(archive.archiveId, archive)
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
      await tell('+', row.archiveId, row.creationDate, row.size, nameOf(row.description), why, options, io)
    }
    for (const archive of known.values()) {
      const { archiveId, time, size } = archive
      const name = archive.type === 'archive' ? nameOf(archive.description) : ''
      const isNew = Date.parse(time) >= Date.parse(reader.inventoryDate ?? '')
      const why = isNew ? 'stored since the inventory' : 'not in the vault'
      await tell('-', archiveId, time, size, name, why, options, io)
    }
  })
}

async function tell(
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
 * The archives a catalog knows, those it knows to be deleted among them. Those with a wrong tree hash are known too: as
 * an `archive` record, `ls` would show them as good, under the tree hash of an inventory beside that of the bytes sent.
 */
async function knownIds(file: string): Promise<Set<string>> {
  const ids = await deletedIn(file)
  for await (const records of readBlocks(file, ['archive', 'mismatched']))
    for (const { archiveId } of records) ids.add(archiveId)
  return ids
}
