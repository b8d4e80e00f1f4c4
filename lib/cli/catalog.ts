/**
 * `catalog rebuild VAULT` and `catalog diff VAULT`: the catalog and the vault's inventory, put side by side.
 *
 * An inventory is up to a day or so old: of what was stored since, it knows nothing, and what was deleted since, it still
 * has.
 */
import { archivesIn, deletedIn } from '../catalog/archives.js'
import { Catalog, readCatalog } from '../catalog/catalog.js'
import { isAt, type ArchiveRecord, type Place } from '../catalog/record.js'
import type { InventoryRow } from '../retrieve/inventory-row.js'
import { nameOf } from '../vault/archive-name.js'
import { volumeMarkOf } from '../vault/volume-description.js'
import { catalogFileOf, withConnection } from './connection.js'
import { openInventory, type InventoryReadOptions } from './inventory.js'
import { printData, printJson, printNote, type Io } from './io.js'
import { formatSize } from './size.js'

/** Records that are put on disk together. */
const BATCH = 1000

/** Runs `catalog rebuild`: what the vault has and the catalog has not is added to it. */
export async function rebuildCatalog(
  vaultName: string,
  options: InventoryReadOptions,
  io: Io,
): Promise<void> {
  const file = catalogFileOf(options, io.env)
  await withConnection(options, io, async ({ client, place }) => {
    const where = await place()
    const known = await knownIds(file)
    const catalog = await Catalog.open(file)
    let added = 0
    let rows = 0
    let batch: ArchiveRecord[] = []
    const write = async (): Promise<void> => {
      await catalog.append(...batch)
      added += batch.length
      batch = []
    }
    try {
      for await (const row of openInventory(client, vaultName, options, io)) {
        rows++
        if (known.has(row.archiveId)) continue
        batch.push(recordOf(row, vaultName, where, options.accountId))
        if (batch.length === BATCH) await write()
      }
      if (batch.length > 0) await write()
    } finally {
      await catalog.close()
    }
    if (options.json) await printJson(io, { vaultName, inventory: rows, added })
    else if (!options.quiet)
      printNote(io, `The inventory has ${rows} archives, of which ${added} are new to the catalog.`)
  })
}

/** Runs `catalog diff`: `+` before what only the vault has, `-` before what only the catalog has. */
export async function diffCatalog(vaultName: string, options: InventoryReadOptions, io: Io): Promise<void> {
  const file = catalogFileOf(options, io.env)
  await withConnection(options, io, async ({ client, place }) => {
    const here = { vaultName, ...(await place()) }
    const known = new Map<string, ArchiveRecord>()
    for await (const archive of archivesIn(file))
      if (isAt(archive, here)) known.set(archive.archiveId, archive)
    const deleted = await deletedIn(file)
    const reader = openInventory(client, vaultName, options, io)
    for await (const row of reader) {
      if (known.delete(row.archiveId)) continue
      const why = deleted.has(row.archiveId) ? 'deleted since the inventory' : 'not in the catalog'
      await tell('+', row.archiveId, row.creationDate, row.size, nameOf(row.description), why, options, io)
    }
    for (const { archiveId, time, size, description } of known.values()) {
      const isNew = Date.parse(time) >= Date.parse(reader.inventoryDate ?? '')
      const why = isNew ? 'stored since the inventory' : 'not in the vault'
      await tell('-', archiveId, time, size, nameOf(description), why, options, io)
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

/** The archives a catalog knows, those it knows to be deleted among them. */
async function knownIds(file: string): Promise<Set<string>> {
  const ids = await deletedIn(file)
  for await (const { archiveId } of readCatalog(file, 'archive')) ids.add(archiveId)
  return ids
}

function recordOf(
  { archiveId, description, creationDate, size, treeHash }: InventoryRow,
  vaultName: string,
  place: Place,
  accountId: string | undefined,
): ArchiveRecord {
  const { volume = 1, firstVolume } = volumeMarkOf(description) ?? {}
  return {
    type: 'archive',
    time: creationDate,
    ...place,
    accountId,
    archiveId,
    vaultName,
    size,
    treeHash,
    description: description === '' ? undefined : description,
    volume,
    firstVolume,
  }
}
