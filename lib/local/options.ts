/**
 * The options of a local vault, checked and filled in before anything is done.
 */
import {
  BOOLEAN,
  FUNCTION,
  isNumber,
  isString,
  listOf,
  PATH,
  required,
  TEXT,
  wholeNumber,
} from '../option-rules.js'
import { checkOptions, isObject, record, rule, shown, type Rule, type RulesOf } from '../options.js'
import { SIGNAL } from '../vault/request-rules.js'
import type { LocalCredentials } from './auth/credentials.js'
import { assertRule, type FaultRule } from './faults/faults.js'
import { DAY } from './ground.js'

/** Options of {@link startLocalVault}. */
export interface LocalVaultOptions {
  /** The folder it keeps everything in; made if it is not there. Several servers may share one. */
  readonly dir: string
  /** The address to listen on; default `127.0.0.1`. Others than loopback need `allowRemote`. */
  readonly host?: string | undefined
  /** Whether other machines may connect; default false. Whoever has the keys can then read and delete everything. */
  readonly allowRemote?: boolean | undefined
  /** The port to listen on; default 0, any free one. */
  readonly port?: number | undefined
  /** The region requests must be signed for; default `us-east-1`. */
  readonly region?: string | undefined
  /** 12 digits; default `111122223333`. */
  readonly accountId?: string | undefined
  /**
   * The key pair requests must be signed with, or several; default one made once and kept in the folder, mode 0600.
   * With a session token, requests must carry that too.
   */
  readonly credentials?: LocalCredentials | readonly LocalCredentials[] | undefined
  /** Milliseconds until a job is done; default 0. */
  readonly jobDelay?: number | undefined
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
  /** What whoever controls it over HTTP must know, 16 characters or more; default nobody can. */
  readonly controlSecret?: string | undefined
  /**
   * Told of each failure of the server: what a request was answered with 5xx for, and what is damaged on disk and left
   * out of a list. The error has the paths that no answer has. What it throws is an uncaught exception.
   */
  readonly onFailure?: ((error: Error) => void) | undefined
  /** Ends the start while it waits for a lock that another process holds. A server that has started goes on. */
  readonly signal?: AbortSignal | undefined
}

/** Those that may be left out altogether. */
type Optional = 'credentials' | 'snsEndpoint' | 'controlSecret' | 'onFailure' | 'signal'

/** Options that have been checked; `credentials` may still be made. */
export type CheckedOptions = Required<{
  readonly [K in Exclude<keyof LocalVaultOptions, Optional>]: NonNullable<LocalVaultOptions[K]>
}> &
  Pick<LocalVaultOptions, 'snsEndpoint' | 'controlSecret' | 'onFailure' | 'signal'> & {
    readonly credentials: readonly LocalCredentials[] | undefined
  }

/** Whether an address is this machine's own, that no other can reach. */
export function isLoopback(host: string): boolean {
  return /^(?:127(?:\.\d{1,3}){3}|\[?::1\]?|localhost)$/.test(host)
}

/** The rule of a time that may be 0. */
export const TIME: Rule = rule('a number of milliseconds from 0 up', isNumber, (value) => {
  return value >= 0 && value < Infinity
})

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
} satisfies RulesOf<LocalCredentials>)
const SEVERAL_CREDENTIALS: Rule = listOf('a key pair, or an array of several', CREDENTIALS)

const LOCAL_VAULT = {
  dir: required(PATH),
  host: TEXT,
  allowRemote: BOOLEAN,
  port: wholeNumber(0, 65_535),
  region: rule('a name of small letters, digits and dashes', isString, (value) => /^[a-z0-9-]+$/.test(value)),
  accountId: rule('a string of 12 digits', isString, (value) => /^\d{12}$/.test(value)),
  credentials: (value, name, caller) => {
    if (isObject(value)) CREDENTIALS(value, name, caller)
    else SEVERAL_CREDENTIALS(value, name, caller)
    if (Array.isArray(value) && value.length === 0)
      throw new RangeError(`${name} of ${caller} must have a key pair at least, and is empty.`)
  },
  jobDelay: TIME,
  inventoryInterval: TIME,
  now: FUNCTION,
  createVaults: BOOLEAN,
  faults: listOf('an array of fault rules', (value, name, caller) => {
    assertRule(value as FaultRule, name, caller)
  }),
  // An address may have a password in it.
  snsEndpoint: secret('an http:// or https:// address', (value) => {
    return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)
  }),
  controlSecret: secret('a string of 16 characters or more, of 0x21-0x7E', (value) =>
    /^[\x21-\x7e]{16,}$/.test(value),
  ),
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
  const { dir, host = '127.0.0.1', allowRemote = false, port = 0, region = 'us-east-1' } = options
  const { accountId = '111122223333', jobDelay = 0, inventoryInterval = DAY, now = Date.now } = options
  const { createVaults = false, faults = [], snsEndpoint, controlSecret, onFailure, signal } = options
  const credentials = options.credentials && [options.credentials].flat()
  if (!isLoopback(host) && !allowRemote) {
    throw new RangeError(
      `${shown(host)} is not a loopback address: other machines could connect, and whoever has the keys can read and ` +
        'delete everything. Give allowRemote (--allow-remote) where that is meant.',
    )
  }
  const keeping = { dir, region, accountId, credentials, createVaults, jobDelay, inventoryInterval, now }
  return { ...keeping, host, allowRemote, port, faults, snsEndpoint, controlSecret, onFailure, signal }
}

/** A rule for a text that is not shown. */
function secret(expected: string, isInRange: (value: string) => boolean): Rule {
  return rule(expected, isString, isInRange, (value) => {
    return isString(value) ? `a string of ${value.length} characters` : value === null ? 'null' : typeof value
  })
}
