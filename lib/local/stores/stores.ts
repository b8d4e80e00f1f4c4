/** The stores of an account in a region: everything that a local vault keeps for it. */
import { Policies, type PolicyChecks } from '../auth/policy/policies.js'
import type { Meter } from '../costs/meter.js'
import { JobFiles } from '../jobs/job-files.js'
import { Notifier } from '../jobs/notifier.js'
import { RetainedArchives } from '../jobs/retained-archives.js'
import { RetrievalLimits } from '../jobs/retrieval-limits.js'
import type { Realism } from '../realism/realism-options.js'
import { Throttle } from '../realism/throttle.js'
import type { AccountRegion } from '../service/account-region.js'
import type { CheckedUndocumented } from '../service/undocumented.js'
import { AccountFile } from '../storage/account-file.js'
import { ArchiveFiles } from '../storage/archive-files.js'
import { SettingsFiles } from '../storage/settings-files.js'
import type { StoreContext } from '../storage/store-context.js'
import { UploadFiles } from '../storage/upload-files.js'
import { VaultFiles } from '../storage/vault-files.js'

/** The stores of an account in a region. */
export interface Stores extends AccountRegion {
  /** The vault's clock, in milliseconds. */
  readonly now: () => number
  /** The retrieval policy and the provisioned capacity. */
  readonly account: AccountFile
  readonly vaults: VaultFiles
  /** Tags, notifications, access policies and locks of the vaults. */
  readonly settings: SettingsFiles
  readonly archives: ArchiveFiles
  /** Deleted archives that jobs still need. */
  readonly retained: RetainedArchives
  readonly uploads: UploadFiles
  readonly jobs: JobFiles
  /** The limits of archive retrievals. */
  readonly retrievalLimits: RetrievalLimits
  /** The request budgets. */
  readonly throttle: Throttle
  /** Posts notifications of completed jobs. */
  readonly notifier: Notifier
  /** Counts what is charged for and leaves no trace on disk. */
  readonly meter: Meter
  /** Checks and evaluates policies. */
  readonly policies: Policies
  /** The choices where the service's documentation leaves the behaviour open. */
  readonly undocumented: CheckedUndocumented
  /** Creates a missing vault, if the option `createVaults` is set. */
  readonly ensureVault: (vaultName: string) => Promise<void>
}

/** The options that decide how the stores behave. They have been checked. */
export interface StoreOptions {
  /** Delays, limits and the schedule of inventories. */
  readonly realism: Realism
  /** Whether an upload to a missing vault creates it. */
  readonly createVaults: boolean
  /** The address that notifications are posted to; `undefined` for none. */
  readonly snsEndpoint?: string | undefined
  /** Whether a policy that cannot be evaluated is rejected. */
  readonly policies: PolicyChecks
  /** The choices where the service's documentation leaves the behaviour open. */
  readonly undocumented: CheckedUndocumented
  /** Called with each warning. */
  readonly onWarning: (message: string) => void
}

/** Creates the stores of an account in a region. */
export function makeStores(
  context: StoreContext,
  meter: Meter,
  { realism, createVaults, snsEndpoint, policies, undocumented, onWarning }: StoreOptions,
): Stores {
  const { accountId, region, now } = context
  const vaults = new VaultFiles(context, realism.inventorySchedule)
  const settings = new SettingsFiles(context, vaults)
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
