/**
 * The options of a local vault, checked and filled in before anything is done.
 */
import type { LocalCredentials } from './credentials.js'
import type { FaultRule } from './faults.js'
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
}

/** Those that may be left out altogether. */
type Optional = 'credentials' | 'snsEndpoint' | 'controlSecret'

/** Options that have been checked; `credentials` may still be made. */
export type CheckedOptions = Required<{
  readonly [K in Exclude<keyof LocalVaultOptions, Optional>]: NonNullable<LocalVaultOptions[K]>
}> &
  Pick<LocalVaultOptions, 'snsEndpoint' | 'controlSecret'> & {
    readonly credentials: readonly LocalCredentials[] | undefined
  }

/** Whether an address is this machine's own, that no other can reach. */
export function isLoopback(host: string): boolean {
  return /^(?:127(?:\.\d{1,3}){3}|\[?::1\]?|localhost)$/.test(host)
}

/**
 * Checks options and gives those left out their defaults.
 *
 * @throws {TypeError} an option of the wrong type
 * @throws {RangeError} an option out of range, or an address that is not loopback without `allowRemote`
 */
export function checkedOptions(options: LocalVaultOptions): CheckedOptions {
  const { dir, host = '127.0.0.1', allowRemote = false, port = 0, region = 'us-east-1' } = options
  const { accountId = '111122223333', jobDelay = 0, inventoryInterval = DAY, now = Date.now } = options
  const { createVaults = false, faults = [], snsEndpoint, controlSecret } = options
  assertTypes({ dir, host, region, accountId }, 'string')
  assertTypes({ port, jobDelay, inventoryInterval }, 'number')
  assertTypes({ allowRemote, createVaults }, 'boolean')
  assertTypes({ now }, 'function')
  if (dir === '') throw new TypeError('The local vault needs a folder: dir.')
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new RangeError(`A port is a whole number from 0 to 65535, not ${port}.`)
  if (!/^[a-z0-9-]+$/.test(region))
    throw new RangeError(`A region is named by small letters, digits and dashes, not '${region}'.`)
  if (!/^\d{12}$/.test(accountId)) throw new RangeError(`An account ID has 12 digits, not '${accountId}'.`)
  assertTime('job delay', jobDelay)
  assertTime('inventory interval', inventoryInterval)
  const credentials = options.credentials && [options.credentials].flat()
  if (credentials?.length === 0)
    throw new RangeError('The local vault needs a key pair, or none to make one.')
  credentials?.forEach(assertCredentials)
  assertHttp(snsEndpoint)
  assertSecret(controlSecret)
  if (!isLoopback(host) && !allowRemote) {
    throw new RangeError(
      `'${host}' is not a loopback address: other machines could connect, and whoever has the keys can read and ` +
        'delete everything. Give allowRemote (--allow-remote) where that is meant.',
    )
  }
  const keeping = { dir, region, accountId, credentials, createVaults, jobDelay, inventoryInterval, now }
  return { ...keeping, host, allowRemote, port, faults, snsEndpoint, controlSecret }
}

/**
 * Throws unless milliseconds are some.
 *
 * @throws {RangeError} they are not
 */
export function assertTime(name: string, value: number): void {
  if (value >= 0 && value < Infinity) return
  throw new RangeError(`The ${name} is milliseconds from 0 up, not ${value}.`)
}

function assertHttp(url: string | undefined): void {
  if (url === undefined || (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol))) return
  throw new RangeError(`Messages are posted to an http:// address, not to '${url}'.`)
}

function assertSecret(secret: string | undefined): void {
  if (secret === undefined) return
  assertTypes({ controlSecret: secret }, 'string')
  if (!/^[\x21-\x7e]{16,}$/.test(secret))
    throw new RangeError('A control secret has 16 characters or more, of 0x21-0x7E.')
}

function assertTypes(values: Readonly<Record<string, unknown>>, type: string): void {
  for (const [name, value] of Object.entries(values)) {
    if (typeof value !== type) {
      throw new TypeError(
        `The local vault's ${name} must be a ${type}, not ${value === null ? 'null' : typeof value}.`,
      )
    }
  }
}

function assertCredentials({
  accessKeyId,
  secretAccessKey,
  sessionToken,
  expiration,
}: LocalCredentials): void {
  assertTypes({ accessKeyId, secretAccessKey, sessionToken: sessionToken ?? '' }, 'string')
  if (!/^[^/,\s]+$/.test(accessKeyId) || secretAccessKey === '' || sessionToken === '') {
    throw new RangeError('An access key ID has no slash, comma or space, and no key or token is empty.')
  }
  if (expiration && Number.isNaN(expiration.getTime())) throw new RangeError('The expiration is no date.')
}
