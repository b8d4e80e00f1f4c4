/**
 * What a test can do to a local vault that no client of the service could.
 */
import { optional, STRING } from '../../option-rules.js'
import { VAULT_NAME } from '../../vault/request-rules.js'
import { TIME } from '../options.js'
import type { Stores } from '../storage/stores.js'
import type { Inventory } from '../storage/vault-record.js'

const IF_VAULT_NAME = optional(VAULT_NAME)

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
  readonly #stores: Stores
  readonly #clock: MovableClock

  /** @internal */
  constructor(stores: Stores, clock: MovableClock) {
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
   * @throws {RangeError} not milliseconds from 0 up
   */
  advanceClock(milliseconds: number): void {
    TIME(milliseconds, 'milliseconds', 'Control.advanceClock')
    this.#clock.advance(milliseconds)
    this.#stores.notifier.look()
  }

  /**
   * Sets how long jobs take that are started from now on.
   *
   * @throws {TypeError} not a number
   * @throws {RangeError} not milliseconds from 0 up
   */
  setJobDelay(milliseconds: number): void {
    TIME(milliseconds, 'milliseconds', 'Control.setJobDelay')
    this.#stores.jobs.delay = milliseconds
  }

  /**
   * Completes jobs that are under way.
   *
   * @param vaultName - only of this vault; default of all
   * @returns how many
   * @throws {TypeError} a name that is no string
   * @throws {RangeError} a name that no vault may have
   */
  async completeJobs(vaultName?: string): Promise<number> {
    IF_VAULT_NAME(vaultName, 'vaultName', 'Control.completeJobs')
    return this.#endJobs(vaultName, null)
  }

  /**
   * Lets jobs fail that are under way.
   *
   * @param statusMessage - what DescribeJob says of them
   * @param vaultName - only of this vault; default of all
   * @returns how many
   * @throws {TypeError} a message or a name that is no string
   * @throws {RangeError} a name that no vault may have
   */
  async failJobs(statusMessage: string, vaultName?: string): Promise<number> {
    STRING(statusMessage, 'statusMessage', 'Control.failJobs')
    IF_VAULT_NAME(vaultName, 'vaultName', 'Control.failJobs')
    return this.#endJobs(vaultName, statusMessage)
  }

  /**
   * Takes an inventory of a vault now.
   *
   * @throws {TypeError} a name that is no string
   * @throws {RangeError} a name that no vault may have
   * @throws {Error} there is no such vault
   */
  async takeInventory(vaultName: string): Promise<Inventory> {
    VAULT_NAME(vaultName, 'vaultName', 'Control.takeInventory')
    return this.#stores.vaults.takeInventory(vaultName)
  }

  async #endJobs(vaultName: string | undefined, failure: string | null): Promise<number> {
    const { jobs, vaults, notifier } = this.#stores
    const names = vaultName === undefined ? (await vaults.list()).map(({ name }) => name) : [vaultName]
    let count = 0
    for (const name of names) {
      for (const job of await jobs.list(name)) if (await jobs.end(name, job, failure)) count++
    }
    notifier.look()
    return count
  }
}
