/**
 * The client of a process over the real SDK and its real adapter. Only the request handler below the SDK is simulated.
 */
import { GlacierClient } from '@aws-sdk/client-glacier'
import { SdkVaultClient } from '../../../../lib/client/sdk/sdk-vault-client.js'
import type { VaultClient } from '../../../../lib/client/vault-client.js'
import { PART_SIZE_UNIT } from './vault-operations.js'
import type { ServiceModel } from '../../service/service-model.js'
import type { SimProcess } from '../../world/sim-process.js'
import { CallRecords } from '../http/call-records.js'
import { SDK_SETTINGS } from '../http/sdk-settings.js'
import { SimCredentials } from '../http/sim-credentials.js'
import { SimHandler } from '../http/sim-handler.js'
import { VaultFront } from './vault-front.js'

/** A client that is closed when its process ends. */
export interface SdkClient extends VaultClient {
  /** Closes the client of the SDK. */
  close(): void
}

/**
 * Makes the client of a process. The SDK reads and loads nothing after {@link prepareSdk}.
 *
 * @param accountId - the account of its credentials
 */
export function sdkClient(process: SimProcess, service: ServiceModel, accountId: string): SdkClient {
  const records = new CallRecords(service.history)
  const credentials = new SimCredentials(process)
  const handler = new SimHandler(process, new VaultFront(process, service, accountId), credentials, records)
  const sdk = glacierClientWith(handler, credentials.provide)
  const client = new SdkVaultClient(sdk, {}, process.runtime.clock)
  return {
    close: () => {
      sdk.destroy()
    },
    refreshCredentials: (signal) => client.refreshCredentials(signal),
    uploadArchive: (request) => records.run('uploadArchive', {}, () => client.uploadArchive(request)),
    // The adapter refuses part sizes below 1 MiB.
    initiateUpload: (request) =>
      records.run('initiateUpload', {}, () =>
        client.initiateUpload({ ...request, partSize: request.partSize * PART_SIZE_UNIT }),
      ),
    uploadPart: (request) => records.run('uploadPart', request, () => client.uploadPart(request)),
    completeUpload: (request) => records.run('completeUpload', request, () => client.completeUpload(request)),
    abortUpload: (request) => records.run('abortUpload', request, () => client.abortUpload(request)),
    listParts: (request) => records.run('listParts', request, () => client.listParts(request)),
    listUploads: (request) => records.run('listUploads', {}, () => client.listUploads(request)),
    startRetrieval: (request) => records.run('startRetrieval', request, () => client.startRetrieval(request)),
    startInventory: (request) => records.run('startInventory', {}, () => client.startInventory(request)),
    deleteArchive: (request) => records.run('deleteArchive', request, () => client.deleteArchive(request)),
    listJobs: (request) => records.run('listJobs', {}, () => client.listJobs(request)),
    describeJob: (request) => records.run('describeJob', request, () => client.describeJob(request)),
    getJobOutput: (request) => records.run('jobOutput', request, () => client.getJobOutput(request)),
    describeVault: (request) => records.run('describeVault', {}, () => client.describeVault(request)),
    createVault: (request) => client.createVault(request),
    listVaults: (request) => client.listVaults(request),
    deleteVault: (request) => client.deleteVault(request),
  }
}

/** Makes one request, so that the SDK loads its modules and its configuration before the first run. */
export async function prepareSdk(): Promise<void> {
  const handle = (): Promise<never> => Promise.reject(new Error('prepared'))
  const key = { accessKeyId: 'a', secretAccessKey: 'b' }
  const sdk = glacierClientWith({ handle }, () => Promise.resolve(key))
  await new SdkVaultClient(sdk, {}).describeVault({ vaultName: 'v' }).catch(() => undefined)
}

/** The settings that the SDK would read from the environment or from files are all given. */
function glacierClientWith(
  requestHandler: object,
  credentials: () => Promise<{ accessKeyId: string; secretAccessKey: string }>,
): GlacierClient {
  return new GlacierClient({
    ...SDK_SETTINGS,
    endpoint: 'https://glacier.us-east-1.amazonaws.com',
    credentials,
    requestHandler: requestHandler as never, // the handler has the members that the SDK uses
  })
}
