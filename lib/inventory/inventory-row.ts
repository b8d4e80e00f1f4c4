/** An archive in an inventory (docs/glacier-protocol.md#inventory-files). */
import { InventoryError } from '../errors.js'

/** An archive in an inventory. */
export interface InventoryRow {
  /** The ID of the archive. */
  readonly archiveId: string
  /** As it was sent; empty where there is none. `decodeDescription` makes a name of it. */
  readonly description: string
  /** ISO 8601, to the second. */
  readonly creationDate: string
  /** Bytes. */
  readonly size: number
  /** Lowercase hex. */
  readonly treeHash: string
}

/**
 * A row from its fields.
 *
 * @throws {InventoryError} `ERR_INVENTORY`: one is missing, or of another kind
 */
export function inventoryRow(fields: Readonly<Record<string, unknown>>): InventoryRow {
  const { ArchiveId, ArchiveDescription, CreationDate, Size, SHA256TreeHash } = fields
  if (typeof ArchiveId !== 'string' || typeof CreationDate !== 'string' || typeof SHA256TreeHash !== 'string')
    throw notAnInventory('a row has no ArchiveId, CreationDate or SHA256TreeHash')
  const size = Number(Size)
  if (!Number.isInteger(size)) throw notAnInventory(`the Size of ${ArchiveId} is no number`)
  const description = typeof ArchiveDescription === 'string' ? ArchiveDescription : ''
  return { archiveId: ArchiveId, description, creationDate: CreationDate, size, treeHash: SHA256TreeHash }
}

/** What is read is no inventory, or not all of one. */
export function notAnInventory(why: string): InventoryError {
  return new InventoryError(`What came is no inventory, or not all of one: ${why}. Retrieve it again.`)
}
