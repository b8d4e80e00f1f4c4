/** Everything a local vault keeps, in one place. */
import { ArchiveStore } from './archive-store.js'
import type { Ground } from './ground.js'
import { JobStore } from './job-store.js'
import { UploadStore } from './upload-store.js'
import { VaultStore } from './vault-store.js'

/** What is kept, and for whom. */
export interface Stores {
  readonly accountId: string
  readonly vaults: VaultStore
  readonly archives: ArchiveStore
  readonly uploads: UploadStore
  readonly jobs: JobStore
  /** Makes a vault that is missing, where the local vault was told to. */
  readonly ensureVault: (vaultName: string) => Promise<void>
}

/**
 * The stores over one folder.
 *
 * @param jobDelay - milliseconds until a job has succeeded
 */
export function makeStores(ground: Ground, jobDelay: number, createVaults: boolean): Stores {
  const vaults = new VaultStore(ground)
  return {
    accountId: ground.accountId,
    vaults,
    archives: new ArchiveStore(ground, vaults),
    uploads: new UploadStore(ground, vaults),
    jobs: new JobStore(ground, vaults, jobDelay),
    ensureVault: async (vaultName) => {
      if (createVaults) await vaults.create(vaultName)
    },
  }
}
