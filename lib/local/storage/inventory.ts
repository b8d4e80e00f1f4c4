/**
 * Inventories: the archives of a vault at one time, `vaults/NAME/inventory.jsonl`.
 *
 * - Each line has one row, and rows are sorted by archive ID. The next inventory merges the rows of the last one with the
 *   names in the folder of archives, so that only new archives are read. Only the names are kept in memory.
 * - A damaged archive is left out, unless the last inventory has it. Damaged rows are created again from the archives.
 * - The rows are written before the counts in `vault.json`. After a crash between the two, the rows are slightly newer.
 */
import { createReadStream, createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ARCHIVE_OVERHEAD_BYTES } from '../../costs/billing-rules.js'
import { archiveFormOf, damagedArchive } from '../records/archive-record.js'
import { ConcurrencyLimit, mapConcurrently } from '../service/concurrency-limit.js'
import { DamageError, parsed, readRecord, unlessDamaged } from '../disk/damage.js'
import { kindOf, namesIn } from '../disk/disk.js'
import { type InventoryRow, type InventorySum, isInventoryRow } from '../records/inventory-record.js'

/** Archives that are read before their rows are written, and at the same time. */
const ARCHIVES_PER_BLOCK = 64
const READ_AT_ONCE = 8
/** Inventories that all requests together take at the same time. Each has two more files open. */
const inventories = new ConcurrencyLimit(8)

/**
 * Writes the rows of the archives in a folder.
 *
 * @param archives - the path of the folder
 * @param previous - the path of the rows of the last inventory, which need not exist
 * @param path - the path of the new file, which must not exist
 * @param report - called with each damage
 * @returns the totals
 */
export async function takeInventory(
  vaultName: string,
  archives: string,
  previous: string,
  path: string,
  report: (error: Error) => void,
): Promise<InventorySum> {
  const sum = { archiveCount: 0, size: 0 }
  async function* lines(): AsyncGenerator<string, void, undefined> {
    for await (const row of archiveRows(vaultName, archives, previous, report)) {
      sum.archiveCount++
      sum.size += row.size + ARCHIVE_OVERHEAD_BYTES
      yield `${JSON.stringify(row)}\n`
    }
  }
  await inventories.run(() =>
    pipeline(Readable.from(lines()), createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true })),
  )
  return sum
}

/** Characters in a row: more than a description in which all characters are escaped. Longer text would fill the memory. */
const MAX_ROW_LENGTH = 262_144

/**
 * The rows of an inventory; none if the file does not exist.
 *
 * @throws {DamageError} 507: a line is not a row, or the path is not a file
 */
export async function* inventoryRows(
  vaultName: string,
  path: string,
): AsyncGenerator<InventoryRow, void, undefined> {
  const what = `The inventory of the vault ${vaultName}`
  const kind = await kindOf(path)
  if (kind === 'missing') return
  if (kind !== 'file') throw new DamageError(what, 'it is not a file', new Error(`${path} is not a file.`))
  let rest = ''
  for await (const chunk of createReadStream(path, 'utf8') as AsyncIterable<string>) {
    const text = rest + chunk
    const end = text.lastIndexOf('\n') + 1
    rest = text.slice(end)
    if (rest.length > MAX_ROW_LENGTH)
      throw new DamageError(what, 'a row of it is not valid', new Error(`A line of ${path} has no end.`))
    for (const line of text.slice(0, end).split('\n')) if (line !== '') yield rowIn(line)
  }
  if (rest !== '') rowIn(rest) // every row ends with a line feed: this one is incomplete

  function rowIn(line: string): InventoryRow {
    const row = parsed(line)
    if (isInventoryRow(row)) return row
    throw new DamageError(what, 'a row of it is not valid', new Error(`A line of ${path} is not valid.`))
  }
}

/**
 * The rows of the current archives in a folder. Those in the last inventory are not read again.
 *
 * @param archives - the path of the folder
 * @param previous - the path of the rows of the last inventory, which need not exist
 * @param report - called with each damaged archive, which is left out
 */
export async function* archiveRows(
  vaultName: string,
  archives: string,
  previous: string,
  report: (error: Error) => void,
): AsyncGenerator<InventoryRow, void, undefined> {
  const known = inventoryRows(vaultName, previous)
  const next = async (): Promise<InventoryRow | undefined> =>
    (await unlessDamaged(known.next(), report))?.value ?? undefined
  try {
    let row = await next()
    const names = await namesIn(archives)
    for (let at = 0; at < names.length; at += ARCHIVES_PER_BLOCK) {
      const block: (InventoryRow | string)[] = []
      for (const archiveId of names.slice(at, at + ARCHIVES_PER_BLOCK)) {
        while (row && row.archiveId < archiveId) row = await next()
        block.push(row?.archiveId === archiveId ? row : archiveId)
      }
      const rows = await mapConcurrently(block, READ_AT_ONCE, async (item) =>
        typeof item === 'string' ? unlessDamaged(rowOf(vaultName, archives, item), report) : item,
      )
      for (const found of rows) if (found) yield found
    }
  } finally {
    await known.return()
  }
}

/** The row of a new archive; `undefined` if it was deleted meanwhile. */
async function rowOf(vaultName: string, archives: string, name: string): Promise<InventoryRow | undefined> {
  const what = damagedArchive(vaultName, name)
  const archive = await readRecord(
    join(archives, name, 'archive.json'),
    archiveFormOf(name),
    what,
    'archive.json',
  )
  if (!archive) return undefined
  const { archiveId, description, creationDate, size, treeHash } = archive
  return { archiveId, description, creationDate, size, treeHash }
}
