/**
 * What a test can do to a local vault that no client of the service could.
 */
import { optional, STRING } from '../../options/rules.js'
import { nested, shown, type Rule, type RulesOf } from '../../options/check-options.js'
import { VAULT_NAME } from '../../glacier/names.js'
import { JOB_DELAY, type DelayOfEach, type JobDelay } from '../realism/job-delay.js'
import type { AllStores } from '../storage/all-stores.js'
import { TIME } from '../time-rule.js'
import type { Stores } from '../storage/stores.js'
import type { Inventory } from '../storage/vault-record.js'

/** The last moment whose date in ISO 8601 has a year of four digits; dates are sorted as texts. */
const LAST_TIME = Date.parse('9999-12-31T23:59:59.999Z')
const IF_VAULT_NAME = optional(VAULT_NAME)
const PLACE: Rule = nested({ accountId: STRING, region: STRING } satisfies RulesOf<ControlPlace>)
const IF_PLACE = optional(PLACE)

/** Which account and region of a local vault is meant; what is left out is the first one's. */
export interface ControlPlace {
  /** 12 digits. */
  readonly accountId?: string | undefined
  /** The AWS region. */
  readonly region?: string | undefined
}

/** The clock of everything a local vault keeps: a given one, moved by what it was told. */
export class MovableClock {
  readonly #given: () => number
  #moved = 0

  /** @param given - milliseconds */
  constructor(given: () => number) {
    this.#given = given
  }

  /** Milliseconds. */
  readonly now = (): number => this.#given() + this.#moved

  /** Moves it on. */
  advance(milliseconds: number): void {
    this.#moved += milliseconds
  }
}

/**
 * Controls of a running local vault.
 *
 * @example
 * ```ts
 * const vault = await startLocalVault({ dir, jobDelay: 4 * 3_600_000 })
 * // … InitiateJob …
 * await vault.control.completeJobs()
 * vault.control.advanceClock(25 * 3_600_000) // the job and its output are gone
 * ```
 */
export class Control {
  readonly #stores: AllStores
  readonly #clock: MovableClock

  /** @internal */
  constructor(stores: AllStores, clock: MovableClock) {
    this.#stores = stores
    this.#clock = clock
  }

  /** The time of everything that is kept. */
  get time(): Date {
    return new Date(this.#clock.now())
  }

  /**
   * Moves the clock on: uploads, jobs, locks expire by it, and inventories fall due. Signatures are held against the
   * time as it was, so that clients go on unchanged. Forgotten when the vault is closed.
   *
   * @throws {TypeError} not a number
   * @throws {RangeError} not milliseconds from 0 up, or past the year 9999, whose dates have no more four digits
   */
  advanceClock(milliseconds: number): void {
    TIME(milliseconds, 'milliseconds', 'Control.advanceClock')
    if (this.#clock.now() + milliseconds > LAST_TIME)
      throw new RangeError(`The clock cannot be advanced by ${milliseconds} ms: its last year is 9999.`)
    this.#clock.advance(milliseconds)
    for (const { notifier } of this.#stores) notifier.look()
  }

  /** How long jobs take that are started from now on, in milliseconds, by what they retrieve. */
  get jobDelay(): DelayOfEach {
    return this.#stores.first.jobs.delays
  }

  /**
   * Sets how long jobs take that are started from now on.
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
   * Completes jobs that are under way.
   *
   * @param vaultName - only of this vault; default of all vaults of the account in the region
   * @param place - the account and region; default the local vault's first ones
   * @returns how many
   * @throws {TypeError} a name that is no string
   * @throws {RangeError} a name that no vault may have, or an account or region that the local vault does not have
   */
  async completeJobs(vaultName?: string, place?: ControlPlace): Promise<number> {
    IF_VAULT_NAME(vaultName, 'vaultName', 'Control.completeJobs')
    return this.#endJobs(vaultName, null, this.#storesOf(place, 'Control.completeJobs'))
  }

  /**
   * Lets jobs fail that are under way.
   *
   * @param statusMessage - what DescribeJob says of them
   * @param vaultName - only of this vault; default of all vaults of the account in the region
   * @param place - the account and region; default the local vault's first ones
   * @returns how many
   * @throws {TypeError} a message or a name that is no string
   * @throws {RangeError} a name that no vault may have, or an account or region that the local vault does not have
   */
  async failJobs(statusMessage: string, vaultName?: string, place?: ControlPlace): Promise<number> {
    STRING(statusMessage, 'statusMessage', 'Control.failJobs')
    IF_VAULT_NAME(vaultName, 'vaultName', 'Control.failJobs')
    return this.#endJobs(vaultName, statusMessage, this.#storesOf(place, 'Control.failJobs'))
  }

  /**
   * Takes an inventory of a vault now.
   *
   * @param place - the account and region; default the local vault's first ones
   * @throws {TypeError} a name that is no string
   * @throws {RangeError} a name that no vault may have, or an account or region that the local vault does not have
   * @throws {Error} there is no such vault
   */
  async takeInventory(vaultName: string, place?: ControlPlace): Promise<Inventory> {
    VAULT_NAME(vaultName, 'vaultName', 'Control.takeInventory')
    return this.#storesOf(place, 'Control.takeInventory').vaults.takeInventory(vaultName)
  }

  #storesOf(place: ControlPlace | undefined, caller: string): Stores {
    IF_PLACE(place, 'place', caller)
    const { first } = this.#stores
    const { accountId = first.accountId, region = first.region } = place ?? {}
    const stores = this.#stores.of({ accountId, region })
    if (stores) return stores
    throw new RangeError(
      `place of ${caller} must be an account and a region of the local vault, not ${shown(accountId)} in ${shown(region)}.`,
    )
  }

  async #endJobs(vaultName: string | undefined, failure: string | null, stores: Stores): Promise<number> {
    const { jobs, vaults, notifier } = stores
    const names = vaultName === undefined ? (await vaults.list()).map(({ name }) => name) : [vaultName]
    let count = 0
    for (const name of names) {
      for (const job of await jobs.list(name)) if (await jobs.end(name, job, failure)) count++
    }
    notifier.look()
    return count
  }
}
