/** What all stores stand on: one folder, one clock, one account. */
import type { LockFolder } from '../fs/lock.js'
import type { Disk } from './disk/disk.js'

/** A day in milliseconds. */
export const DAY = 86_400_000

/** What all stores need to know. */
export interface Ground {
  readonly disk: Disk
  readonly locks: LockFolder
  /** Milliseconds: the clock of everything. */
  readonly now: () => number
  readonly region: string
  readonly accountId: string
  /** Told of what is damaged on disk and left out of a list. */
  readonly onFailure: (error: Error) => void
}

/** The time, ISO 8601. */
export function dateOf({ now }: Ground): string {
  return new Date(now()).toISOString()
}
