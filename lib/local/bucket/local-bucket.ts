/**
 * The local bucket server: Amazon S3 on loopback, with the operations that glacier-pipe uses, on disk and strict about all that
 * a client must do right.
 *
 * The folders of lib/local/bucket, from the bottom up: service (errors, names, limits), costs, checksums, xml, records, auth,
 * body, storage, requests, operations, faults, control, options, http.
 */
import { AbortError } from '../../errors.js'
import { LockFolder } from '../../fs/lock.js'
import { onAbort } from '../../streams/caller-signal.js'
import { homeOfNewFolder, resolveAccess } from '../options/access.js'
import { inspectedWithoutSecrets, loadCredentials, type LocalCredentials } from '../auth/credentials.js'
import { Traffic } from '../control/traffic.js'
import { Disk } from '../disk/disk.js'
import { assertFolder } from '../disk/folder.js'
import { loadHome } from '../disk/home.js'
import { loadVaultId } from '../disk/vault-id.js'
import { Faults } from '../faults/faults.js'
import { listen } from '../http/http-server.js'
import type { AccountRegion } from '../service/account-region.js'
import type { NotEmpty } from '../options/option-forms.js'
import { bucketCostsOf, type BucketCosts } from './costs/bucket-costs.js'
import { BucketControl } from './control/bucket-control.js'
import { bucketControls } from './control/bucket-controls.js'
import { assertBucketRule, type BucketFaultRule } from './faults/bucket-faults.js'
import { makeBucketHandler } from './http/bucket-handler.js'
import {
  checkedBucketOptions,
  type CheckedBucketOptions,
  type LocalBucketOptions,
} from './options/local-bucket-options.js'
import { makeBucketStores } from './storage/bucket-stores.js'
import { storedObjects, unfinishedParts } from './storage/stored-use.js'

/** A running local bucket. */
export interface LocalBucket {
  /** `http://127.0.0.1:PORT`; with `tls`, `https://…`. */
  readonly endpoint: string
  /** The region that requests must be signed for; the first of several. */
  readonly region: string
  /** The account of the key pair, 12 digits. */
  readonly accountId: string
  /** The key pair that requests must be signed with; the first of several. `util.inspect` does not show its secrets. */
  readonly credentials: LocalCredentials
  /** The folder, absolute. */
  readonly dir: string
  /** The ID of the folder, a random UUID: that of the local vault in it. The catalog distinguishes folders by it. */
  readonly id: string
  /** Controls of its clock and of restores. */
  readonly control: BucketControl
  /** The fault rules. */
  readonly faults: Faults<BucketFaultRule>
  /** The requests since the start. */
  readonly traffic: Traffic
  /**
   * Computes the costs since the start, with the prices of the option `prices`. Objects that were stored before are counted from
   * the start on. It can also be called after `close`.
   *
   * @example
   * ```ts
   * bucket.control.advanceClock(30 * 86_400_000)
   * const { total, lines } = await bucket.costs()
   * const storage = lines.find(({ id, storageClass }) => id === 'storage' && storageClass === 'DEEP_ARCHIVE')
   * console.log(total, storage?.quantity, storage?.amount)
   * ```
   */
  readonly costs: () => Promise<BucketCosts>
  /**
   * Stops the server: it accepts no more requests, closes all connections, and waits until the work that they started is
   * over. Acknowledged data are on disk, and nothing keeps the process running. It can be called again.
   */
  close(): Promise<void>
  /** Stops the server, as {@link LocalBucket.close} does. */
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Starts an S3 service on this machine, for tests and experiments without an account. Clients address buckets in the path, or as
 * `BUCKET.localhost`.
 *
 * @throws {TypeError} an unknown or missing option, or one of the wrong type
 * @throws {RangeError} an option out of range, an address that is not loopback without `allowRemote`, or a certificate and key
 *   that do not belong together
 * @throws {LocalFolderError} `ERR_LOCAL_FOLDER`: the folder is neither empty nor that of a local vault or bucket, or is one of
 *   a later version; nothing in it was changed
 * @throws {AbortError} `ABORT_ERR`: the signal fired before the start, or while it waited for a lock
 *
 * @example
 * ```ts
 * const bucket = await startLocalBucket({ dir: 'buckets' })
 * const { endpoint, region, credentials } = bucket
 * const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true })
 * // …
 * await bucket.close()
 * ```
 */
export async function startLocalBucket(options: LocalBucketOptions): Promise<LocalBucket> {
  const given = checkedBucketOptions(options)
  const { clock, signal, host, idleTimeout, log } = given
  const now = clock.given
  if (signal?.aborted === true) throw new AbortError({ cause: signal.reason })
  const disk = new Disk(given.dir)
  await disk.open()
  await assertFolder(disk.dir, 'buckets')
  const locks = new LockFolder(disk.path('locks'))
  const { id, home, keys } = await identityOf(disk, locks, given).catch((error: unknown) => {
    throw signal?.aborted === true ? new AbortError({ cause: signal.reason }) : error
  })
  const access = resolveAccess({ ...given, acceptAnyCredentials: false }, keys, home)
  const { credentials, regions, accountIds } = access
  const onFailure = (error: Error): void => {
    queueMicrotask(() => given.onFailure?.(error)) // an error that it throws must not fail a request
  }
  const stores = makeBucketStores({ disk, locks, now: clock.now, onFailure }, given)
  const faults = new Faults<BucketFaultRule>(assertBucketRule)
  for (const rule of given.faults) faults.add(rule)
  const traffic = new Traffic()
  const use = {
    meter: stores.meter,
    objects: () => storedObjects(stores, access),
    parts: () => unfinishedParts(stores, access),
  }
  const costs = (): Promise<BucketCosts> => bucketCostsOf(use, given.prices)
  const authConfig = { regions, credentials, now } // controls do not move the clocks of clients
  const handlerDeps = { authConfig, stores, faults, traffic, onFailure, idleTimeout, log, now }
  const server = await listen(makeBucketHandler(handlerDeps), { ...given, host }, { log, now })
  const { endpoint } = server
  const [region, accountId] = [regions[0], accountIds[0]]
  const control = new BucketControl(clock, stores.restores)
  const controlled = { endpoint, region, accountId, control, faults, traffic, costs, stores }
  const removeControls = given.vaultControl?.add(bucketControls(controlled))
  let stopping: Promise<void> | undefined
  const close = (): Promise<void> => {
    locks.stopWaiting()
    removeControls?.()
    return (stopping ??= server.close())
  }
  return {
    endpoint,
    region,
    accountId,
    credentials: inspectedWithoutSecrets(keys[0]),
    dir: disk.dir,
    id,
    control,
    faults,
    traffic,
    costs,
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** The identity of the folder: its ID, its home, and its key pair unless key pairs are given. */
async function identityOf(
  disk: Disk,
  locks: LockFolder,
  given: CheckedBucketOptions,
): Promise<{ id: string; home: AccountRegion; keys: NotEmpty<LocalCredentials> }> {
  const release = onAbort(given.signal, () => {
    locks.stopWaiting()
  })
  try {
    const keys = given.credentials ?? ([await loadCredentials(disk, locks)] as const)
    const first = homeOfNewFolder({ ...given, acceptAnyCredentials: false }, keys)
    return { id: await loadVaultId(disk, locks), home: await loadHome(disk, locks, first), keys }
  } finally {
    release()
  }
}
