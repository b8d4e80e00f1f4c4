/** Everything a local vault keeps, in one place. */
import type { AccountRegion } from '../service/account-region.js'
import { AccountStore } from '../storage/account-file.js'
import { ArchiveStore } from '../storage/archive-files.js'
import { Policies } from '../auth/policy/policies.js'
import { Meter } from '../costs/meter.js'
import type { Ground } from '../storage/store-context.js'
import { JobStore } from '../jobs/job-files.js'
import { RetainedArchives } from '../jobs/retained-archives.js'
import { Notifier } from '../jobs/notifier.js'
import type { CheckedOptions } from '../options/local-vault-options.js'
import { RetrievalLimits } from '../jobs/retrieval-limits.js'
import { Throttle } from '../realism/throttle.js'
import type { CheckedUndocumented } from '../service/undocumented.js'
import { UploadStore } from '../storage/upload-files.js'
import { SettingsStore } from '../storage/settings-files.js'
import { VaultStore } from '../storage/vault-files.js'

/** What is kept, and for whom. */
export interface Stores extends AccountRegion {
  /** Milliseconds: the clock of everything that is kept. */
  readonly now: () => number
  readonly account: AccountStore
  readonly vaults: VaultStore
  readonly settings: SettingsStore
  readonly archives: ArchiveStore
  readonly retained: RetainedArchives
  readonly uploads: UploadStore
  readonly jobs: JobStore
  /** What limits archive retrievals. */
  readonly retrievalLimits: RetrievalLimits
  /** The budgets of requests. */
  readonly throttle: Throttle
  readonly notifier: Notifier
  /** Counts what is to be paid for and leaves no trace on disk. */
  readonly meter: Meter
  /** The checks of policies, and what they deny. */
  readonly policies: Policies
  /** What is done where the service's documents leave it open. */
  readonly undocumented: CheckedUndocumented
  /** Makes a vault that is missing, where the local vault was told to. */
  readonly ensureVault: (vaultName: string) => Promise<void>
}

/** What of the options decides how the stores behave. */
export type StoreOptions = Pick<
  CheckedOptions,
  'realism' | 'createVaults' | 'snsEndpoint' | 'policies' | 'undocumented' | 'onWarning'
>

/** The stores of an account in a region. */
export function makeStores(
  ground: Ground,
  meter: Meter,
  { realism, createVaults, snsEndpoint, policies, undocumented, onWarning }: StoreOptions,
): Stores {
  const { accountId, region, now } = ground
  const vaults = new VaultStore(ground, realism.inventorySchedule)
  const settings = new SettingsStore(vaults, now)
  const jobs = new JobStore(ground, vaults, realism.jobDelay)
  const account = new AccountStore(ground, undocumented.retrievalPolicy)
  const archives = new ArchiveStore(ground, vaults, meter)
  return {
    accountId,
    region,
    now,
    account,
    vaults,
    settings,
    archives,
    retained: new RetainedArchives(ground, { vaults, archives, jobs }, meter),
    uploads: new UploadStore(ground, vaults, undocumented),
    jobs,
    retrievalLimits: new RetrievalLimits(ground, { account, vaults, jobs }, realism),
    throttle: new Throttle(now, realism.budgets),
    notifier: new Notifier(ground, { vaults, jobs, settings }, snsEndpoint),
    meter,
    policies: new Policies(policies, onWarning),
    undocumented,
    ensureVault: async (vaultName) => {
      if (createVaults) await vaults.create(vaultName)
    },
  }
}
