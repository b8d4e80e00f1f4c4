/**
 * Inventories: what was in a vault when somebody last counted, `vaults/NAME/inventory.jsonl`.
 *
 * - One row a line, sorted by archive ID, so that the next one is made by walking the rows of this one and the names of
 *   the archives' folder side by side: only archives that are new are looked into. Nothing is held but the names.
 * - An archive that is damaged is left out, unless the last inventory has it. Rows that are damaged are made anew.
 * - The rows are written before the count in `vault.json`: a crash between leaves them a little newer than it says.
 */
import { createReadStream, createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { archiveFormOf, damagedArchive, type ArchiveRecord } from './archive-record.js'
import { mapBounded, Places } from '../bounded.js'
import { DamageFault, parsed, readRecord, unlessDamaged } from '../disk/damage.js'
import { kindOf, namesIn } from '../disk/disk.js'
import { isCount, isDate, isHash, isText, nullOr, shaped } from '../disk/shape.js'

/** An archive in an inventory. */
export type InventoryRow = Pick<
  ArchiveRecord,
  'archiveId' | 'description' | 'creationDate' | 'size' | 'treeHash'
>

/** What an inventory says in sum. */
export interface InventorySum {
  /** Number of archives. */
  readonly archiveCount: number
  /** Bytes, the service's overhead of 32 KiB an archive included. */
  readonly size: number
}

/** Bytes the service adds for each archive: its index and metadata (docs/glacier-protocol.md#costs). */
export const ARCHIVE_OVERHEAD = 32_768
/** Archives looked into before their rows are written, and at once. */
const PER_BLOCK = 64
const AT_ONCE = 8
/** Inventories taken at once by all requests together; each has two files open besides. */
const inventories = new Places(8)

const isRow = shaped<InventoryRow>({
  archiveId: isText,
  description: nullOr(isText),
  creationDate: isDate,
  size: isCount,
  treeHash: isHash,
})

/**
 * Counts a folder of archives, and writes its rows.
 *
 * @param previous - the rows of the last inventory; there need be none
 * @param path - of a file that does not exist
 * @param report - told of what is damaged
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
      sum.size += row.size + ARCHIVE_OVERHEAD
      yield `${JSON.stringify(row)}\n`
    }
  }
  await inventories.run(() =>
    pipeline(Readable.from(lines()), createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true })),
  )
  return sum
}

/**
 * The rows of an inventory; none where there is no such file.
 *
 * @throws {DamageFault} 507: a line is not a row, or there is something else than a file
 */
export async function* inventoryRows(
  vaultName: string,
  path: string,
): AsyncGenerator<InventoryRow, void, undefined> {
  const what = `The inventory of the vault ${vaultName}`
  const kind = await kindOf(path)
  if (kind === 'missing') return
  if (kind !== 'file') throw new DamageFault(what, 'it is not a file', new Error(`${path} is not a file.`))
  let rest = ''
  for await (const chunk of createReadStream(path, 'utf8') as AsyncIterable<string>) {
    const text = rest + chunk
    const end = text.lastIndexOf('\n') + 1
    rest = text.slice(end)
    for (const line of text.slice(0, end).split('\n')) if (line !== '') yield rowIn(line)
  }
  if (rest !== '') rowIn(rest) // every row ends its line: this is a part of one

  function rowIn(line: string): InventoryRow {
    const row = parsed(line)
    if (isRow(row)) return row
    throw new DamageFault(what, 'a row of it is not valid', new Error(`A line of ${path} is not valid.`))
  }
}

/**
 * The archives in a folder as they are now. Those in the rows of an inventory are not read again.
 *
 * @param previous - the rows of the last inventory; there need be none
 * @param report - told of what is damaged, which is left out
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
    for (let at = 0; at < names.length; at += PER_BLOCK) {
      const block: (InventoryRow | string)[] = []
      for (const archiveId of names.slice(at, at + PER_BLOCK)) {
        while (row && row.archiveId < archiveId) row = await next()
        block.push(row?.archiveId === archiveId ? row : archiveId)
      }
      const rows = await mapBounded(block, AT_ONCE, async (it) =>
        typeof it === 'string' ? unlessDamaged(rowOf(vaultName, archives, it), report) : it,
      )
      for (const found of rows) if (found) yield found
    }
  } finally {
    await known.return()
  }
}

/** The row of an archive that is new; `undefined` where it was deleted meanwhile. */
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
