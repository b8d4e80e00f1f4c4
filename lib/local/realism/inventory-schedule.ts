/**
 * When inventories are taken, and the time that they describe.
 *
 * - At intervals: when a vault is read some time after the last inventory. The inventory describes that moment.
 * - Nightly: the inventory describes a fixed hour of each day. No timer runs: the inventory of a night is taken when the
 *   vault is next read, or before it is next written to. Therefore it has the archives of that hour, whatever is stored or
 *   deleted later. The first write after a night takes that night's inventory, so that all writes since the last inventory
 *   are between two nights, and the date of the next inventory is the first night after the last write.
 * - A vault that was not written to since its last inventory is skipped (docs/glacier-protocol.md#inventories).
 */

import { DAY_MS, HOUR_MS } from '../service/durations.js'
/** The times of a vault, in milliseconds. */
export interface InventoryTimes {
  readonly now: number
  /** The creation of the vault. */
  readonly createdAt: number
  /** The last write to the vault. */
  readonly writtenAt: number
  /** The time that its last inventory describes; `undefined` before the first. */
  readonly inventoryAt: number | undefined
}

/** Decides when inventories are taken. */
export interface InventorySchedule {
  /** Whether an inventory that is due is taken before the vault is written to. */
  readonly precedesWrites: boolean
  /**
   * The date of the inventory that is due for a vault that was written to since the last one, in milliseconds;
   * `undefined` if none is due.
   */
  dueDate(times: InventoryTimes): number | undefined
}

/**
 * Inventories at intervals.
 *
 * @param interval - milliseconds between two inventories
 */
export function atIntervals(interval: number): InventorySchedule {
  return {
    precedesWrites: false,
    dueDate: ({ now, createdAt, inventoryAt = createdAt }) => {
      return now - inventoryAt < interval ? undefined : now
    },
  }
}

/**
 * Inventories each night.
 *
 * @param hour - the hour that inventories describe, 0–23, UTC
 */
export function nightly(hour: number): InventorySchedule {
  const offset = hour * HOUR_MS
  return {
    precedesWrites: true,
    dueDate: ({ now, writtenAt }) => {
      const night = (Math.floor((writtenAt - offset) / DAY_MS) + 1) * DAY_MS + offset
      return night <= now ? night : undefined
    },
  }
}
