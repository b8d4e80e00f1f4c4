/**
 * The limits of archive retrievals of an account in a region: its retrieval policy, the quota of a day, and the capacity for
 * Expedited retrievals.
 *
 * - Retrievals are counted from the jobs on disk, so that the count is the same after a restart and for all servers that
 *   use the folder. If anything is limited, retrievals are admitted one at a time.
 * - A unit of provisioned capacity ensures at least three Expedited retrievals in five minutes
 *   (docs/glacier-protocol.md#provisioned-capacity). It is not a limit: with a unit, all are accepted.
 * - AWS documents "35 random restore requests per PiB stored per day", without saying which requests are random. Here all
 *   archive retrievals of the last 24 hours count. No local vault stores more than a PiB.
 */

import { DAY_MS } from '../service/durations.js'
import type { StoreContext } from '../storage/store-context.js'
import type { ArchiveJob, ArchiveOrder } from '../records/job-record.js'
import type { JobFiles } from './job-files.js'
import { assertWithinQuota } from './retrieval-quota.js'
import { insufficientCapacity, throttled } from '../service/api-error.js'
import type { AccountFile } from '../storage/account-file.js'
import type { VaultFiles } from '../storage/vault-files.js'
import type { Realism } from '../realism/realism-options.js'
/** Milliseconds for which an Expedited retrieval uses capacity. */
const CAPACITY_SPAN_MS = 300_000

/** The stores that the limits depend on. */
export interface LimitedStores {
  readonly account: AccountFile
  readonly vaults: VaultFiles
  readonly jobs: JobFiles
}

type Retrieval = Pick<ArchiveOrder, 'tier' | 'start' | 'end'>

/** The limits of archive retrievals. */
export class RetrievalLimits {
  readonly #context: StoreContext
  readonly #stores: LimitedStores
  readonly #limits: Pick<Realism, 'expeditedCapacity' | 'retrievalsPerDay'>

  /**
   * @param context - the dependencies of the stores
   * @param stores - the stores that the limits depend on
   * @param limits - `Infinity` is no limit
   */
  constructor(
    context: StoreContext,
    stores: LimitedStores,
    limits: Pick<Realism, 'expeditedCapacity' | 'retrievalsPerDay'>,
  ) {
    this.#context = context
    this.#stores = stores
    this.#limits = limits
  }

  /**
   * Starts a retrieval if it is within the limits.
   *
   * @param start - starts it
   * @returns the result of `start`
   * @throws {ApiError} 400 `PolicyEnforcedException`: it exceeds the retrieval policy
   * @throws {ApiError} 400 `ThrottlingException`: the quota of the day is used up
   * @throws {ApiError} 503 `InsufficientCapacityException`: there is no capacity for Expedited retrievals
   */
  async admit<T>(retrieval: Retrieval, start: () => Promise<T>): Promise<T> {
    if (!(await this.#isLimited(retrieval))) return start()
    return this.#context.locks.withLock('the retrievals', async () => {
      await this.#assertAdmitted(retrieval)
      return start()
    })
  }

  async #isLimited({ tier }: Retrieval): Promise<boolean> {
    if (this.#limits.retrievalsPerDay < Infinity) return true
    if (tier === 'Expedited') return this.#isCapacityLimited()
    return tier === 'Standard' && (await this.#stores.account.retrievalRule()).Strategy !== 'None'
  }

  async #isCapacityLimited(): Promise<boolean> {
    return this.#limits.expeditedCapacity < Infinity && (await this.#stores.account.capacity()).length === 0
  }

  async #assertAdmitted({ tier, start, end }: Retrieval): Promise<void> {
    const started = await this.#startedToday()
    if (tier === 'Standard') {
      assertWithinQuota(await this.#stores.account.retrievalRule(), end - start, started, this.#context.now())
    }
    if (started.length >= this.#limits.retrievalsPerDay) throw throttled()
    if (tier !== 'Expedited' || !(await this.#isCapacityLimited())) return
    const expedited = started.filter((job) => job.tier === 'Expedited' && this.#ageOf(job) < CAPACITY_SPAN_MS)
    if (expedited.length >= this.#limits.expeditedCapacity) throw insufficientCapacity()
  }

  /** The archive retrievals that were started within the last 24 hours. */
  async #startedToday(): Promise<ArchiveJob[]> {
    const { vaults, jobs } = this.#stores
    const started: ArchiveJob[] = []
    for (const { name } of await vaults.list()) {
      for (const job of await jobs.list(name)) {
        if (job.action === 'ArchiveRetrieval' && this.#ageOf(job) < DAY_MS) started.push(job)
      }
    }
    return started
  }

  #ageOf({ creationDate }: ArchiveJob): number {
    return this.#context.now() - Date.parse(creationDate)
  }
}
