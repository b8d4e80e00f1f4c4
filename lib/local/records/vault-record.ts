/** `vaults/NAME/vault.json`: what is known of a vault, read as damaged where it is not of this form. */
import { join } from 'node:path'
import { DamageFault, readRecord } from '../disk/damage.js'
import { kindOf } from '../disk/disk.js'
import { equals, isCount, isDate, nullOr, shaped } from './shape.js'
import type { InventorySum } from '../storage/inventory.js'

/** What an inventory found. */
export interface Inventory extends InventorySum {
  /** ISO 8601. */
  readonly date: string
}

/** `vault.json`. */
export interface VaultRecord {
  readonly name: string
  /** ISO 8601. */
  readonly creationDate: string
  readonly inventory: Inventory | null
}

const isInventory = shaped<Inventory>({ date: isDate, archiveCount: isCount, size: isCount })

/** What a vault is called in messages about damage. */
export function damagedVault(name: string): string {
  return `The vault ${name}`
}

/**
 * Reads what is known of a vault; `undefined` where there is none.
 *
 * @param path - the vault's folder
 * @throws {DamageFault} 507: it cannot be read, or is not of this form, or the folder is a symbolic link, which would
 *   lead out of the local vault's folder
 */
export async function readVault(path: string, name: string): Promise<VaultRecord | undefined> {
  await assertNoLink(path, name, 'its folder')
  const isVault = shaped<VaultRecord>({
    name: equals(name),
    creationDate: isDate,
    inventory: nullOr(isInventory),
  })
  return readRecord(join(path, 'vault.json'), isVault, damagedVault(name), 'vault.json')
}

/**
 * @param what - what is at the path, for messages, as `its folder jobs`
 * @throws {DamageFault} 507: a path in a vault is a symbolic link
 */
export async function assertNoLink(path: string, vaultName: string, what: string): Promise<void> {
  if ((await kindOf(path)) !== 'link') return
  const cause = new Error(`${path} is a symbolic link.`)
  throw new DamageFault(damagedVault(vaultName), `${what} is a symbolic link`, cause)
}

/**
 * @param what - what is at the path, for messages, as `its note of the last write`
 * @throws {DamageFault} 507: what is at a path in a vault is not a file. A FIFO would be waited for, and a symbolic link
 *   leads elsewhere.
 */
export async function assertFile(path: string, vaultName: string, what: string): Promise<void> {
  const kind = await kindOf(path)
  if (kind === 'file' || kind === 'missing') return
  throw new DamageFault(damagedVault(vaultName), `${what} is not a file`, new Error(`${path} is not a file.`))
}
