/** A client that retries each request. */
import { repeatedBy } from '../transfer/repeated-call.js'
import type { Retry } from '../transfer/retry.js'
import type { VaultClient } from './vault-client.js'

/**
 * Returns a client whose calls are retried by `retry`. The two calls that start a job are made once: each attempt may cost
 * money, so that a retry must look for the job first (retrieve/jobs/start-once.ts).
 */
export function retrying(client: VaultClient, retry: Retry): VaultClient {
  const again = repeatedBy(retry)
  return {
    createVault: again(client.createVault.bind(client)),
    describeVault: again(client.describeVault.bind(client)),
    listVaults: again(client.listVaults.bind(client)),
    deleteVault: again(client.deleteVault.bind(client)),
    uploadArchive: again(client.uploadArchive.bind(client)),
    initiateUpload: again(client.initiateUpload.bind(client)),
    uploadPart: again(client.uploadPart.bind(client)),
    completeUpload: again(client.completeUpload.bind(client)),
    abortUpload: again(client.abortUpload.bind(client)),
    listParts: again(client.listParts.bind(client)),
    listUploads: again(client.listUploads.bind(client)),
    startRetrieval: client.startRetrieval.bind(client),
    startInventory: client.startInventory.bind(client),
    deleteArchive: again(client.deleteArchive.bind(client)),
    listJobs: again(client.listJobs.bind(client)),
    describeJob: again(client.describeJob.bind(client)),
    getJobOutput: again(client.getJobOutput.bind(client)),
  }
}
