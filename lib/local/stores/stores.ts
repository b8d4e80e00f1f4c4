/** Everything a local vault keeps, in one place. */
import type { AccountRegion } from '../service/account-region.js'
import { AccountFile } from '../storage/account-file.js'
import { ArchiveFiles } from '../storage/archive-files.js'
import { Policies } from '../auth/policy/policies.js'
import { Meter } from '../costs/meter.js'
import type { StoreContext } from '../storage/store-context.js'
import { JobFiles } from '../jobs/job-files.js'
import { RetainedArchives } from '../jobs/retained-archives.js'
import { Notifier } from '../jobs/notifier.js'
import type { CheckedOptions } from '../options/local-vault-options.js'
import { RetrievalLimits } from '../jobs/retrieval-limits.js'
import { Throttle } from '../realism/throttle.js'
import type { CheckedUndocumented } from '../service/undocumented.js'
import { UploadFiles } from '../storage/upload-files.js'
import { SettingsFiles } from '../storage/settings-files.js'
import { VaultFiles } from '../storage/vault-files.js'

/** What is kept, and for whom. */
export interface Stores extends AccountRegion {
  /** Milliseconds: the clock of everything that is kept. */
  readonly now: () => number
  readonly account: AccountFile
  readonly vaults: VaultFiles
  readonly settings: SettingsFiles
  readonly archives: ArchiveFiles
  readonly retained: RetainedArchives
  readonly uploads: UploadFiles
  readonly jobs: JobFiles
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
  context: StoreContext,
  meter: Meter,
  { realism, createVaults, snsEndpoint, policies, undocumented, onWarning }: StoreOptions,
): Stores {
  const { accountId, region, now } = context
  const vaults = new VaultFiles(context, realism.inventorySchedule)
  const settings = new SettingsFiles(vaults, now)
  const jobs = new JobFiles(context, vaults, realism.jobDelay)
  const account = new AccountFile(context, undocumented.retrievalPolicy)
  const archives = new ArchiveFiles(context, vaults, meter)
  return {
    accountId,
    region,
    now,
    account,
    vaults,
    settings,
    archives,
    retained: new RetainedArchives(context, { vaults, archives, jobs }, meter),
    uploads: new UploadFiles(context, vaults, undocumented),
    jobs,
    retrievalLimits: new RetrievalLimits(context, { account, vaults, jobs }, realism),
    throttle: new Throttle(now, realism.budgets),
    notifier: new Notifier(context, { vaults, jobs, settings }, snsEndpoint),
    meter,
    policies: new Policies(policies, onWarning),
    undocumented,
    ensureVault: async (vaultName) => {
      if (createVaults) await vaults.create(vaultName)
    },
  }
}
