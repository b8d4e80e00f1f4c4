/**
 * The local vault server: a faithful Amazon Glacier vault service on this machine.
 *
 * @packageDocumentation
 */
export type { Control, ControlAccount } from './control/control.js'
export type { PolicyChecks } from './auth/policy/policies.js'
export type { LocalCredentials } from './auth/credentials.js'
export { LocalFolderError } from '../errors.js'
export { FAULT_KINDS, Faults, type FaultKind, type FaultRule } from './faults/faults.js'
export type { CostId, CostLine, Costs } from './costs/costs.js'
export { EXAMPLE_PRICES } from '../costs/price-table.js'
export type { Prices, SomePrices } from '../costs/prices.js'
export { startLocalVault, type LocalVault } from './local-vault.js'
export type { TlsOptions } from './transport/tls.js'
export type { RequestLog, RequestLogEntry } from './http/request-log.js'
export type { SigningTexts } from './auth/signature.js'
export type { LocalVaultOptions } from './options/local-vault-options.js'
export type { DelayOfEach, JobDelay, JobDelays } from './realism/job-delay.js'
export type { RealismOptions } from './realism/realism-options.js'
export type { RequestBudget } from './realism/throttle.js'
export type { Undocumented } from './service/undocumented.js'
export type { Inventory, InventorySum } from './records/inventory-record.js'
export { Traffic, type OperationTraffic } from './control/traffic.js'
