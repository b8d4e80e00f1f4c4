/** The client of a process on the network of its run. */
import type { VaultClient } from '../../../lib/client/vault-client.js'
import type { ServiceModel } from '../service/service-model.js'
import type { SimProcess } from '../world/sim-process.js'
import type { Network } from '../world/world.js'
import { simulatedClient } from './simulated-client.js'

/** Makes the client of a process, with the account of its credentials. */
export type MakeClient = (process: SimProcess, service: ServiceModel, accountId: string) => VaultClient

/** The client over the SDK, once it is loaded. */
let makeSdkClient: MakeClient | undefined

/** Loads the modules and settings of a network, before the first run on it: that reads from the real disk. */
export async function prepareNetwork(network: Network): Promise<void> {
  if (network !== 'sdk' || makeSdkClient) return
  const { prepareSdk, sdkClient } = await import('../sdk/vault/vault-sdk-client.js')
  await prepareSdk()
  makeSdkClient = sdkClient
}

/** Makes the client of a process. Below the SDK, the network must be prepared. */
export const clientOf: MakeClient = (process, service, accountId) => {
  if (process.world.network === 'port') return simulatedClient(process, service, accountId)
  if (!makeSdkClient) throw new Error('The network below the SDK is not prepared.')
  return makeSdkClient(process, service, accountId)
}
