/**
 * The stores of all accounts in all regions that a server has. They share the locks, and the place for what is unfinished.
 */
import type { AccountRegion } from '../service/account-region.js'
import { Meter } from '../costs/meter.js'
import { foldersOf } from '../disk/home.js'
import type { StoreContext } from '../storage/store-context.js'
import { makeStores, type StoreOptions, type Stores } from './stores.js'

/** Which stores there are. */
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
  /** Those of the first account in the first region. */
  readonly first: Stores
  /** Counts what is to be paid for, of all of them. */
  readonly meter: Meter
  readonly #all = new Map<string, Stores>()

  constructor(
    context: Omit<StoreContext, keyof AccountRegion>,
    { home, accountIds, regions }: Extent,
    options: StoreOptions,
  ) {
    this.meter = new Meter(context.now)
    for (const accountId of accountIds) {
      for (const region of regions) {
        const place = { accountId, region }
        this.#all.set(keyOf(place), makeStores(contextOf(context, place, home), this.meter, options))
      }
    }
    this.first = this.of({ accountId: accountIds[0], region: regions[0] }) as Stores // made above
  }

  /** The stores of an account in a region; `undefined` where the server does not have it. */
  of(place: AccountRegion): Stores | undefined {
    return this.#all.get(keyOf(place))
  }

  /** All of them. */
  [Symbol.iterator](): Iterator<Stores> {
    return this.#all.values()
  }
}

function contextOf(
  { disk, ...rest }: Omit<StoreContext, keyof AccountRegion>,
  place: AccountRegion,
  home: AccountRegion,
): StoreContext {
  return { ...rest, ...place, disk: disk.within(...foldersOf(place, home)) }
}

function keyOf({ accountId, region }: AccountRegion): string {
  return `${accountId}/${region}`
}
