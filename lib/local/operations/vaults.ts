/** Operations on vaults (docs/glacier-protocol.md#vaults). */
import {
  locationOf,
  nameOf,
  type OperationResponse,
  type RequestContext,
} from '../requests/request-context.js'
import { pageOf } from '../requests/paging.js'
import type { MarkerForm } from '../service/marker.js'
import { isVaultName } from '../../glacier/names.js'
import type { Stores } from '../stores/stores.js'
import type { VaultRecord } from '../records/vault-record.js'

const MAX_VAULTS = 10

/** CreateVault: 201 also if the vault exists. */
export async function createVault(context: RequestContext): Promise<OperationResponse> {
  const vaultName = nameOf(context, 'vaultName')
  await context.stores.vaults.create(vaultName)
  return { status: 201, headers: { location: locationOf(context, 'vaults', vaultName) } }
}

/** DescribeVault: counts as of the last inventory. */
export async function describeVault(context: RequestContext): Promise<OperationResponse> {
  const vault = await context.stores.vaults.find(nameOf(context, 'vaultName'))
  return { status: 200, json: description(context, vault) }
}

/** DeleteVault: 204 even if it does not exist. */
export async function deleteVault(context: RequestContext): Promise<OperationResponse> {
  await context.stores.vaults.delete(nameOf(context, 'vaultName'))
  return { status: 204 }
}

/** ListVaults, sorted by name. */
export async function listVaults(context: RequestContext): Promise<OperationResponse> {
  const { vaults } = context.stores
  const { items, marker } = pageOf(context, await vaults.list(), {
    maxItems: MAX_VAULTS,
    keyOf: ({ name }) => name,
    markers: arnMarkers(vaults),
  })
  return {
    status: 200,
    json: { Marker: marker, VaultList: items.map((vault) => description(context, vault)) },
  }
}

/**
 * The marker of ListVaults is a vault's ARN (docs/glacier-protocol.md#lists-and-markers): of this account, in this
 * region.
 */
function arnMarkers(vaults: Stores['vaults']): MarkerForm {
  const read = (arn: string): string | undefined => {
    const name = arn.slice(arn.lastIndexOf('/') + 1)
    return isVaultName(name) && vaults.arnOf(name) === arn ? name : undefined
  }
  return { write: (name) => vaults.arnOf(name), read }
}

function description({ stores }: RequestContext, { name, creationDate, inventory }: VaultRecord): object {
  const { firstCounts } = stores.undocumented
  return {
    CreationDate: creationDate,
    LastInventoryDate: inventory?.date ?? null,
    NumberOfArchives: inventory?.archiveCount ?? firstCounts,
    SizeInBytes: inventory?.size ?? firstCounts,
    VaultARN: stores.vaults.arnOf(name),
    VaultName: name,
  }
}
