/**
 * The output of an inventory retrieval: the requested rows, in the service's JSON or its own form of CSV
 * (docs/glacier-protocol.md#inventory-files).
 */

import { inventoryRows } from '../storage/inventory.js'
import type { InventoryRow } from '../records/inventory-record.js'
import type { InventoryOrder } from '../records/job-record.js'
/** The inventory that an output is created from. */
export interface InventorySource {
  readonly vaultName: string
  /** The path of the rows. */
  readonly path: string
  readonly vaultArn: string
  /** ISO 8601. */
  readonly inventoryDate: string
}

/** The text of an output. */
export interface InventoryOutput {
  /** The pieces of the text. They can be read once. */
  readonly text: AsyncIterable<string>
  /** The marker of the next rows; `null` if there are none. Valid once all pieces were read. */
  readonly nextMarker: () => string | null
}

const CSV_HEADER = 'ArchiveId,ArchiveDescription,CreationDate,Size,SHA256TreeHash\n'

/** The output of an inventory retrieval. */
export function inventoryOutput(source: InventorySource, order: InventoryOrder): InventoryOutput {
  let nextMarker: string | null = null
  async function* selected(): AsyncGenerator<InventoryRow, void, undefined> {
    let count = 0
    for await (const row of inventoryRows(source.vaultName, source.path)) {
      if (!matches(row, order)) continue
      if (count === order.limit) {
        nextMarker = row.archiveId
        return
      }
      count++
      yield row
    }
  }
  const text = order.format === 'CSV' ? csv(selected()) : json(selected(), source)
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

/** As in the service's files, a quote in a description is escaped with a backslash, and a backslash is not escaped. */
async function* csv(rows: AsyncIterable<InventoryRow>): AsyncGenerator<string, void, undefined> {
  yield CSV_HEADER
  for await (const { archiveId, description, creationDate, size, treeHash } of rows) {
    const quoted = `"${(description ?? '').replaceAll('"', '\\"')}"`
    yield `${archiveId},${quoted},${toSeconds(creationDate)},${size},${treeHash}\n`
  }
}

function matches(
  { archiveId, creationDate }: InventoryRow,
  { startDate, endDate, marker }: InventoryOrder,
): boolean {
  const created = toSeconds(creationDate)
  if (marker !== null && archiveId < marker) return false
  if (startDate !== null && created < toSeconds(startDate)) return false
  return endDate === null || created < toSeconds(endDate)
}

/** A date in the form of inventories, with seconds. Texts of this form are sorted by time. */
function toSeconds(date: string): string {
  return new Date(date).toISOString().replace(/\.\d{3}Z$/, 'Z')
}
