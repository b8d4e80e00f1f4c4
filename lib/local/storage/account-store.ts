/**
 * What is set for the account in the region: `account.json`, written whole at each change.
 */
import { makeFolder } from '../../fs/durable.js'
import { readRecord } from '../disk/damage.js'
import { dateOf, DAY, type Ground } from '../ground.js'
import { newShortId } from '../disk/identifiers.js'
import { arrayOf, isDate, isText, nullOr, shaped } from '../disk/shape.js'
import { limitExceeded } from '../service-fault.js'
import type { CheckedUndocumented } from '../undocumented.js'

/** How much may be retrieved (docs/glacier-protocol.md#retrieval-policy). */
export interface RetrievalRule {
  readonly Strategy: 'BytesPerHour' | 'FreeTier' | 'None'
  readonly BytesPerHour: number | null
}

/** A unit of provisioned capacity. */
export interface CapacityUnit {
  readonly capacityId: string
  /** ISO 8601. */
  readonly startDate: string
  /** ISO 8601. */
  readonly expirationDate: string
}

interface Account {
  /** Absent until one is set. */
  readonly retrievalRule?: RetrievalRule
  readonly capacity: readonly CapacityUnit[]
}

const isRule = shaped<RetrievalRule>({
  Strategy: (value) => value === 'BytesPerHour' || value === 'FreeTier' || value === 'None',
  BytesPerHour: nullOr((value) => typeof value === 'number'),
})
const isAccount = shaped<Account>({
  retrievalRule: (value) => value === undefined || isRule(value),
  capacity: arrayOf(shaped<CapacityUnit>({ capacityId: isText, startDate: isDate, expirationDate: isDate })),
})
const NONE: Account = { capacity: [] }
const MOST_UNITS = 2

/** The account. */
export class AccountStore {
  readonly #ground: Ground
  readonly #firstPolicy: CheckedUndocumented['retrievalPolicy']

  /** @param firstPolicy - the retrieval policy until one is set */
  constructor(ground: Ground, firstPolicy: CheckedUndocumented['retrievalPolicy']) {
    this.#ground = ground
    this.#firstPolicy = firstPolicy
  }

  /** How much may be retrieved. */
  async retrievalRule(): Promise<RetrievalRule> {
    const first = this.#firstPolicy
    return (
      (await this.#read()).retrievalRule ??
      (typeof first === 'number'
        ? { Strategy: 'BytesPerHour', BytesPerHour: first }
        : { Strategy: first, BytesPerHour: null })
    )
  }

  /** Sets how much may be retrieved. */
  async setRetrievalRule(retrievalRule: RetrievalRule): Promise<void> {
    await this.#change((account) => ({ ...account, retrievalRule }))
  }

  /** The units that have not expired. */
  async capacity(): Promise<readonly CapacityUnit[]> {
    return this.#valid(await this.#read())
  }

  /**
   * Buys a unit of capacity, for a month.
   *
   * @throws {ServiceFault} 400: there are two already
   */
  async purchase(): Promise<CapacityUnit> {
    const startDate = dateOf(this.#ground)
    const unit = { capacityId: newShortId().slice(0, 27), startDate, expirationDate: aMonthAfter(startDate) }
    await this.#change((account) => {
      const valid = this.#valid(account)
      if (valid.length >= MOST_UNITS)
        throw limitExceeded(`The limit of ${MOST_UNITS} provisioned capacity units has been reached.`)
      return { ...account, capacity: [...valid, unit] }
    })
    return unit
  }

  #valid({ capacity }: Account): readonly CapacityUnit[] {
    return capacity.filter(({ expirationDate }) => Date.parse(expirationDate) > this.#ground.now())
  }

  async #read(): Promise<Account> {
    const what = "The account's retrieval policy and capacity"
    return (await readRecord(this.#path(), isAccount, what, 'account.json')) ?? NONE
  }

  async #change(change: (account: Account) => Account): Promise<void> {
    const { disk, locks } = this.#ground
    await locks.withLock('the account', async () => {
      const changed = change(await this.#read())
      await makeFolder(disk.path()) // of a region in which there was nothing
      await disk.writeJson(this.#path(), changed)
    })
  }

  #path(): string {
    return this.#ground.disk.path('account.json')
  }
}

/** The same day of the next month, or that month's last. */
function aMonthAfter(date: string): string {
  const end = new Date(date)
  const day = end.getUTCDate()
  end.setUTCMonth(end.getUTCMonth() + 1)
  return end.getUTCDate() === day
    ? end.toISOString()
    : new Date(end.getTime() - end.getUTCDate() * DAY).toISOString()
}
