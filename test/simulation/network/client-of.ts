/** The client of a process on the network of its run. */
import type { VaultClient } from '../../../lib/client/vault-client.js'
import type { BucketClient } from '../../../lib/s3/bucket-client.js'
import { SimulatedBucketClient } from '../bucket/bucket-client.js'
import type { BucketModel } from '../bucket/bucket-model.js'
import type { ServiceModel } from '../service/service-model.js'
import type { SimProcess } from '../world/sim-process.js'
import type { Network } from '../world/world.js'
import { simulatedClient } from './simulated-client.js'

/** Makes the client of a process, with the account of its credentials. */
export type MakeClient = (process: SimProcess, service: ServiceModel, accountId: string) => VaultClient
/** Makes the client of a process of a bucket. */
export type MakeBucketClient = (process: SimProcess, bucket: BucketModel) => BucketClient

/** The client over the SDK, once it is loaded. */
let makeSdkClient: MakeClient | undefined
/** The client of a bucket over the SDK, once it is loaded. */
let makeBucketSdkClient: MakeBucketClient | undefined

/** Loads the modules and settings of a network, before the first run on it: that reads from the real disk. */
export async function prepareNetwork(network: Network): Promise<void> {
  if (network === 'sdk' && !makeSdkClient) {
    const { prepareSdk, sdkClient } = await import('../sdk/vault/vault-sdk-client.js')
    await prepareSdk()
    makeSdkClient = sdkClient
  }
  if (network === 'bucket-sdk' && !makeBucketSdkClient) {
    const { bucketSdkClient, prepareBucketSdk } = await import('../sdk/bucket/bucket-sdk-client.js')
    await prepareBucketSdk()
    makeBucketSdkClient = bucketSdkClient
  }
}

/** Makes the client of a process. Below the SDK, the network must be prepared. */
export const clientOf: MakeClient = (process, service, accountId) => {
  if (process.world.network === 'port') return simulatedClient(process, service, accountId)
  return prepared(makeSdkClient)(process, service, accountId)
}

/** Makes the client of a process of a bucket. Below the SDK, the network must be prepared. */
export const bucketClientOf: MakeBucketClient = (process, bucket) => {
  if (process.world.network === 'bucket') return new SimulatedBucketClient(process, bucket)
  return prepared(makeBucketSdkClient)(process, bucket)
}

function prepared<Make>(make: Make | undefined): Make {
  if (!make) throw new Error('The network below the SDK is not prepared.')
  return make
}
