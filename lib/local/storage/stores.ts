/** Everything a local vault keeps, in one place. */
import { AccountStore } from './account-store.js'
import { ArchiveStore } from './archive-store.js'
import type { Ground } from '../ground.js'
import { JobStore } from '../jobs/job-store.js'
import { RetainedArchives } from '../jobs/retained-archives.js'
import { Notifier } from '../jobs/notifier.js'
import type { CheckedOptions } from '../options.js'
import { UploadStore } from './upload-store.js'
import { SettingsStore } from './vault-settings.js'
import { VaultStore } from './vault-store.js'

/** What is kept, and for whom. */
export interface Stores {
  readonly accountId: string
  /** Milliseconds: the clock of everything that is kept. */
  readonly now: () => number
  readonly account: AccountStore
  readonly vaults: VaultStore
  readonly settings: SettingsStore
  readonly archives: ArchiveStore
  readonly retained: RetainedArchives
  readonly uploads: UploadStore
  readonly jobs: JobStore
  readonly notifier: Notifier
  /** Makes a vault that is missing, where the local vault was told to. */
  readonly ensureVault: (vaultName: string) => Promise<void>
}

/** The stores over one folder. */
export function makeStores(
  ground: Ground,
  {
    jobDelay,
    inventoryInterval,
    createVaults,
    snsEndpoint,
  }: Pick<CheckedOptions, 'jobDelay' | 'inventoryInterval' | 'createVaults' | 'snsEndpoint'>,
): Stores {
  const { accountId, now } = ground
  const vaults = new VaultStore(ground, inventoryInterval)
  const settings = new SettingsStore(vaults, now)
  const jobs = new JobStore(ground, vaults, jobDelay)
  const archives = new ArchiveStore(ground, vaults)
  return {
    accountId,
    now,
    account: new AccountStore(ground),
    vaults,
    settings,
    archives,
    retained: new RetainedArchives(ground, { vaults, archives, jobs }),
    uploads: new UploadStore(ground, vaults),
    jobs,
    notifier: new Notifier(ground, { vaults, jobs, settings }, snsEndpoint),
    ensureVault: async (vaultName) => {
      if (createVaults) await vaults.create(vaultName)
    },
  }
}
