/**
 * The stores of all accounts in all regions that a server serves. They share the locks, and the folder for unfinished
 * files.
 */
import { invariant } from '../../invariant.js'
import { Meter } from '../costs/meter.js'
import { foldersOf } from '../disk/home.js'
import type { InventoryRow } from '../records/inventory-record.js'
import type { AccountRegion } from '../service/account-region.js'
import type { StoreContext } from '../storage/store-context.js'
import { makeStores, type StoreOptions, type Stores } from './stores.js'

/** The accounts and regions that a server serves. */
export interface Extent {
  /** The account and region whose data are in the folder itself. */
  readonly home: AccountRegion
  /** The first is the account of the server. */
  readonly accountIds: readonly [string, ...string[]]
  /** The first is the region of the server. */
  readonly regions: readonly [string, ...string[]]
}

/** The stores, by account and region. */
export class AllStores {
  /** The stores of the first account in the first region. */
  readonly first: Stores
  /** Counts for all stores what is charged for and leaves no trace on disk. */
  readonly meter: Meter
  readonly #all = new Map<string, Stores>()

  /**
   * @param context - the shared dependencies of the stores
   * @param extent - the accounts and regions
   * @param options - how the stores behave
   */
  constructor(
    context: Omit<StoreContext, keyof AccountRegion>,
    { home, accountIds, regions }: Extent,
    options: StoreOptions,
  ) {
    this.meter = new Meter(context.now)
    for (const accountId of accountIds) {
      for (const region of regions) {
        const owner = { accountId, region }
        this.#all.set(keyOf(owner), makeStores(contextOf(context, owner, home), this.meter, options))
      }
    }
    const first = this.of({ accountId: accountIds[0], region: regions[0] })
    invariant(first !== undefined, 'each account has stores in each region')
    this.first = first
  }

  /** The stores of an account in a region; `undefined` if the server does not serve it. */
  of(owner: AccountRegion): Stores | undefined {
    return this.#all.get(keyOf(owner))
  }

  /** The current archives of all vaults in all stores. Damaged ones are reported and left out. */
  async *archives(): AsyncGenerator<InventoryRow, void, undefined> {
    for (const { vaults } of this) yield* vaults.allArchives()
  }

  /** All stores. */
  [Symbol.iterator](): Iterator<Stores> {
    return this.#all.values()
  }
}

function contextOf(
  { disk, ...rest }: Omit<StoreContext, keyof AccountRegion>,
  owner: AccountRegion,
  home: AccountRegion,
): StoreContext {
  return { ...rest, ...owner, disk: disk.within(...foldersOf(owner, home)) }
}

function keyOf({ accountId, region }: AccountRegion): string {
  return `${accountId}/${region}`
}
