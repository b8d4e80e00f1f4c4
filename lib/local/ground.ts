/** What all stores stand on: one folder, one clock, one account. */
import type { Disk } from './disk.js'
import type { Locks } from './locks.js'

/** A day in milliseconds. */
export const DAY = 86_400_000

/** What all stores need to know. */
export interface Ground {
  readonly disk: Disk
  readonly locks: Locks
  /** Milliseconds: the clock of everything. */
  readonly now: () => number
  readonly region: string
  readonly accountId: string
}

/** The time, ISO 8601. */
export function dateOf({ now }: Ground): string {
  return new Date(now()).toISOString()
}
