/** The accounts of the simulated service, and the one vault that the processes of a run share. */
import type { SimProcess } from '../world/sim-process.js'

/** The account that owns the vault. */
export const ACCOUNT = '111122223333'
/** Another account. By choice it has a vault of the same name. */
export const OTHER_ACCOUNT = '444455556666'
/** The name of the vault. */
export const VAULT = 'backups'

/** Decides on the account whose credentials a process has. */
export function accountOf({ name, world }: SimProcess): string {
  return world.faults.happens('other-account', `${name}/account`) ? OTHER_ACCOUNT : ACCOUNT
}
