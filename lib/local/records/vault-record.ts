/** `vaults/NAME/vault.json`: a vault and its last inventory. */
import { isInventory, type Inventory } from './inventory-record.js'
import { equals, isDate, nullOr, shaped } from './shape.js'

/** `vault.json`. */
export interface VaultRecord {
  readonly name: string
  /** ISO 8601. */
  readonly creationDate: string
  /** The last inventory; `null` before the first. */
  readonly inventory: Inventory | null
}

/** Whether a value has the form of the {@link VaultRecord} of a vault. */
export function vaultFormOf(name: string): (value: unknown) => value is VaultRecord {
  return shaped<VaultRecord>({
    name: equals(name),
    creationDate: isDate,
    inventory: nullOr(isInventory),
  })
}

/** The name of a vault in messages about damage. */
export function damagedVault(name: string): string {
  return `The vault ${name}`
}
