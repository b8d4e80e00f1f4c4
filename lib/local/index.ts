/**
 * The local vault server: a faithful Amazon Glacier vault service on this machine.
 *
 * @packageDocumentation
 */
export type { LocalCredentials } from './credentials.js'
export { startLocalVault, type LocalVault, type LocalVaultOptions } from './local-vault.js'
