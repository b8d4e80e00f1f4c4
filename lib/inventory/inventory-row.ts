/** An archive in an inventory (docs/glacier-protocol.md#inventory-files). */
import { InventoryError } from '../errors.js'

/** An archive in an inventory. */
export interface InventoryRow {
  /** The ID of the archive. */
  readonly archiveId: string
  /** The description as it was sent; empty if it has none. `decodeDescription` makes a name of it. */
  readonly description: string
  /** ISO 8601, to the second. */
  readonly creationDate: string
  /** Bytes. */
  readonly size: number
  /** Lowercase hex. */
  readonly treeHash: string
}

/** An ID that can be a part of the path of a request. It is printed, too. */
const ID = /^(?!\.{1,2}$)[\x21-\x7e]{1,4096}$/
/** A date with its time, in years of four digits. */
const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/
const TREE_HASH = /^[0-9a-f]{64}$/

/**
 * Makes a row from its fields. They are checked, because a catalog that is rebuilt has them, and later commands request,
 * sort, print and delete what the catalog has.
 *
 * @throws {InventoryError} `ERR_INVENTORY`: a field is missing, has the wrong type, or is no ID, date, size or hash
 */
export function inventoryRow(fields: Readonly<Record<string, unknown>>): InventoryRow {
  const { ArchiveId, ArchiveDescription, CreationDate, Size, SHA256TreeHash } = fields
  if (typeof ArchiveId !== 'string' || typeof CreationDate !== 'string' || typeof SHA256TreeHash !== 'string')
    throw inventoryError('a row has no ArchiveId, CreationDate or SHA256TreeHash')
  if (!ID.test(ArchiveId)) throw inventoryError('an ArchiveId is not an ID')
  if (!DATE.test(CreationDate) || Number.isNaN(Date.parse(CreationDate)))
    throw inventoryError(`the CreationDate of ${ArchiveId} is not a date`)
  if (!TREE_HASH.test(SHA256TreeHash))
    throw inventoryError(`the SHA256TreeHash of ${ArchiveId} is not a hash`)
  const size = typeof Size === 'string' || typeof Size === 'number' ? Number(Size) : NaN
  if (!Number.isSafeInteger(size) || size < 0)
    throw inventoryError(`the Size of ${ArchiveId} is not a whole number`)
  const description = typeof ArchiveDescription === 'string' ? ArchiveDescription : ''
  return { archiveId: ArchiveId, description, creationDate: CreationDate, size, treeHash: SHA256TreeHash }
}

/** Characters in a row, or in the text before the first or after the last one: the service's have some thousand. */
const MAX_ROW_LENGTH = 65_536

/**
 * Checks the text of a row that has not ended yet. It is held, so that a row without an end would fill the memory.
 *
 * @throws {InventoryError} `ERR_INVENTORY`: it is longer than any row
 */
export function assertHoldable(text: string): void {
  if (text.length > MAX_ROW_LENGTH) throw inventoryError(`a row has more than ${MAX_ROW_LENGTH} characters`)
}

/** The error for a text that is not a complete inventory. */
export function inventoryError(reason: string): InventoryError {
  return new InventoryError(
    `The output of the job is not a complete inventory: ${reason}. Retrieve the inventory again.`,
  )
}
