/**
 * The options of a local vault, checked and filled in before anything is done.
 */
import type { LocalCredentials } from './credentials.js'
import type { FaultRule } from './faults.js'

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
  /** The key pair requests must be signed with; default one made once and kept in the folder, mode 0600. */
  readonly credentials?: LocalCredentials | undefined
  /** Milliseconds until a retrieval job has succeeded; default 0. */
  readonly jobDelay?: number | undefined
  /** The clock of everything, in milliseconds; default `Date.now`. */
  readonly now?: (() => number) | undefined
  /** Whether uploading to a vault there is none of makes it; default false, as at the service. */
  readonly createVaults?: boolean | undefined
  /** What goes wrong from the start; default nothing. More can be added while it runs. */
  readonly faults?: readonly FaultRule[] | undefined
}

/** Options that have been checked; `credentials` may still be made. */
export type CheckedOptions = Required<{
  readonly [K in Exclude<keyof LocalVaultOptions, 'credentials'>]: NonNullable<LocalVaultOptions[K]>
}> &
  Pick<LocalVaultOptions, 'credentials'>

const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|::1|localhost)$/

/**
 * Checks options and gives those left out their defaults.
 *
 * @throws {TypeError} an option of the wrong type
 * @throws {RangeError} an option out of range, or an address that is not loopback without `allowRemote`
 */
export function checkedOptions(options: LocalVaultOptions): CheckedOptions {
  const { dir, host = '127.0.0.1', allowRemote = false, port = 0, region = 'us-east-1' } = options
  const {
    accountId = '111122223333',
    credentials,
    jobDelay = 0,
    now = Date.now,
    createVaults = false,
    faults = [],
  } = options
  assertTypes({ dir, host, region, accountId }, 'string')
  assertTypes({ port, jobDelay }, 'number')
  assertTypes({ allowRemote, createVaults }, 'boolean')
  assertTypes({ now }, 'function')
  if (dir === '') throw new TypeError('The local vault needs a folder: dir.')
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new RangeError(`A port is a whole number from 0 to 65535, not ${port}.`)
  if (!/^[a-z0-9-]+$/.test(region))
    throw new RangeError(`A region is named by small letters, digits and dashes, not '${region}'.`)
  if (!/^\d{12}$/.test(accountId)) throw new RangeError(`An account ID has 12 digits, not '${accountId}'.`)
  if (!(jobDelay >= 0 && jobDelay < Infinity))
    throw new RangeError(`The job delay is milliseconds from 0 up, not ${jobDelay}.`)
  if (credentials !== undefined) assertCredentials(credentials)
  if (!LOOPBACK.test(host) && !allowRemote) {
    throw new RangeError(
      `'${host}' is not a loopback address: other machines could connect, and whoever has the keys can read and ` +
        'delete everything. Give allowRemote where that is meant.',
    )
  }
  return { dir, host, allowRemote, port, region, accountId, credentials, jobDelay, now, createVaults, faults }
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

function assertCredentials({ accessKeyId, secretAccessKey }: LocalCredentials): void {
  assertTypes({ accessKeyId, secretAccessKey }, 'string')
  if (!/^[^/,\s]+$/.test(accessKeyId) || secretAccessKey === '') {
    throw new RangeError('An access key ID has no slash, comma or space, and neither key is empty.')
  }
}
