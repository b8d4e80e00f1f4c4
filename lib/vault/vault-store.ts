/** A vault as a store: the ports of an upload and a retrieval, mapped to a client, an account and a vault name. */
import { CLIENT } from '../client/client-rules.js'
import { VAULT } from '../client/request-rules.js'
import { refreshCredentialsOf } from '../client/refresh-credentials.js'
import { vaultClientOf } from '../client/glacier-client.js'
import type { GlacierClientLike } from '../client/glacier-client-like.js'
import type { VaultClient, VaultRequest } from '../client/vault-client.js'
import { GLACIER_LIMITS } from '../glacier/limits.js'
import { laterDescription, volumeMarkOf } from '../glacier/volume-description.js'
import type { RulesOf } from '../options/check-options.js'
import { required } from '../options/rules.js'
import type { ArchiveStore } from '../store/archive-store.js'
import type { StoreLimits } from '../store/limits.js'
import type { InventoryStore, RetrievalStore } from '../store/retrieval-store.js'

/** A vault, as uploads, retrievals and inventories need it. */
export type VaultStore = ArchiveStore & RetrievalStore & InventoryStore

/** The options that say which vault to use, and by which client. */
export interface VaultOptions extends VaultRequest {
  /**
   * A `GlacierClient` of any version of the SDK, or any `VaultClient`. Middleware that was added to a client of an SDK
   * before 3.929 is not run.
   */
  readonly client: GlacierClientLike | VaultClient
}

/** The rules of {@link VaultOptions}. */
export const VAULT_OPTIONS: RulesOf<VaultOptions> = { ...VAULT, client: required(CLIENT) }

/** The vault of an options object, as a store. */
export function storeOf({ client, vaultName, accountId }: VaultOptions): VaultStore {
  return vaultStore(vaultClientOf(client), { vaultName, accountId })
}

/**
 * Makes a store of a vault.
 *
 * @param limits - the limits of the service; a simulation passes smaller ones
 */
export function vaultStore(
  client: VaultClient,
  { vaultName, accountId }: Pick<VaultRequest, 'vaultName' | 'accountId'>,
  limits: StoreLimits = GLACIER_LIMITS,
): VaultStore {
  const to = <Request extends object>(request: Request): Request & VaultRequest => {
    return { ...request, vaultName, accountId }
  }
  return {
    limits,
    vaultName,
    uploadArchive: (request) => client.uploadArchive(to(request)),
    initiateUpload: (request) => client.initiateUpload(to(request)),
    uploadPart: (request) => client.uploadPart(to(request)),
    completeUpload: (request) => client.completeUpload(to(request)),
    abortUpload: (request) => client.abortUpload(to(request)),
    listParts: (request) => client.listParts(to(request)),
    describeVolume: laterDescription,
    markIn: volumeMarkOf,
    startRetrieval: (request) => client.startRetrieval(to(request)),
    lastInventoryDate: async (request) => (await client.describeVault(to(request))).lastInventoryDate,
    startInventory: (request) => client.startInventory(to(request)),
    listJobs: (request) => client.listJobs(to(request)),
    describeJob: (request) => client.describeJob(to(request)),
    getJobOutput: (request) => client.getJobOutput(to(request)),
    refreshCredentials: (signal) => refreshCredentialsOf(client, signal),
  }
}
