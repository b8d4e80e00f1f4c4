/**
 * The local vault server: a faithful vault service on loopback, over a folder.
 */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { keptCredentials, type LocalCredentials } from './credentials.js'
import { Disk } from './disk.js'
import { makeRequestHandler } from './request-handler.js'
import { makeStores } from './stores.js'

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
}

/** A local vault that is running. */
export interface LocalVault {
  /** `http://127.0.0.1:PORT`. */
  readonly endpoint: string
  readonly region: string
  readonly accountId: string
  readonly credentials: LocalCredentials
  /** The folder, absolute. */
  readonly dir: string
  /** Ends all connections and stops; what was acknowledged is on disk. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** Milliseconds an idle connection is kept: longer than clients pause between requests. */
const KEEP_ALIVE = 60_000
const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|::1|localhost)$/

/**
 * Starts a vault service on this machine: for tests, and for trying things out with no account.
 *
 * @throws {TypeError} no folder
 * @throws {RangeError} an option out of range, or an address that is not loopback without `allowRemote`
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
  const {
    dir,
    host = '127.0.0.1',
    allowRemote = false,
    port = 0,
    region = 'us-east-1',
    accountId = '111122223333',
    jobDelay = 0,
    now = Date.now,
    createVaults = false,
  } = options
  if (!dir || typeof dir !== 'string') throw new TypeError('The local vault needs a folder: dir.')
  if (!/^\d{12}$/.test(accountId)) throw new RangeError(`An account ID has 12 digits, not ${accountId}.`)
  if (!(jobDelay >= 0)) throw new RangeError(`The job delay is milliseconds from 0 up, not ${jobDelay}.`)
  if (!LOOPBACK.test(host) && !allowRemote) {
    throw new RangeError(
      `${host} is not a loopback address: other machines could connect, and whoever has the keys can read and ` +
        'delete everything. Give allowRemote where that is meant.',
    )
  }
  const disk = new Disk(dir)
  await disk.open()
  const credentials = options.credentials ?? (await keptCredentials(disk))
  const stores = makeStores({ disk, now, region, accountId }, jobDelay, createVaults)
  const server = createServer(makeRequestHandler(stores, { region, credentials, now }))
  const endpoint = await listen(server, port, host)
  const close = async (): Promise<void> => {
    if (!server.listening) return
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  }
  return { endpoint, region, accountId, credentials, dir: disk.dir, close, [Symbol.asyncDispose]: close }
}

async function listen(server: Server, port: number, host: string): Promise<string> {
  server.requestTimeout = 0 // a part may take hours over a thin line
  server.keepAliveTimeout = KEEP_ALIVE
  server.listen(port, host)
  await once(server, 'listening')
  return endpointOf(server.address() as AddressInfo) // of a TCP server that listens
}

/** Where a server that listens is found. */
export function endpointOf({ address, family, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}
