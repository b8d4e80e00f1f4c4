/** A vault as a store: the ports of an upload and a retrieval, mapped to a client, an account and a vault name. */
import { CLIENT } from '../client/client-rules.js'
import { VAULT } from '../client/request-rules.js'
import { refreshCredentialsOf } from '../client/refresh-credentials.js'
import { vaultClientOf } from '../client/glacier-client.js'
import type { GlacierClientLike } from '../client/glacier-client-like.js'
import type { VaultArchive, VaultClient, VaultJob, VaultRequest } from '../client/vault-client.js'
import { ServiceError } from '../errors.js'
import { GLACIER_LIMITS } from '../glacier/limits.js'
import { treeHashScheme } from '../glacier/tree-hash-scheme.js'
import { vaultRetrievalRules } from '../glacier/retrieval-rules.js'
import { laterDescription, volumeMarkOf } from '../glacier/volume-description.js'
import type { RulesOf } from '../options/check-options.js'
import { required } from '../options/rules.js'
import type { ArchiveStore, StoredArchive } from '../store/archive-store.js'
import type { StoreLimits } from '../store/limits.js'
import type { InventoryStore, Job, RetrievalStore } from '../store/retrieval-store.js'

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

/** Milliseconds: half of the day after which the service removes a silent upload (docs/glacier-protocol.md#upload-expiry). */
const KEEP_ALIVE_MS = 12 * 3_600_000

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
    hashes: treeHashScheme(limits.leafSize),
    keepAliveMs: KEEP_ALIVE_MS,
    replacesArchives: false,
    vaultName,
    uploadArchive: async ({ description, bytes, linearHash, hash: treeHash, sendLimit, onSent, signal }) => {
      const request = { description, bytes, linearHash, treeHash, sendLimit, onSent, signal }
      return storedOf(await client.uploadArchive(to(request)))
    },
    initiateUpload: ({ partSize, description, signal }) =>
      client.initiateUpload(to({ partSize, description, signal })),
    uploadPart: ({ uploadId, range, bytes, linearHash, hash: treeHash, sendLimit, onSent, signal }) =>
      client.uploadPart(to({ uploadId, range, bytes, linearHash, treeHash, sendLimit, onSent, signal })),
    // An archive of a vault replaces no other.
    completeUpload: async ({ uploadId, size, hash: treeHash, signal }) =>
      storedOf(await client.completeUpload(to({ uploadId, size, treeHash, signal }))),
    isContentRefusal: (error): error is ServiceError =>
      error instanceof ServiceError && error.serviceCode === 'InvalidParameterValueException',
    abortUpload: (request) => client.abortUpload(to(request)),
    async listParts({ uploadId, marker, limit, signal }) {
      const request = { uploadId, marker, limit, signal }
      const { items, ...page } = await client.listParts(to(request))
      return { ...page, items: items.map(({ treeHash: hash, start, end }) => ({ start, end, hash })) }
    },
    describeVolume: laterDescription,
    markIn: volumeMarkOf,
    ...vaultRetrievalRules(limits),
    startRetrieval: (request) => client.startRetrieval(to(request)),
    lastInventoryDate: async (request) => (await client.describeVault(to(request))).lastInventoryDate,
    startInventory: (request) => client.startInventory(to(request)),
    async listJobs({ completed, marker, limit, signal }) {
      const request = { completed, marker, limit, signal }
      const { items, ...page } = await client.listJobs(to(request))
      return { ...page, items: items.map(jobOf) }
    },
    describeJob: async (request) => jobOf(await client.describeJob(to(request))),
    async getJobOutput(request) {
      const { body, treeHash: hash } = await client.getJobOutput(to(request))
      return { body, hash }
    },
    refreshCredentials: (signal) => refreshCredentialsOf(client, signal),
  }
}

function jobOf({ archiveTreeHash: archiveHash, treeHash: hash, ...job }: VaultJob): Job {
  return { ...job, archiveHash, hash }
}

function storedOf({ archiveId, treeHash: hash, location }: VaultArchive): StoredArchive {
  return { archiveId, hash, location }
}
