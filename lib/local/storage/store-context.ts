/** The shared dependencies of the stores of an account in a region: a folder, its locks and a clock. */
import type { LockFolder } from '../../fs/lock.js'
import type { Disk } from '../disk/disk.js'
import type { AccountRegion } from '../service/account-region.js'

/** The shared dependencies of the stores of an account in a region. */
export interface StoreContext extends AccountRegion {
  /** The folder of the account in the region. */
  readonly disk: Disk
  /** The locks of the local vault's folder. */
  readonly locks: LockFolder
  /** The vault's clock, in milliseconds. */
  readonly now: () => number
  /** Called with each error about damaged data that is left out of a list. */
  readonly onFailure: (error: Error) => void
}

/** The time of the vault's clock, in ISO 8601. */
export function dateOf({ now }: StoreContext): string {
  return new Date(now()).toISOString()
}
