/** `vaults/NAME/inventory.jsonl`: the archives of a vault at one time, and the counts of it in `vault.json`. */
import type { ArchiveRecord } from './archive-record.js'
import { isCount, isDate, isHash, isText, nullOr, shaped } from './shape.js'

/** A line of `inventory.jsonl`: an archive in an inventory. */
export type InventoryRow = Pick<
  ArchiveRecord,
  'archiveId' | 'description' | 'creationDate' | 'size' | 'treeHash'
>

/** The totals of an inventory. */
export interface InventorySum {
  /** The number of archives. */
  readonly archiveCount: number
  /** Bytes, including the service's overhead of 32 KiB for each archive. */
  readonly size: number
}

/** The last inventory of a vault, as `vault.json` has it. */
export interface Inventory extends InventorySum {
  /** ISO 8601: the time that the inventory describes. */
  readonly date: string
}

/** Whether a value has the form of an {@link InventoryRow}. */
export const isInventoryRow: (value: unknown) => value is InventoryRow = shaped<InventoryRow>({
  archiveId: isText,
  description: nullOr(isText),
  creationDate: isDate,
  size: isCount,
  treeHash: isHash,
})

/** Whether a value has the form of an {@link Inventory}. */
export const isInventory: (value: unknown) => value is Inventory = shaped<Inventory>({
  date: isDate,
  archiveCount: isCount,
  size: isCount,
})
