/** The options of a local vault. They are checked, and defaults are set, before anything else is done. */
import { checkOptions, escaped, shown, type RulesOf } from '../../options/check-options.js'
import type { LocalCredentials } from '../auth/credentials.js'
import { pricesWith } from '../../costs/price-table.js'
import type { Prices } from '../../costs/prices.js'
import type { RequestLog } from '../http/request-log.js'
import { REALISM, realismOf, type Realism, type RealismOptions } from '../realism/realism-options.js'
import { isLoopback } from '../service/loopback.js'
import { withDefaults, type CheckedUndocumented } from '../service/undocumented.js'
import { ACCESS_RULES, type AccessOptions } from './access-options.js'
import { CONTENT_RULES, type ContentOptions } from './content-options.js'
import { NETWORK_RULES, type NetworkOptions } from './network-options.js'
import { valuesOf, type NotEmpty } from './option-forms.js'
import { REPORTING_RULES, type ReportingOptions } from './reporting-options.js'

/** Options of {@link startLocalVault}. */
export interface LocalVaultOptions
  extends ContentOptions, AccessOptions, NetworkOptions, RealismOptions, ReportingOptions {}

/** Milliseconds. The time that the service waits is not documented (docs/glacier-protocol.md#not-documented). */
const DEFAULT_IDLE_TIMEOUT_MS = 60_000
const NO_LOG: RequestLog = () => undefined

/** Options that stay absent if they are not given. */
type Absent = 'accountId' | 'tls' | 'snsEndpoint' | 'controlSecret' | 'onFailure' | 'signal'
/** Options that are replaced by a member of {@link CheckedOptions} with another name or type. */
type Replaced =
  keyof RealismOptions | 'inventoryInterval' | 'region' | 'credentials' | 'prices' | 'undocumented'

/** Options that have been checked, with their defaults. */
export type CheckedOptions = Required<{
  readonly [K in Exclude<keyof LocalVaultOptions, Absent | Replaced>]: NonNullable<LocalVaultOptions[K]>
}> &
  Pick<LocalVaultOptions, Absent> & {
    /** `undefined` for the region of the folder. */
    readonly regions: NotEmpty<string> | undefined
    /** `undefined` for the key pair of the folder. */
    readonly credentials: NotEmpty<LocalCredentials> | undefined
    readonly prices: Prices
    /** Delays, limits and the schedule of inventories. */
    readonly realism: Realism
    readonly undocumented: CheckedUndocumented
  }

const LOCAL_VAULT: RulesOf<LocalVaultOptions> = {
  ...CONTENT_RULES,
  ...ACCESS_RULES,
  ...NETWORK_RULES,
  ...REALISM,
  ...REPORTING_RULES,
}

/**
 * Checks options, and sets the defaults of those that are absent.
 *
 * @throws {TypeError} an unknown or missing option, or one of the wrong type
 * @throws {RangeError} an option out of range, or an address that is not loopback without `allowRemote`
 */
export function checkedOptions(given: LocalVaultOptions): CheckedOptions {
  const options = checkOptions('startLocalVault', given, LOCAL_VAULT)
  const { dir, host = '127.0.0.1', allowRemote = false, port = 0, tls } = options
  const { accountId, acceptAnyCredentials = false, now = Date.now } = options
  const { createVaults = false, faults = [], snsEndpoint, controlSecret, onFailure, signal } = options
  const { policies = 'strict', onWarning = emitWarning } = options
  const { idleTimeout = DEFAULT_IDLE_TIMEOUT_MS, log = NO_LOG } = options
  const prices = pricesWith(options.prices ?? {})
  const regions = valuesOf(options.region)
  const credentials = valuesOf(options.credentials)
  assertOnlyLocal(host, allowRemote, acceptAnyCredentials)
  const access = { regions, accountId, credentials, acceptAnyCredentials, policies }
  const content = { dir, createVaults, realism: realismOf(options), now, prices }
  const network = { host, allowRemote, port, tls, idleTimeout, snsEndpoint, controlSecret, signal }
  const undocumented = withDefaults(options.undocumented ?? {})
  return { ...access, ...content, ...network, undocumented, faults, log, onWarning, onFailure }
}

/** Asserts that other machines can connect only if the options permit it. */
function assertOnlyLocal(host: string, allowRemote: boolean, acceptAnyCredentials: boolean): void {
  if (!isLoopback(host) && !allowRemote) {
    throw new RangeError(
      `${shown(host)} is not a loopback address: other machines could connect, and any owner of the keys can read and ` +
        'delete everything. Give allowRemote (--allow-remote) where that is meant.',
    )
  }
  if (acceptAnyCredentials && (allowRemote || !isLoopback(host))) {
    throw new RangeError(
      'acceptAnyCredentials (--accept-any-credentials) of startLocalVault is for this machine alone: anyone who can connect ' +
        'can read and delete everything. Listen on a loopback address, without allowRemote (--allow-remote).',
    )
  }
}

function emitWarning(message: string): void {
  process.emitWarning(escaped(message), 'LocalVaultWarning') // it contains text that clients sent
}
