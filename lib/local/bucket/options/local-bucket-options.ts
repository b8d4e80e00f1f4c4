/** The options of a local bucket. They are checked, and defaults are set, before anything else is done. */
import { bucketPricesWith } from '../../../costs/price-table.js'
import { BUCKET_PRICES, type BucketPrices } from '../../../costs/prices.js'
import { checkOptions, rule, shown, type RulesOf } from '../../../options/check-options.js'
import { BOOLEAN, FUNCTION, listOf, PATH, required, SIGNAL } from '../../../options/rules.js'
import type { LocalCredentials } from '../../auth/credentials.js'
import { Control } from '../../control/control.js'
import { MovableClock } from '../../control/movable-clock.js'
import type { RequestLog } from '../../http/request-log.js'
import { ACCESS_RULES, type AccessOptions } from '../../options/access-options.js'
import { NETWORK_RULES, type NetworkOptions } from '../../options/network-options.js'
import { valuesOf, type NotEmpty } from '../../options/option-forms.js'
import { REPORTING_RULES, type ReportingOptions } from '../../options/reporting-options.js'
import { DAY_MS } from '../../service/durations.js'
import { isLoopback } from '../../service/loopback.js'
import { DURATION } from '../../service/option-rules.js'
import { assertBucketRule, type BucketFaultRule } from '../faults/bucket-faults.js'
import { RESTORE_DELAY, type RestoreDelay } from '../storage/restore-delay.js'

/** The options that a local bucket shares with a local vault. */
type SharedOptions = Pick<AccessOptions, 'region' | 'accountId' | 'credentials'> &
  Pick<NetworkOptions, 'host' | 'allowRemote' | 'port' | 'tls' | 'idleTimeout'> &
  Pick<ReportingOptions, 'log' | 'onFailure'>

/** Options of {@link startLocalBucket}. */
export interface LocalBucketOptions extends SharedOptions {
  /**
   * The folder that everything is kept in. It is created if it does not exist. It can be that of a local vault, and several
   * servers can share one.
   */
  readonly dir: string
  /** The clock of everything, in milliseconds; default `Date.now`. Not together with `vaultControl`. */
  readonly now?: (() => number) | undefined
  /**
   * The `control` of a running local vault, which this server stands beside: both have one clock, the vault's, and its controls
   * over HTTP and its page have the buckets as well. Default: a clock and controls of its own.
   */
  readonly vaultControl?: Control | undefined
  /** Whether a missing bucket is created when something is stored in it; default false: CreateBucket creates one. */
  readonly createBuckets?: boolean | undefined
  /** The duration of restores: milliseconds, or milliseconds by tier, or `'realistic'`; default 0. */
  readonly restoreDelay?: RestoreDelay | undefined
  /** Milliseconds for which a completion can be repeated with the same response; default a day. */
  readonly repeatableFor?: number | undefined
  /**
   * Whether checksums (`x-amz-checksum-…`) are checked, kept and returned; default true. With false, they are ignored, as by some
   * other implementations of the API. The hash of a body that is signed is checked in any case.
   */
  readonly partHashes?: boolean | undefined
  /** The fault rules in force from the start; default none. More can be added while the server runs. */
  readonly faults?: readonly BucketFaultRule[] | undefined
  /**
   * Prices in US dollars, by storage class, that replace those of `EXAMPLE_BUCKET_PRICES`: `{ DEEP_ARCHIVE: { storage: 0.001 } }`;
   * default none.
   */
  readonly prices?: BucketPrices | undefined
  /** Ends the start while it waits for a lock that another process holds. It does not stop a server that has started. */
  readonly signal?: AbortSignal | undefined
}

/** Milliseconds that the server waits for a silent client. */
const DEFAULT_IDLE_TIMEOUT_MS = 60_000
const NO_LOG: RequestLog = () => undefined

const LOCAL_BUCKET: RulesOf<LocalBucketOptions> = {
  region: ACCESS_RULES.region,
  accountId: ACCESS_RULES.accountId,
  credentials: ACCESS_RULES.credentials,
  host: NETWORK_RULES.host,
  allowRemote: NETWORK_RULES.allowRemote,
  port: NETWORK_RULES.port,
  tls: NETWORK_RULES.tls,
  idleTimeout: NETWORK_RULES.idleTimeout,
  log: REPORTING_RULES.log,
  onFailure: REPORTING_RULES.onFailure,
  dir: required(PATH),
  now: FUNCTION,
  vaultControl: rule('the control of a local vault', (value) => value instanceof Control),
  createBuckets: BOOLEAN,
  restoreDelay: RESTORE_DELAY,
  repeatableFor: DURATION,
  partHashes: BOOLEAN,
  faults: listOf('an array of fault rules', (value, name, caller) => {
    assertBucketRule(value as BucketFaultRule, name, caller)
  }),
  prices: BUCKET_PRICES,
  signal: SIGNAL,
}

/** Options that have been checked, with their defaults. */
export type CheckedBucketOptions = Pick<
  LocalBucketOptions,
  'accountId' | 'tls' | 'onFailure' | 'signal' | 'vaultControl'
> &
  Required<{
    readonly [
      K in
        | 'dir'
        | 'host'
        | 'port'
        | 'idleTimeout'
        | 'log'
        | 'createBuckets'
        | 'restoreDelay'
        | 'repeatableFor'
        | 'partHashes'
        | 'faults'
        | 'prices'
    ]: NonNullable<LocalBucketOptions[K]>
  }> & {
    /** `undefined` for the region of the folder. */
    readonly regions: NotEmpty<string> | undefined
    /** `undefined` for the key pair of the folder. */
    readonly credentials: NotEmpty<LocalCredentials> | undefined
    readonly clock: MovableClock
  }

/**
 * Checks options, and sets the defaults of those that are absent.
 *
 * @throws {TypeError} an unknown or missing option, or one of the wrong type
 * @throws {RangeError} an option out of range, an address that is not loopback without `allowRemote`, or `now` with
 *   `vaultControl`
 */
export function checkedBucketOptions(given: LocalBucketOptions): CheckedBucketOptions {
  const options = checkOptions('startLocalBucket', given, LOCAL_BUCKET)
  const { dir, host = '127.0.0.1', allowRemote = false, port = 0, tls } = options
  const { accountId, createBuckets = false, restoreDelay = 0, repeatableFor = DAY_MS } = options
  const { partHashes = true, faults = [], onFailure, signal, vaultControl } = options
  const prices = bucketPricesWith(options.prices ?? {})
  const { idleTimeout = DEFAULT_IDLE_TIMEOUT_MS, log = NO_LOG } = options
  if (!isLoopback(host) && !allowRemote) {
    throw new RangeError(
      `${shown(host)} is not a loopback address: other machines could connect, and any owner of the keys can read and ` +
        'delete everything. Give allowRemote where that is meant.',
    )
  }
  if (vaultControl && options.now)
    throw new RangeError(
      'now of startLocalBucket is the clock of the local vault. Leave it out, or vaultControl.',
    )
  const clock = vaultControl?.clock ?? new MovableClock(options.now ?? Date.now)
  const [regions, credentials] = [valuesOf(options.region), valuesOf(options.credentials)]
  const network = { host, port, tls, idleTimeout, signal }
  const behaviour = { createBuckets, restoreDelay, repeatableFor, partHashes, faults, prices }
  return {
    dir,
    accountId,
    regions,
    credentials,
    clock,
    vaultControl,
    log,
    onFailure,
    ...network,
    ...behaviour,
  }
}
