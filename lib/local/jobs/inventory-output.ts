/**
 * The output of an inventory retrieval: the rows a job asks for, in the service's JSON or its own kind of CSV
 * (docs/glacier-protocol.md#inventory-files).
 */

import { inventoryRows } from '../storage/inventory.js'
import type { InventoryRow } from '../records/inventory-record.js'
import type { InventoryOrder } from '../records/job-record.js'
/** What an output is made of. */
export interface InventorySource {
  readonly vaultName: string
  /** The rows of the inventory. */
  readonly path: string
  readonly vaultArn: string
  /** ISO 8601. */
  readonly inventoryDate: string
}

/** An output in the making. */
export interface InventoryOutput {
  /** What it is made of, in order; to be read once. */
  readonly text: AsyncIterable<string>
  /** The marker of what follows; `null` where nothing does. To be asked when all was read. */
  readonly nextMarker: () => string | null
}

const CSV_HEADER = 'ArchiveId,ArchiveDescription,CreationDate,Size,SHA256TreeHash\n'

/** The output of an order. */
export function inventoryOutput(source: InventorySource, order: InventoryOrder): InventoryOutput {
  let nextMarker: string | null = null
  async function* wanted(): AsyncGenerator<InventoryRow, void, undefined> {
    let count = 0
    for await (const row of inventoryRows(source.vaultName, source.path)) {
      if (!fits(row, order)) continue
      if (count === order.limit) {
        nextMarker = row.archiveId
        return
      }
      count++
      yield row
    }
  }
  const text = order.format === 'CSV' ? csv(wanted()) : json(wanted(), source)
  return { text, nextMarker: () => nextMarker }
}

async function* json(
  rows: AsyncIterable<InventoryRow>,
  { vaultArn, inventoryDate }: InventorySource,
): AsyncGenerator<string, void, undefined> {
  const head = JSON.stringify({ VaultARN: vaultArn, InventoryDate: toSeconds(inventoryDate) })
  yield `${head.slice(0, -1)},"ArchiveList":[`
  let separator = ''
  for await (const { archiveId, description, creationDate, size, treeHash } of rows) {
    const row = {
      ArchiveId: archiveId,
      ArchiveDescription: description ?? '',
      CreationDate: toSeconds(creationDate),
      Size: size,
      SHA256TreeHash: treeHash,
    }
    yield separator + JSON.stringify(row)
    separator = ','
  }
  yield ']}'
}

/** A quote in a description is escaped with a backslash, and a backslash is not: so the service does it. */
async function* csv(rows: AsyncIterable<InventoryRow>): AsyncGenerator<string, void, undefined> {
  yield CSV_HEADER
  for await (const { archiveId, description, creationDate, size, treeHash } of rows) {
    const quoted = `"${(description ?? '').replaceAll('"', '\\"')}"`
    yield `${archiveId},${quoted},${toSeconds(creationDate)},${size},${treeHash}\n`
  }
}

function fits(
  { archiveId, creationDate }: InventoryRow,
  { startDate, endDate, marker }: InventoryOrder,
): boolean {
  const created = toSeconds(creationDate)
  if (marker !== null && archiveId < marker) return false
  if (startDate !== null && created < toSeconds(startDate)) return false
  return endDate === null || created < toSeconds(endDate)
}

/** A date as inventories have them, to the second: texts of this form sort as their times do. */
function toSeconds(date: string): string {
  return new Date(date).toISOString().replace(/\.\d{3}Z$/, 'Z')
}
