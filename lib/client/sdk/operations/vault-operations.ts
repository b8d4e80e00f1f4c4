/** The operations on vaults, and on the archives in them. */
import type { Page, PageRequest } from '../../../store/pages.js'
import { accountOf, addressOf } from '../../request-rules.js'
import type { AccountRequest, ArchiveAddress, Vault, VaultRequest } from '../../vault-client.js'
import type { SdkConnection } from '../sdk-connection.js'
import { markerOf, pageOf, toVault } from './response-fields.js'
import { rowsOf } from './response-values.js'

/** CreateVault. */
export async function createVault(connection: SdkConnection, request: VaultRequest): Promise<void> {
  const input = addressOf('createVault', request)
  await connection.call('CreateVault', request, (sdk) => new sdk.CreateVaultCommand(input))
}

/** DescribeVault. */
export async function describeVault(connection: SdkConnection, request: VaultRequest): Promise<Vault> {
  const input = addressOf('describeVault', request)
  return toVault(
    'DescribeVault',
    await connection.call('DescribeVault', request, (sdk) => new sdk.DescribeVaultCommand(input)),
  )
}

/** ListVaults. */
export async function listVaults(
  connection: SdkConnection,
  request: AccountRequest & PageRequest,
): Promise<Page<Vault>> {
  const input = { ...accountOf('listVaults', request), ...pageOf(request) }
  const output = await connection.call('ListVaults', request, (sdk) => new sdk.ListVaultsCommand(input))
  const items = rowsOf('ListVaults', 'VaultList', output.VaultList).map((vault) =>
    toVault('ListVaults', vault),
  )
  return { items, marker: markerOf('ListVaults', output) }
}

/** DeleteVault. */
export async function deleteVault(connection: SdkConnection, request: VaultRequest): Promise<void> {
  const input = addressOf('deleteVault', request)
  await connection.call('DeleteVault', request, (sdk) => new sdk.DeleteVaultCommand(input))
}

/** DeleteArchive. */
export async function deleteArchive(connection: SdkConnection, request: ArchiveAddress): Promise<void> {
  const input = { ...addressOf('deleteArchive', request), archiveId: request.archiveId }
  await connection.call('DeleteArchive', request, (sdk) => new sdk.DeleteArchiveCommand(input))
}
