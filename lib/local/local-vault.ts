/**
 * The local vault server: a faithful vault service on loopback, over a folder.
 */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { LockFolder } from '../fs/lock.js'
import { onAbort } from '../caller-signal.js'
import { AbortError } from '../errors.js'
import { Control, MovableClock } from './control/control.js'
import { keptCredentials, type LocalCredentials } from './auth/credentials.js'
import { Disk } from './disk/disk.js'
import { Faults } from './faults/faults.js'
import { checkedOptions, type LocalVaultOptions } from './options.js'
import { makeRequestHandler } from './http/request-handler.js'
import { makeStores, type Stores } from './storage/stores.js'
import { Traffic } from './control/traffic.js'
import { keptVaultId } from './disk/vault-id.js'

/** A local vault that is running. */
export interface LocalVault {
  /** `http://127.0.0.1:PORT`. */
  readonly endpoint: string
  /** The region requests must be signed for. */
  readonly region: string
  /** 12 digits. */
  readonly accountId: string
  /** The key pair requests must be signed with; of several, the first. */
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
   * Stops: takes no more requests, ends all connections, and waits until what they had begun is over. What was
   * acknowledged is on disk; nothing is left that would keep the process running. May be called again.
   */
  close(): Promise<void>
  /** The same as {@link LocalVault.close}. */
  [Symbol.asyncDispose](): Promise<void>
}

/** Milliseconds an idle connection is kept: longer than clients pause between requests. */
const KEEP_ALIVE = 60_000

/**
 * Starts a vault service on this machine: for tests, and for trying things out with no account.
 *
 * @throws {TypeError} an unknown or missing option, or one of the wrong type
 * @throws {RangeError} an option out of range, or an address that is not loopback without `allowRemote`
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
  const { dir, host, port, region, accountId, now, controlSecret, signal, ...given } = checkedOptions(options)
  if (signal?.aborted === true) throw new AbortError({ cause: signal.reason })
  const disk = new Disk(dir)
  await disk.open()
  const locks = new LockFolder(disk.path('locks'))
  const { id, credentials } = await identityOf(disk, locks, given.credentials, signal)
  const clock = new MovableClock(now)
  const onFailure = (error: Error): void => {
    queueMicrotask(() => given.onFailure?.(error)) // what it throws is nobody's answer
  }
  const stores = makeStores({ disk, locks, now: clock.now, region, accountId, onFailure }, given)
  const faults = new Faults()
  for (const rule of given.faults) faults.add(rule)
  const controlled = { control: new Control(stores, clock), faults, traffic: new Traffic() }
  const gatekeeper = { region, credentials, now } // clients have not moved their clocks
  const handle = makeRequestHandler(stores, { gatekeeper, controlSecret, onFailure, ...controlled })
  const active = new Set<Promise<void>>()
  const server = createServer((request, response) => {
    const handling = handle(request, response).finally(() => active.delete(handling))
    active.add(handling)
  })
  const endpoint = await listen(server, port, host)
  await stores.notifier.open()
  let stopping: Promise<void> | undefined
  const close = (): Promise<void> => {
    locks.stopWaiting()
    return (stopping ??= stop(server, active, stores.notifier))
  }
  const [first] = credentials as [LocalCredentials] // checked: there is one
  const it = { endpoint, region, accountId, credentials: first, dir: disk.dir, id, ...controlled }
  return { ...it, close, [Symbol.asyncDispose]: close }
}

/** What the folder keeps of who it is: its ID, and its key pair unless others are given. */
async function identityOf(
  disk: Disk,
  locks: LockFolder,
  given: readonly LocalCredentials[] | undefined,
  signal: AbortSignal | undefined,
): Promise<{ id: string; credentials: readonly LocalCredentials[] }> {
  const release = onAbort(signal, () => {
    locks.stopWaiting()
  })
  try {
    const credentials = given ?? [await keptCredentials(disk, locks)]
    return { id: await keptVaultId(disk, locks), credentials }
  } catch (error) {
    throw signal?.aborted === true ? new AbortError({ cause: signal.reason }) : error
  } finally {
    release()
  }
}

async function listen(server: Server, port: number, host: string): Promise<string> {
  server.requestTimeout = 0 // a part may take hours over a thin line
  server.keepAliveTimeout = KEEP_ALIVE
  server.listen(port, host)
  await once(server, 'listening')
  return endpointOf(server.address() as AddressInfo) // of a TCP server that listens
}

async function stop(
  server: Server,
  active: ReadonlySet<Promise<void>>,
  notifier: Stores['notifier'],
): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
  await notifier.close()
  await Promise.all(active) // what they were writing is removed before the folder may be
}

/** Where a server that listens is found. */
export function endpointOf({ address, family, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}
