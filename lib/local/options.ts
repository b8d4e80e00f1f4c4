/**
 * The options of a local vault, checked and filled in before anything is done.
 */
import {
  BOOLEAN,
  FUNCTION,
  isString,
  listOf,
  oneOf,
  PATH,
  required,
  TEXT,
  wholeNumber,
  SIGNAL,
} from '../options/rules.js'
import {
  checkOptions,
  escaped,
  isObject,
  record,
  rule,
  shown,
  type Rule,
  type RulesOf,
} from '../options/check-options.js'
import { optionError } from '../options/option-error.js'
import { REQUEST_OPTIONS } from '../client/client-rules.js'
import { isAccountId, isRegion } from './account-region.js'
import type { LocalCredentials } from './auth/credentials.js'
import type { PolicyChecks } from './auth/policy/policies.js'
import { PRICES, pricesWith, type Prices, type SomePrices } from './costs/prices.js'
import { assertRule, type FaultRule } from './faults/faults.js'
import type { RequestLog } from './http/request-log.js'
import { TLS, type TlsOptions } from './http/tls.js'
import { isLoopback } from './loopback.js'
import { REALISM, realismOf, type Realism, type RealismOptions } from './realism/realism-options.js'
import { TIME } from './time-rule.js'
import { chosen, UNDOCUMENTED, type CheckedUndocumented, type Undocumented } from './undocumented.js'

/** Options of {@link startLocalVault}. */
export interface LocalVaultOptions extends RealismOptions {
  /** The folder it keeps everything in; made if it is not there. Several servers may share one. */
  readonly dir: string
  /** The address to listen on; default `127.0.0.1`. Others than loopback need `allowRemote`. */
  readonly host?: string | undefined
  /** Whether other machines may connect; default false. Whoever has the keys can then read and delete everything. */
  readonly allowRemote?: boolean | undefined
  /** The port to listen on; default 0, any free one. */
  readonly port?: number | undefined
  /**
   * The region requests must be signed for, or several, each with vaults of its own; default the one the folder was first
   * started with, of a new folder `us-east-1`.
   */
  readonly region?: string | readonly string[] | undefined
  /**
   * The account of key pairs that name none, 12 digits; default that of the first key pair, else the one the folder was
   * first started with, of a new folder `111122223333`. Each account has vaults of its own.
   */
  readonly accountId?: string | undefined
  /**
   * The key pair requests must be signed with, or several; default one made once and kept in the folder, mode 0600.
   * With a session token, requests must carry that too.
   */
  readonly credentials?: LocalCredentials | readonly LocalCredentials[] | undefined
  /**
   * Whether requests may be signed with any other keys too; default false. The signature must have its form, and its time,
   * its scope and the hash of the body are checked, but not its value. On loopback only.
   */
  readonly acceptAnyCredentials?: boolean | undefined
  /** The certificate and key to speak TLS with: the endpoint is then `https://…`; default plain HTTP. */
  readonly tls?: TlsOptions | undefined
  /** Milliseconds between two inventories of a vault; default a day, as at the service. */
  readonly inventoryInterval?: number | undefined
  /** The clock of everything, in milliseconds; default `Date.now`. */
  readonly now?: (() => number) | undefined
  /** Whether uploading to a vault there is none of makes it; default false, as at the service. */
  readonly createVaults?: boolean | undefined
  /** What goes wrong from the start; default nothing. More can be added while it runs. */
  readonly faults?: readonly FaultRule[] | undefined
  /** Where messages are posted when jobs are done, as SNS would to a subscriber: `http://…`; default nowhere. */
  readonly snsEndpoint?: string | undefined
  /**
   * What becomes of a vault's policy that has something which cannot be evaluated: with `'strict'`, the default, it is
   * rejected; with `'lenient'` it is accepted with a warning, and that statement denies nothing.
   */
  readonly policies?: PolicyChecks | undefined
  /** Prices that take the place of those of `EXAMPLE_PRICES`, in US dollars; default none. */
  readonly prices?: SomePrices | undefined
  /** Is given what deserves attention, in a sentence. Default `process.emitWarning`. It must not throw. */
  readonly onWarning?: ((message: string) => void) | undefined
  /** What whoever controls it over HTTP must know, 16 characters or more; default nobody can. */
  readonly controlSecret?: string | undefined
  /**
   * Milliseconds a client may be silent while it is waited for; default 60,000. A body that does not come is answered with
   * 408 `RequestTimeoutException`, an answer that is not read is cut. What keeps moving, however slowly, is never cut.
   */
  readonly idleTimeout?: number | undefined
  /** Takes an entry for each request, when it is over; default nothing does. What it throws becomes a warning. */
  readonly log?: RequestLog | undefined
  /** What is done where the service's documents leave it open; default what is most likely, docs/local-vault.md. */
  readonly undocumented?: Undocumented | undefined
  /**
   * Told of each failure of the server: what a request was answered with 5xx for, and what is damaged on disk and left
   * out of a list. The error has the paths that no answer has. What it throws is an uncaught exception.
   */
  readonly onFailure?: ((error: Error) => void) | undefined
  /** Ends the start while it waits for a lock that another process holds. A server that has started goes on. */
  readonly signal?: AbortSignal | undefined
}

/** Milliseconds. How long the service waits is not known (docs/glacier-protocol.md#not-documented). */
const DEFAULT_IDLE_TIMEOUT = 60_000
const NO_LOG: RequestLog = () => undefined

/** Those that may be left out altogether. */
type Optional =
  | keyof RealismOptions
  | 'inventoryInterval'
  | 'region'
  | 'accountId'
  | 'credentials'
  | 'tls'
  | 'prices'
  | 'snsEndpoint'
  | 'controlSecret'
  | 'onFailure'
  | 'signal'

/** A list with one item at least. */
export type NotEmpty<T> = readonly [T, ...T[]]

/** Options that have been checked; the folder has a region, an account and a key pair where none are given. */
export type CheckedOptions = Required<{
  readonly [K in Exclude<keyof LocalVaultOptions, Optional | 'undocumented'>]: NonNullable<
    LocalVaultOptions[K]
  >
}> &
  Pick<LocalVaultOptions, 'accountId' | 'tls' | 'snsEndpoint' | 'controlSecret' | 'onFailure' | 'signal'> & {
    readonly regions: NotEmpty<string> | undefined
    readonly credentials: NotEmpty<LocalCredentials> | undefined
    readonly prices: Prices
    /** Delays, limits and the schedule of inventories. */
    readonly realism: Realism
    readonly undocumented: CheckedUndocumented
  }

const ACCOUNT_ID: Rule = rule('a string of 12 digits', isString, isAccountId)
const REGION: Rule = rule('a name of at most 64 small letters, digits and dashes', isString, isRegion)
const CREDENTIALS: Rule = record('a key pair: { accessKeyId, secretAccessKey }', {
  accessKeyId: required(
    secret('a string that is not empty and has no slash, comma or space', (value) =>
      /^[^/,\s]+$/.test(value),
    ),
  ),
  secretAccessKey: required(secret('a string that is not empty', (value) => value !== '')),
  sessionToken: secret('a string that is not empty', (value) => value !== ''),
  expiration: rule(
    'a Date',
    (value) => value instanceof Date,
    (value) => !Number.isNaN(value.getTime()),
  ),
  accountId: ACCOUNT_ID,
} satisfies RulesOf<LocalCredentials>)

const LOCAL_VAULT = {
  dir: required(PATH),
  host: TEXT,
  allowRemote: BOOLEAN,
  port: wholeNumber(0, 65_535),
  region: oneOrSeveral('a region', REGION, isString),
  accountId: ACCOUNT_ID,
  credentials: oneOrSeveral('a key pair', CREDENTIALS, isObject),
  acceptAnyCredentials: BOOLEAN,
  tls: TLS,
  ...REALISM,
  inventoryInterval: TIME,
  now: FUNCTION,
  createVaults: BOOLEAN,
  faults: listOf('an array of fault rules', (value, name, caller) => {
    assertRule(value as FaultRule, name, caller)
  }),
  policies: oneOf('strict', 'lenient'),
  prices: PRICES,
  onWarning: FUNCTION,
  // An address may have a password in it.
  snsEndpoint: secret('an http:// or https:// address', (value) => {
    return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)
  }),
  controlSecret: secret('a string of 16 characters or more, of 0x21-0x7E', (value) =>
    /^[\x21-\x7e]{16,}$/.test(value),
  ),
  idleTimeout: REQUEST_OPTIONS.idleTimeout,
  log: FUNCTION,
  undocumented: UNDOCUMENTED,
  onFailure: FUNCTION,
  signal: SIGNAL,
} satisfies RulesOf<LocalVaultOptions>

/**
 * Checks options and gives those left out their defaults.
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
  const { idleTimeout = DEFAULT_IDLE_TIMEOUT, log = NO_LOG } = options
  const prices = pricesWith(options.prices ?? {})
  const regions = listIn(options.region)
  const credentials = listIn(options.credentials)
  if (!isLoopback(host) && !allowRemote) {
    throw new RangeError(
      `${shown(host)} is not a loopback address: other machines could connect, and whoever has the keys can read and ` +
        'delete everything. Give allowRemote (--allow-remote) where that is meant.',
    )
  }
  if (acceptAnyCredentials && (allowRemote || !isLoopback(host))) {
    throw new RangeError(
      'acceptAnyCredentials (--accept-any-credentials) of startLocalVault is for this machine alone: whoever can connect ' +
        'can read and delete everything. Listen on a loopback address, without allowRemote (--allow-remote).',
    )
  }
  const access = { regions, accountId, credentials, acceptAnyCredentials, policies }
  const keeping = { dir, createVaults, realism: realismOf(options), now, prices }
  const network = { host, allowRemote, port, tls, idleTimeout, snsEndpoint, controlSecret, signal }
  const undocumented = chosen(options.undocumented ?? {})
  return { ...access, ...keeping, ...network, undocumented, faults, log, onWarning, onFailure }
}

function emitWarning(message: string): void {
  process.emitWarning(escaped(message), 'LocalVaultWarning') // it has what clients send
}

/** A rule for one value, or a list of them that is not empty. */
function oneOrSeveral(what: string, one: Rule, isOne: (value: unknown) => boolean): Rule {
  const several = listOf(`${what}, or an array of several`, one)
  return (value, name, caller) => {
    if (isOne(value)) one(value, name, caller)
    else several(value, name, caller)
    if (Array.isArray(value) && value.length === 0)
      throw optionError(RangeError, name, caller, `must have ${what} at least, and is empty.`)
  }
}

/** What has been checked by such a rule, as a list. */
function listIn<T>(value: T | readonly T[] | undefined): NotEmpty<T> | undefined {
  return value === undefined ? undefined : ([value].flat() as unknown as NotEmpty<T>) // checked: not empty
}

/** A rule for a text that is not shown. */
function secret(expected: string, isInRange: (value: string) => boolean): Rule {
  return rule(expected, isString, isInRange, (value) => {
    return isString(value) ? `a string of ${value.length} characters` : value === null ? 'null' : typeof value
  })
}
