/** Everything a local vault keeps, in one place. */
import { AccountStore } from './account-store.js'
import { ArchiveStore } from './archive-store.js'
import { Policies } from '../auth/policy/policies.js'
import { Meter } from '../costs/meter.js'
import type { Ground } from '../ground.js'
import { JobStore } from '../jobs/job-store.js'
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
  readonly uploads: UploadStore
  readonly jobs: JobStore
  readonly notifier: Notifier
  /** Counts what is to be paid for and leaves no trace on disk. */
  readonly meter: Meter
  /** The checks of policies, and what they deny. */
  readonly policies: Policies
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
    policies,
    onWarning,
  }: Pick<
    CheckedOptions,
    'jobDelay' | 'inventoryInterval' | 'createVaults' | 'snsEndpoint' | 'policies' | 'onWarning'
  >,
): Stores {
  const { accountId, now } = ground
  const vaults = new VaultStore(ground, inventoryInterval)
  const settings = new SettingsStore(vaults, now)
  const meter = new Meter(now)
  const jobs = new JobStore(ground, vaults, jobDelay)
  return {
    accountId,
    now,
    account: new AccountStore(ground),
    vaults,
    settings,
    archives: new ArchiveStore(ground, vaults, meter),
    uploads: new UploadStore(ground, vaults),
    jobs,
    notifier: new Notifier(ground, { vaults, jobs, settings }, snsEndpoint),
    meter,
    policies: new Policies(policies, onWarning),
    ensureVault: async (vaultName) => {
      if (createVaults) await vaults.create(vaultName)
    },
  }
}
