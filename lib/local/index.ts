/**
 * The local vault server: a faithful Amazon Glacier vault service on this machine.
 *
 * @packageDocumentation
 */
export type { Control } from './control.js'
export type { LocalCredentials } from './credentials.js'
export { FAULT_KINDS, Faults, type FaultKind, type FaultRule } from './faults.js'
export { startLocalVault, type LocalVault } from './local-vault.js'
export type { LocalVaultOptions } from './options.js'
export type { Inventory } from './vault-store.js'
export type { InventorySum } from './inventory.js'
export { Traffic, type OperationTraffic } from './traffic.js'
