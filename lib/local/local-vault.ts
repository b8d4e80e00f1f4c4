/**
 * The local vault server: a faithful vault service on loopback, over a folder.
 */
import { LockFolder } from '../fs/lock.js'
import { onAbort } from '../streams/caller-signal.js'
import { AbortError } from '../errors.js'
import { type Costs, costsOf } from './costs/costs.js'
import { Control } from './control/control.js'
import { MovableClock } from './control/movable-clock.js'
import type { AccountRegion } from './service/account-region.js'
import { homeOfNewFolder, resolveAccess } from './access.js'
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

/** A local vault that is running. */
export interface LocalVault {
  /** `http://127.0.0.1:PORT`; with `tls`, `https://…`. */
  readonly endpoint: string
  /** The region requests must be signed for; of several, the first. */
  readonly region: string
  /** The account of the key pair, 12 digits. */
  readonly accountId: string
  /** The key pair requests must be signed with; of several, the first. Its secrets are not shown by `util.inspect`. */
  readonly credentials: LocalCredentials
  /** The folder, absolute. */
  readonly dir: string
  /** A random UUID, kept in the folder: the same for every server over it, wherever the folder is moved. */
  readonly id: string
  /** Its clock, jobs and inventories. */
  readonly control: Control
  /** What goes wrong, by rule. */
  readonly faults: Faults
  /** What has come since the start. */
  readonly traffic: Traffic
  /**
   * What it would have cost since the start, by the table of the option `prices`. Archives that were there before are
   * counted from the start on. May still be called when it is closed.
   */
  readonly costs: () => Promise<Costs>
  /**
   * Stops: takes no more requests, ends all connections, and waits until what they had begun is over. What was
   * acknowledged is on disk; nothing is left that would keep the process running. May be called again.
   */
  close(): Promise<void>
  /** The same as {@link LocalVault.close}. */
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Starts a vault service on this machine: for tests, and for trying things out with no account.
 *
 * @throws {TypeError} an unknown or missing option, or one of the wrong type
 * @throws {RangeError} an option out of range, an address that is not loopback without `allowRemote`, any credentials with
 *   it, or a certificate and key that do not belong together
 * @throws {LocalFolderError} `ERR_LOCAL_FOLDER`: the folder is not empty and not a local vault's, or a later version's; nothing
 *   in it was changed
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
  const { id, home, ...kept } = await identityOf(disk, locks, given).catch((error: unknown) => {
    throw signal?.aborted === true ? new AbortError({ cause: signal.reason }) : error
  })
  const clock = new MovableClock(now)
  const { credentials, regions, anyAccountId, accountIds } = resolveAccess(given, kept.credentials, home)
  const onFailure = (error: Error): void => {
    queueMicrotask(() => given.onFailure?.(error)) // what it throws is nobody's answer
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
  const authConfig = { regions, credentials, anyAccountId, now } // clients have not moved their clocks
  const { host, idleTimeout, log } = given
  const serving = { controlSecret, host, idleTimeout, log, now, onFailure, stores }
  const handle = makeRequestHandler({ authConfig, ...serving, ...controls })
  const server = await listen(handle, given, { log, now })
  for (const { notifier } of stores) await notifier.open()
  let stopping: Promise<void> | undefined
  const close = (): Promise<void> => {
    locks.stopWaiting()
    return (stopping ??= stop(server, stores))
  }
  const { endpoint } = server
  const { accountId, region } = stores.first
  const shown = inspectedWithoutSecrets(kept.credentials[0])
  const it = { endpoint, region, accountId, credentials: shown, dir: disk.dir, id, ...controls }
  return { ...it, close, [Symbol.asyncDispose]: close }
}

/** What the folder keeps of who it is: its ID, its home, and its key pair unless others are given. */
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
