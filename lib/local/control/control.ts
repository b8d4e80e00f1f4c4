/** The controls of a local vault, for tests: they move its clock, end jobs and take inventories. */
import { nested, shown, type Rule, type RulesOf } from '../../options/check-options.js'
import { optional, STRING } from '../../options/rules.js'
import { VAULT_NAME } from '../../glacier/names.js'
import { JOB_DELAY, type DelayOfEach, type JobDelay } from '../realism/job-delay.js'
import type { Inventory } from '../records/inventory-record.js'
import type { AllStores } from '../stores/all-stores.js'
import type { Stores } from '../stores/stores.js'
import type { AddedControls } from './added-controls.js'
import type { MovableClock } from './movable-clock.js'

const OPTIONAL_VAULT_NAME = optional(VAULT_NAME)
const OPTIONAL_ACCOUNT: Rule = optional(
  nested({ accountId: STRING, region: STRING } satisfies RulesOf<ControlAccount>),
)

/** An account and a region of a local vault. A part that is absent is that of the first account and region. */
export interface ControlAccount {
  /** 12 digits. */
  readonly accountId?: string | undefined
  /** The AWS region. */
  readonly region?: string | undefined
}

/**
 * Controls of a running local vault.
 *
 * @example
 * ```ts
 * const vault = await startLocalVault({ dir, jobDelay: 4 * 3_600_000 })
 * // … InitiateJob …
 * await vault.control.completeJobs()
 * vault.control.advanceClock(25 * 3_600_000) // the job and its output have expired
 * ```
 */
export class Control {
  /**
   * The vault's clock, which a local bucket can share.
   *
   * @internal
   */
  readonly clock: MovableClock
  readonly #stores: AllStores
  readonly #added = new Set<AddedControls>()

  /** @internal */
  constructor(stores: AllStores, clock: MovableClock) {
    this.#stores = stores
    this.clock = clock
    clock.onAdvance(() => {
      for (const { notifier } of stores) notifier.check()
    })
  }

  /**
   * The controls over HTTP of the servers beside the vault; of the last one, if several have the same.
   *
   * @internal
   */
  get added(): AddedControls {
    return Object.assign({}, ...this.#added) as AddedControls // of objects of this type
  }

  /**
   * Adds the controls over HTTP of a server beside the vault.
   *
   * @returns a function that removes them
   * @internal
   */
  add(controls: AddedControls): () => void {
    this.#added.add(controls)
    return () => this.#added.delete(controls)
  }

  /** The time of the vault's clock. */
  get time(): Date {
    return new Date(this.clock.now())
  }

  /**
   * Moves the vault's clock forward: uploads, jobs and locks expire by it, and inventories fall due. Signatures are checked
   * against the time before, so that clients continue to work. A local bucket that shares the clock is moved with it. The time is
   * not kept when the vault is closed.
   *
   * @throws {TypeError} not a number
   * @throws {RangeError} not milliseconds from 0 up, or past the year 9999, the last whose dates have four digits
   */
  advanceClock(milliseconds: number): void {
    this.clock.advance(milliseconds, 'Control.advanceClock')
  }

  /** The duration of jobs that are started from now on, in milliseconds, by the kind of job. */
  get jobDelay(): DelayOfEach {
    return this.#stores.first.jobs.delays
  }

  /**
   * Sets the duration of jobs that are started from now on.
   *
   * @param jobDelay - milliseconds, or milliseconds by tier, or `'realistic'`
   * @throws {TypeError} neither a number, nor an object with numbers by tier, nor `'realistic'`
   * @throws {RangeError} a number that is not milliseconds from 0 up
   */
  setJobDelay(jobDelay: JobDelay): void {
    JOB_DELAY(jobDelay, 'jobDelay', 'Control.setJobDelay')
    for (const { jobs } of this.#stores) jobs.setDelay(jobDelay)
  }

  /**
   * Completes the jobs in progress.
   *
   * @param vaultName - only of this vault; default all vaults of the account in the region
   * @param account - the account and region; default the first of the local vault
   * @returns the number of jobs
   * @throws {TypeError} a name that is not a string
   * @throws {RangeError} a name that is not valid, or an account or region that the local vault does not serve
   */
  async completeJobs(vaultName?: string, account?: ControlAccount): Promise<number> {
    OPTIONAL_VAULT_NAME(vaultName, 'vaultName', 'Control.completeJobs')
    return this.#endJobs(vaultName, null, this.#storesOf(account, 'Control.completeJobs'))
  }

  /**
   * Makes the jobs in progress fail.
   *
   * @param statusMessage - the StatusMessage that DescribeJob returns
   * @param vaultName - only of this vault; default all vaults of the account in the region
   * @param account - the account and region; default the first of the local vault
   * @returns the number of jobs
   * @throws {TypeError} a message or a name that is not a string
   * @throws {RangeError} a name that is not valid, or an account or region that the local vault does not serve
   */
  async failJobs(statusMessage: string, vaultName?: string, account?: ControlAccount): Promise<number> {
    STRING(statusMessage, 'statusMessage', 'Control.failJobs')
    OPTIONAL_VAULT_NAME(vaultName, 'vaultName', 'Control.failJobs')
    return this.#endJobs(vaultName, statusMessage, this.#storesOf(account, 'Control.failJobs'))
  }

  /**
   * Takes an inventory of a vault now.
   *
   * @param account - the account and region; default the first of the local vault
   * @throws {TypeError} a name that is not a string
   * @throws {RangeError} a name that is not valid, or an account or region that the local vault does not serve
   * @throws {Error} the vault does not exist
   */
  async takeInventory(vaultName: string, account?: ControlAccount): Promise<Inventory> {
    VAULT_NAME(vaultName, 'vaultName', 'Control.takeInventory')
    return this.#storesOf(account, 'Control.takeInventory').vaults.takeInventory(vaultName)
  }

  #storesOf(account: ControlAccount | undefined, caller: string): Stores {
    OPTIONAL_ACCOUNT(account, 'account', caller)
    const { first } = this.#stores
    const { accountId = first.accountId, region = first.region } = account ?? {}
    const stores = this.#stores.of({ accountId, region })
    if (stores) return stores
    throw new RangeError(
      `account of ${caller} must be an account and a region of the local vault, not ${shown(accountId)} in ${shown(region)}.`,
    )
  }

  async #endJobs(vaultName: string | undefined, failure: string | null, stores: Stores): Promise<number> {
    const { jobs, vaults, notifier } = stores
    const names = vaultName === undefined ? (await vaults.list()).map(({ name }) => name) : [vaultName]
    let count = 0
    for (const name of names) {
      for (const job of await jobs.list(name)) if (await jobs.end(name, job, failure)) count++
    }
    notifier.check()
    return count
  }
}
