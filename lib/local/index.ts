/**
 * The local vault server: a faithful Amazon Glacier vault service on this machine.
 *
 * @packageDocumentation
 */
export type { LocalCredentials } from './credentials.js'
export { startLocalVault, type LocalVault } from './local-vault.js'
export type { LocalVaultOptions } from './options.js'
