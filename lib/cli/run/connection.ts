/**
 * The connection of a command to the vaults: at the service, behind an endpoint, or in a folder of this machine.
 */
import type { ServiceAddress } from '../../catalog/vault-address.js'
import { glacierClient } from '../../client/glacier-client.js'
import type { RequestOptions } from '../../client/request-options.js'
import { retrying } from '../../client/retrying-client.js'
import type { SdkVaultClient } from '../../client/sdk/sdk-vault-client.js'
import type { VaultClient } from '../../client/vault-client.js'
import { accountInArn } from '../../glacier/account-id.js'
import { Retry } from '../../transfer/retry.js'
import type { Io } from '../io.js'
import type { ConnectionOptions } from '../options/connection-options.js'
import { asUsageError } from '../options/option-names.js'
import {
  CLIENT_OPTIONS,
  clientConfigOf,
  localDirInstead,
  requestOptionsOf,
  RETRY_FOR_MS,
} from './service-client.js'
import { startVault } from './start-vault.js'

/** A client for the vaults, and their location. */
export interface Connection {
  /** Each call is one request. */
  readonly client: SdkVaultClient
  /** Repeats failed requests for ten seconds: for commands that make single requests. */
  readonly retryingClient: VaultClient
  /** The region and endpoint of the vaults, as the catalog records them. */
  readonly address: () => Promise<ServiceAddress>
  /**
   * The 12-digit ID of the account of a vault, as the service states it. If the service does not respond or denies
   * DescribeVault, the ID given with `--account-id`; without one, `undefined`.
   */
  readonly account: (vaultName: string) => Promise<string | undefined>
}

/**
 * Runs a function with a connection, and closes what was opened for it.
 *
 * @throws {UsageError} options that contradict each other
 */
export async function withConnection<T>(
  options: ConnectionOptions,
  io: Io,
  run: (connection: Connection) => Promise<T>,
): Promise<T> {
  const requestOptions = requestOptionsOf(options)
  const dir = localDirInstead(options, 'vaults', io.env)
  if (dir !== undefined) return withLocalVault(dir, options, requestOptions, io, run)
  const client = asUsageError(() => glacierClient(clientConfigOf(options), requestOptions), CLIENT_OPTIONS)
  const address = async (): Promise<ServiceAddress> => ({
    region: await client.region(),
    endpoint: await client.endpoint(),
  })
  const retryingClient = withRetries(client, io)
  const account = (vaultName: string): Promise<string | undefined> =>
    accountOf(retryingClient, vaultName, options.accountId, io.signal)
  try {
    return await run({ client, retryingClient, address, account })
  } finally {
    client.destroy()
  }
}

async function accountOf(
  client: VaultClient,
  vaultName: string,
  accountId: string | undefined,
  signal: AbortSignal,
): Promise<string | undefined> {
  const arn = await client.describeVault({ vaultName, accountId, signal }).then(
    (vault) => vault.arn,
    (error: unknown) => {
      if (signal.aborted) throw error
      return undefined // a policy may allow uploads and deny this
    },
  )
  const isId = accountId !== undefined && /^\d{12}$/.test(accountId) // `-` is not an ID
  return accountInArn(arn) ?? (isId ? accountId : undefined)
}

function withRetries(client: SdkVaultClient, { clock }: Io): VaultClient {
  return retrying(client, new Retry({ retryFor: RETRY_FOR_MS, clock }, client))
}

async function withLocalVault<T>(
  dir: string,
  options: Pick<ConnectionOptions, 'region' | 'accountId'>,
  requestOptions: RequestOptions,
  io: Io,
  run: (connection: Connection) => Promise<T>,
): Promise<T> {
  const accountId = options.accountId === '-' ? undefined : options.accountId
  const location = { dir, region: options.region, accountId }
  const behaviour = { createVaults: true, inventoryInterval: 0 }
  const vault = await startVault({ ...location, ...behaviour, signal: io.signal }, io)
  const { endpoint, region, credentials } = vault
  try {
    const client = asUsageError(
      () => glacierClient({ endpoint, region, credentials }, requestOptions),
      CLIENT_OPTIONS,
    )
    const address = (): Promise<ServiceAddress> => Promise.resolve({ region, endpoint: `local:${vault.id}` })
    const account = (): Promise<string> => Promise.resolve(vault.accountId)
    return await run({ client, retryingClient: withRetries(client, io), address, account }).finally(() => {
      client.destroy()
    })
  } finally {
    await vault.close() // after any failure: a running server keeps the process alive
  }
}
