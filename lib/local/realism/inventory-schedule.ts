/**
 * When inventories are taken, and as of when.
 *
 * - At intervals: when a vault is looked at, some time after the last inventory, as of that moment.
 * - Nightly: as of an hour each day. No timer runs: the inventory of a night is taken when the vault is next looked at or
 *   before it is next written to. So it holds what there was at that hour, whatever is stored or deleted later. The first
 *   write after a night takes that night's inventory, so all writes since the last inventory lie between two nights, and
 *   the date of the next one is the first night after the last write.
 * - A vault that was not written to since its last inventory is left out (docs/glacier-protocol.md#inventories).
 */

import { DAY_MS, HOUR_MS } from '../service/durations.js'
/** What is known of a vault, in milliseconds. */
export interface InventoryTimes {
  readonly now: number
  /** When the vault was made. */
  readonly createdAt: number
  /** When it was last written to. */
  readonly writtenAt: number
  /** As of when its last inventory is; `undefined` before the first. */
  readonly inventoryAt: number | undefined
}

/** When inventories are taken. */
export interface InventorySchedule {
  /** Whether an inventory that is due is taken before the vault is written to. */
  readonly precedesWrites: boolean
  /**
   * The date of the inventory that is due for a vault that was written to since the last one, in milliseconds;
   * `undefined` where none is due.
   */
  dueDate(times: InventoryTimes): number | undefined
}

/**
 * Inventories at intervals.
 *
 * @param interval - milliseconds between two
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
 * @param hour - as of which, 0–23, UTC
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
