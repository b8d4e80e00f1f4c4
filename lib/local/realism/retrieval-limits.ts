/**
 * What limits archive retrievals of an account in a region: its retrieval policy, the quota of a day, and the capacity for
 * Expedited retrievals.
 *
 * - What was started is counted from the jobs themselves, so that it is the same after a restart and for all servers over
 *   the folder. Where anything is limited, one retrieval is admitted at a time.
 * - A unit of provisioned capacity ensures at least three Expedited retrievals in five minutes
 *   (docs/glacier-protocol.md#provisioned-capacity). It is a promise and no limit: with a unit all are accepted.
 * - The documents speak of "35 random restore requests per PiB stored per day". Which requests are random they do not
 *   say: here all archive retrievals count, within the last 24 hours. No local vault holds more than a PiB.
 */
import { DAY, type Ground } from '../ground.js'
import type { ArchiveJob, ArchiveOrder } from '../jobs/job-record.js'
import type { JobStore } from '../jobs/job-store.js'
import { assertWithinQuota } from '../jobs/retrieval-quota.js'
import { insufficientCapacity, throttled } from '../service-fault.js'
import type { AccountStore } from '../storage/account-store.js'
import type { VaultStore } from '../storage/vault-store.js'
import type { Realism } from './realism-options.js'

/** Milliseconds for which an Expedited retrieval takes capacity. */
const CAPACITY_SPAN = 300_000

/** What limits need to know. */
export interface LimitedStores {
  readonly account: AccountStore
  readonly vaults: VaultStore
  readonly jobs: JobStore
}

type Asked = Pick<ArchiveOrder, 'tier' | 'start' | 'end'>

/** The limits of archive retrievals. */
export class RetrievalLimits {
  readonly #ground: Ground
  readonly #stores: LimitedStores
  readonly #limits: Pick<Realism, 'expeditedCapacity' | 'retrievalsPerDay'>

  constructor(
    ground: Ground,
    stores: LimitedStores,
    limits: Pick<Realism, 'expeditedCapacity' | 'retrievalsPerDay'>,
  ) {
    this.#ground = ground
    this.#stores = stores
    this.#limits = limits
  }

  /**
   * Starts a retrieval, where it is within the limits.
   *
   * @throws {ServiceFault} 400 `PolicyEnforcedException`: it is more than the retrieval policy allows
   * @throws {ServiceFault} 400 `ThrottlingException`: the quota of the day is used up
   * @throws {ServiceFault} 503 `InsufficientCapacityException`: there is no capacity for Expedited retrievals
   */
  async admit<T>(asked: Asked, start: () => Promise<T>): Promise<T> {
    if (!(await this.#isLimited(asked))) return start()
    return this.#ground.locks.withLock('the retrievals', async () => {
      await this.#assertAdmitted(asked)
      return start()
    })
  }

  async #isLimited({ tier }: Asked): Promise<boolean> {
    if (this.#limits.retrievalsPerDay < Infinity) return true
    if (tier === 'Expedited') return this.#isCapacityLimited()
    return tier === 'Standard' && (await this.#stores.account.retrievalRule()).Strategy !== 'None'
  }

  async #isCapacityLimited(): Promise<boolean> {
    return this.#limits.expeditedCapacity < Infinity && (await this.#stores.account.capacity()).length === 0
  }

  async #assertAdmitted({ tier, start, end }: Asked): Promise<void> {
    const started = await this.#startedToday()
    if (tier === 'Standard') {
      assertWithinQuota(await this.#stores.account.retrievalRule(), end - start, started, this.#ground.now())
    }
    if (started.length >= this.#limits.retrievalsPerDay) throw throttled()
    if (tier !== 'Expedited' || !(await this.#isCapacityLimited())) return
    const expedited = started.filter((job) => job.tier === 'Expedited' && this.#ageOf(job) < CAPACITY_SPAN)
    if (expedited.length >= this.#limits.expeditedCapacity) throw insufficientCapacity()
  }

  /** The archive retrievals that were started within the last 24 hours. */
  async #startedToday(): Promise<ArchiveJob[]> {
    const { vaults, jobs } = this.#stores
    const started: ArchiveJob[] = []
    for (const { name } of await vaults.list()) {
      for (const job of await jobs.list(name)) {
        if (job.action === 'ArchiveRetrieval' && this.#ageOf(job) < DAY) started.push(job)
      }
    }
    return started
  }

  #ageOf({ creationDate }: ArchiveJob): number {
    return this.#ground.now() - Date.parse(creationDate)
  }
}
