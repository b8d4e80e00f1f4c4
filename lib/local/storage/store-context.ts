/** What all stores stand on: one folder, one clock, one account in one region. */
import type { LockFolder } from '../../fs/lock.js'
import type { AccountRegion } from '../service/account-region.js'
import type { Disk } from '../disk/disk.js'

/** An hour in milliseconds. */
export const HOUR = 3_600_000
/** A day in milliseconds. */
export const DAY: number = 24 * HOUR

/** What all stores need to know. */
export interface Ground extends AccountRegion {
  readonly disk: Disk
  readonly locks: LockFolder
  /** Milliseconds: the clock of everything. */
  readonly now: () => number
  /** Told of what is damaged on disk and left out of a list. */
  readonly onFailure: (error: Error) => void
}

/** The time, ISO 8601. */
export function dateOf({ now }: Ground): string {
  return new Date(now()).toISOString()
}
