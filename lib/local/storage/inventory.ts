/**
 * Inventories: what was in a vault when somebody last counted, `vaults/NAME/inventory.jsonl`.
 *
 * - One row a line, sorted by archive ID, so that the next one is made by walking the rows of this one and the names of
 *   the archives' folder side by side: only archives that are new are looked into. Nothing is held but the names.
 * - The rows are written before the count in `vault.json`: a crash between leaves them a little newer than it says.
 */
import { createReadStream, createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ArchiveRecord } from './archive-store.js'
import { namesIn, readJson, unlessMissing } from '../disk/disk.js'

/** An archive in an inventory. */
export type InventoryRow = Pick<
  ArchiveRecord,
  'archiveId' | 'description' | 'creationDate' | 'size' | 'treeHash'
>

/** What an inventory says in sum. */
export interface InventorySum {
  readonly archiveCount: number
  /** Bytes, the service's overhead of 32 KiB an archive included. */
  readonly size: number
}

/** Bytes the service adds for each archive: its index and metadata (protocol.md 2). */
export const ARCHIVE_OVERHEAD = 32_768
/** Archives looked into at once. */
const AT_ONCE = 64

/**
 * Counts a folder of archives, and writes its rows.
 *
 * @param previous - the rows of the last inventory; there need be none
 * @param path - of a file that does not exist
 */
export async function takeInventory(archives: string, previous: string, path: string): Promise<InventorySum> {
  const sum = { archiveCount: 0, size: 0 }
  async function* lines(): AsyncGenerator<string, void, undefined> {
    for await (const row of archiveRows(archives, previous)) {
      sum.archiveCount++
      sum.size += row.size + ARCHIVE_OVERHEAD
      yield `${JSON.stringify(row)}\n`
    }
  }
  await pipeline(Readable.from(lines()), createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true }))
  return sum
}

/** The rows of an inventory; none where there is no such file. */
export async function* inventoryRows(path: string): AsyncGenerator<InventoryRow, void, undefined> {
  if (!(await unlessMissing(stat(path), undefined))) return
  let rest = ''
  for await (const chunk of createReadStream(path, 'utf8') as AsyncIterable<string>) {
    const text = rest + chunk
    const end = text.lastIndexOf('\n') + 1
    rest = text.slice(end)
    for (const line of text.slice(0, end).split('\n')) if (line !== '') yield JSON.parse(line) as InventoryRow
  }
}

/**
 * The archives in a folder as they are now. Those in the rows of an inventory are not read again.
 *
 * @param previous - the rows of the last inventory; there need be none
 */
export async function* archiveRows(
  archives: string,
  previous: string,
): AsyncGenerator<InventoryRow, void, undefined> {
  const known = inventoryRows(previous)
  const next = async (): Promise<InventoryRow | undefined> => {
    const { done, value } = await known.next()
    return done ? undefined : value
  }
  try {
    let row = await next()
    const names = await namesIn(archives)
    for (let at = 0; at < names.length; at += AT_ONCE) {
      const rows: Promise<InventoryRow | undefined>[] = []
      for (const archiveId of names.slice(at, at + AT_ONCE)) {
        while (row && row.archiveId < archiveId) row = await next()
        rows.push(row?.archiveId === archiveId ? Promise.resolve(row) : rowOf(join(archives, archiveId)))
      }
      for (const found of await Promise.all(rows)) if (found) yield found
    }
  } finally {
    await known.return()
  }
}

/** The row of an archive that is new; `undefined` where it was deleted meanwhile. */
async function rowOf(folder: string): Promise<InventoryRow | undefined> {
  const archive = await readJson<ArchiveRecord>(join(folder, 'archive.json'))
  if (!archive) return undefined
  const { archiveId, description, creationDate, size, treeHash } = archive
  return { archiveId, description, creationDate, size, treeHash }
}
