/**
 * The local vault server: a faithful vault service on loopback, with its vaults in a folder.
 *
 * The folders of lib/local, from the bottom up; each imports only those before it (test/architecture.test.ts):
 *
 * - service: errors, operation names, accounts, markers and rules that all others share
 * - records: the shapes of all files on disk
 * - disk: durable files, and the folder of a local vault
 * - transport: connections, TLS, idle limits, and the error response for anything thrown
 * - costs, realism: prices and usage; delays, schedules and request budgets
 * - auth/policy, auth: policies; signatures and key pairs
 * - storage, jobs, stores: vaults, archives and uploads; jobs and notifications; all of an account in a region
 * - requests, operations: what operations read from requests; the 33 operations
 * - faults, control: injected failures; the controls and their page
 * - http: the server, routes, request handler and request log
 * - options: the options of `startLocalVault`
 */
import { LockFolder } from '../fs/lock.js'
import { onAbort } from '../streams/caller-signal.js'
import { AbortError } from '../errors.js'
import { type Costs, costsOf } from './costs/costs.js'
import { Control } from './control/control.js'
import { MovableClock } from './control/movable-clock.js'
import type { AccountRegion } from './service/account-region.js'
import { homeOfNewFolder, resolveAccess } from './options/access.js'
import { inspectedWithoutSecrets, loadCredentials, type LocalCredentials } from './auth/credentials.js'
import { Disk } from './disk/disk.js'
import { assertInFolder, loadHome } from './disk/home.js'
import { Faults } from './faults/faults.js'
import { type HttpServer, listen } from './http/http-server.js'
import { makeRequestHandler } from './http/request-handler.js'
import { type CheckedOptions, checkedOptions, type LocalVaultOptions } from './options/local-vault-options.js'
import type { NotEmpty } from './options/option-forms.js'
import { AllStores } from './stores/all-stores.js'
import { Traffic } from './control/traffic.js'
import { loadVaultId } from './disk/vault-id.js'

/** A running local vault. */
export interface LocalVault {
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
  /** A random UUID, kept in the folder: it is the same for every server that uses the folder, wherever it is moved. */
  readonly id: string
  /** Controls of its clock, jobs and inventories. */
  readonly control: Control
  /** The fault rules. */
  readonly faults: Faults
  /** The requests since the start. */
  readonly traffic: Traffic
  /**
   * Computes the costs since the start, with the prices of the option `prices`. Archives that were stored before are counted
   * from the start on. It can also be called after `close`.
   */
  readonly costs: () => Promise<Costs>
  /**
   * Stops the server: it accepts no more requests, closes all connections, and waits until the work that they started is
   * over. Acknowledged data are on disk, and nothing keeps the process running. It can be called again.
   */
  close(): Promise<void>
  /** Stops the server, as {@link LocalVault.close} does. */
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Starts a vault service on this machine, for tests and experiments without an account.
 *
 * @throws {TypeError} an unknown or missing option, or one of the wrong type
 * @throws {RangeError} an option out of range, an address that is not loopback without `allowRemote`,
 *   `acceptAnyCredentials` with it, or a certificate and key that do not belong together
 * @throws {LocalFolderError} `ERR_LOCAL_FOLDER`: the folder is neither empty nor a local vault's, or is one of a later
 *   version; nothing in it was changed
 * @throws {AbortError} `ABORT_ERR`: the signal fired before the start, or while it waited for a lock
 *
 * @example
 * ```ts
 * const vault = await startLocalVault({ dir: 'vaults' })
 * const { endpoint, region, credentials } = vault
 * const client = new GlacierClient({ endpoint, region, credentials })
 * // …
 * await vault.close()
 * ```
 */
export async function startLocalVault(options: LocalVaultOptions): Promise<LocalVault> {
  const given = checkedOptions(options)
  const { dir, now, controlSecret, signal } = given
  if (signal?.aborted === true) throw new AbortError({ cause: signal.reason })
  const disk = new Disk(dir)
  await disk.open()
  const locks = new LockFolder(disk.path('locks'))
  const { id, home, ...identity } = await identityOf(disk, locks, given).catch((error: unknown) => {
    throw signal?.aborted === true ? new AbortError({ cause: signal.reason }) : error
  })
  const clock = new MovableClock(now)
  const { credentials, regions, anyAccountId, accountIds } = resolveAccess(given, identity.credentials, home)
  const onFailure = (error: Error): void => {
    queueMicrotask(() => given.onFailure?.(error)) // an error that it throws must not fail a request
  }
  const extent = { home, accountIds, regions }
  await assertInFolder(disk, extent)
  const stores = new AllStores({ disk, locks, now: clock.now, onFailure }, extent, given)
  const faults = new Faults()
  for (const rule of given.faults) faults.add(rule)
  const traffic = new Traffic()
  const costs = (): Promise<Costs> =>
    costsOf({ meter: stores.meter, archives: () => stores.archives(), requests: traffic.all() }, given.prices)
  const controls = { control: new Control(stores, clock), faults, traffic, costs }
  const authConfig = { regions, credentials, anyAccountId, now } // controls do not move the clocks of clients
  const { host, idleTimeout, log } = given
  const serverOptions = { controlSecret, host, idleTimeout, log, now, onFailure, stores }
  const handle = makeRequestHandler({ authConfig, ...serverOptions, ...controls })
  const server = await listen(handle, given, { log, now })
  for (const { notifier } of stores) await notifier.open()
  let stopping: Promise<void> | undefined
  const close = (): Promise<void> => {
    locks.stopWaiting()
    return (stopping ??= stop(server, stores))
  }
  const { endpoint } = server
  const { accountId, region } = stores.first
  const shown = inspectedWithoutSecrets(identity.credentials[0])
  const vault = { endpoint, region, accountId, credentials: shown, dir: disk.dir, id, ...controls }
  return { ...vault, close, [Symbol.asyncDispose]: close }
}

/** The identity of the folder: its ID, its home, and its key pair unless key pairs are given. */
async function identityOf(
  disk: Disk,
  locks: LockFolder,
  given: CheckedOptions,
): Promise<{ id: string; home: AccountRegion; credentials: NotEmpty<LocalCredentials> }> {
  const { signal } = given
  const release = onAbort(signal, () => {
    locks.stopWaiting()
  })
  try {
    const keys = given.credentials ?? ([await loadCredentials(disk, locks)] as const)
    const home = await loadHome(disk, locks, homeOfNewFolder(given, keys))
    return { id: await loadVaultId(disk, locks), home, credentials: keys }
  } finally {
    release()
  }
}

async function stop(server: HttpServer, stores: AllStores): Promise<void> {
  await server.close()
  for (const { notifier } of stores) await notifier.close()
}
