/**
 * The retrieval policy and the provisioned capacity of an account in a region: `account.json`, replaced by each change.
 */
import { makeFolder } from '../../fs/durable.js'
import { readRecord } from '../disk/damage.js'
import { dateOf, type StoreContext } from './store-context.js'
import { DAY_MS } from '../service/durations.js'
import { newUploadOrJobId } from '../records/identifiers.js'
import { limitExceeded } from '../service/api-error.js'
import type { CheckedUndocumented } from '../service/undocumented.js'
import {
  type AccountRecord,
  type CapacityUnit,
  isAccount,
  type RetrievalRule,
} from '../records/account-record.js'

const EMPTY: AccountRecord = { capacity: [] }
/** The maximum number of units of provisioned capacity. */
const MAX_UNITS = 2

/** The retrieval policy and the provisioned capacity of an account in a region. */
export class AccountFile {
  readonly #context: StoreContext
  readonly #firstPolicy: CheckedUndocumented['retrievalPolicy']

  /**
   * @param context - the dependencies of the stores
   * @param firstPolicy - the retrieval policy until one is set
   */
  constructor(context: StoreContext, firstPolicy: CheckedUndocumented['retrievalPolicy']) {
    this.#context = context
    this.#firstPolicy = firstPolicy
  }

  /** The retrieval policy. */
  async retrievalRule(): Promise<RetrievalRule> {
    const first = this.#firstPolicy
    return (
      (await this.#read()).retrievalRule ??
      (typeof first === 'number'
        ? { Strategy: 'BytesPerHour', BytesPerHour: first }
        : { Strategy: first, BytesPerHour: null })
    )
  }

  /** Sets the retrieval policy. */
  async setRetrievalRule(retrievalRule: RetrievalRule): Promise<void> {
    await this.#change((account) => ({ ...account, retrievalRule }))
  }

  /** The units that have not expired. */
  async capacity(): Promise<readonly CapacityUnit[]> {
    return this.#valid(await this.#read())
  }

  /**
   * Buys a unit of capacity for a month.
   *
   * @throws {ApiError} 400: the account already has two units
   */
  async purchase(): Promise<CapacityUnit> {
    const startDate = dateOf(this.#context)
    const unit = {
      capacityId: newUploadOrJobId().slice(0, 27),
      startDate,
      expirationDate: oneMonthAfter(startDate),
    }
    await this.#change((account) => {
      const valid = this.#valid(account)
      if (valid.length >= MAX_UNITS)
        throw limitExceeded(`The limit of ${MAX_UNITS} provisioned capacity units has been reached.`)
      return { ...account, capacity: [...valid, unit] }
    })
    return unit
  }

  #valid({ capacity }: AccountRecord): readonly CapacityUnit[] {
    return capacity.filter(({ expirationDate }) => Date.parse(expirationDate) > this.#context.now())
  }

  async #read(): Promise<AccountRecord> {
    const what = "The account's retrieval policy and capacity"
    return (await readRecord(this.#path(), isAccount, what, 'account.json')) ?? EMPTY
  }

  async #change(change: (account: AccountRecord) => AccountRecord): Promise<void> {
    const { disk, locks } = this.#context
    await locks.withLock('the account', async () => {
      const changed = change(await this.#read())
      await makeFolder(disk.path()) // the first data of the region
      await disk.writeJson(this.#path(), changed)
    })
  }

  #path(): string {
    return this.#context.disk.path('account.json')
  }
}

/** The same day of the next month, or the last day of that month. */
function oneMonthAfter(date: string): string {
  const end = new Date(date)
  const day = end.getUTCDate()
  end.setUTCMonth(end.getUTCMonth() + 1)
  return end.getUTCDate() === day
    ? end.toISOString()
    : new Date(end.getTime() - end.getUTCDate() * DAY_MS).toISOString()
}
