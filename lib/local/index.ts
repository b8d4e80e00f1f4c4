/**
 * The local vault server: a faithful Amazon Glacier vault service on this machine.
 *
 * @packageDocumentation
 */
export type { Control } from './control/control.js'
export type { LocalCredentials } from './auth/credentials.js'
export { LocalFolderError } from '../errors.js'
export { FAULT_KINDS, Faults, type FaultKind, type FaultRule } from './faults/faults.js'
export { startLocalVault, type LocalVault } from './local-vault.js'
export type { LocalVaultOptions } from './options.js'
export type { Inventory } from './storage/vault-record.js'
export type { InventorySum } from './storage/inventory.js'
export { Traffic, type OperationTraffic } from './control/traffic.js'
