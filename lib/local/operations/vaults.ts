/** Operations on vaults (docs/glacier-protocol.md#vaults). */
import { locationOf, nameOf, type Answer, type Exchange } from '../requests/request-context.js'
import { pageOf } from '../requests/paging.js'
import type { MarkerForm } from '../service/marker.js'
import { isVaultName } from '../../glacier/names.js'
import type { Stores } from '../stores/stores.js'
import type { VaultRecord } from '../records/vault-record.js'

const MOST_VAULTS = 10

/** CreateVault: 201 also where there is such a vault. */
export async function createVault(exchange: Exchange): Promise<Answer> {
  const vaultName = nameOf(exchange, 'vaultName')
  await exchange.stores.vaults.create(vaultName)
  return { status: 201, headers: { location: locationOf(exchange, 'vaults', vaultName) } }
}

/** DescribeVault: counts as of the last inventory. */
export async function describeVault(exchange: Exchange): Promise<Answer> {
  const vault = await exchange.stores.vaults.find(nameOf(exchange, 'vaultName'))
  return { status: 200, json: description(exchange, vault) }
}

/** DeleteVault: 204 also where there is none. */
export async function deleteVault(exchange: Exchange): Promise<Answer> {
  await exchange.stores.vaults.delete(nameOf(exchange, 'vaultName'))
  return { status: 204 }
}

/** ListVaults, sorted by name. */
export async function listVaults(exchange: Exchange): Promise<Answer> {
  const { vaults } = exchange.stores
  const { items, marker } = pageOf(exchange, await vaults.list(), {
    most: MOST_VAULTS,
    keyOf: ({ name }) => name,
    markers: arnMarkers(vaults),
  })
  return {
    status: 200,
    json: { Marker: marker, VaultList: items.map((vault) => description(exchange, vault)) },
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

function description({ stores }: Exchange, { name, creationDate, inventory }: VaultRecord): object {
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
