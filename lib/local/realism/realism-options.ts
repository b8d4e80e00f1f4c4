/**
 * The options that make a local vault as slow and as scarce as the service, all off by default.
 */
import { wholeNumber } from '../../options/rules.js'
import type { Rule } from '../../options/check-options.js'
import { DAY_MS } from '../service/durations.js'
import { atIntervals, type InventorySchedule, nightly } from './inventory-schedule.js'
import { JOB_DELAY, type JobDelay } from './job-delay.js'
import { type RequestBudget, THROTTLE } from './throttle.js'

/** Options of {@link startLocalVault} about its delays and limits. All run by the vault's clock. */
export interface RealismOptions {
  /** How long jobs take: milliseconds, or milliseconds by tier, or `'realistic'`; default 0. */
  readonly jobDelay?: JobDelay | undefined
  /**
   * The hour, 0–23 UTC, as of which each vault that was written to has an inventory every day; default none: then they
   * are taken by `inventoryInterval`. Not together with that.
   */
  readonly inventoryHour?: number | undefined
  /**
   * Expedited retrievals that may be started within five minutes without provisioned capacity; default no limit. 0: none.
   */
  readonly expeditedCapacity?: number | undefined
  /** Archive retrievals that may be started within a day; default no limit. The service's quota is 35 for each PiB. */
  readonly retrievalsPerDay?: number | undefined
  /** How many requests are carried out, all together or of an operation; default no limit. */
  readonly throttle?: RequestBudget | readonly RequestBudget[] | undefined
}

/** The rules of {@link RealismOptions}. */
export const REALISM: Readonly<Record<keyof RealismOptions, Rule>> = {
  jobDelay: JOB_DELAY,
  inventoryHour: wholeNumber(0, 23),
  expeditedCapacity: wholeNumber(0),
  retrievalsPerDay: wholeNumber(0),
  throttle: THROTTLE,
}

/** {@link RealismOptions} with their defaults. */
export interface Realism {
  readonly jobDelay: JobDelay
  readonly inventorySchedule: InventorySchedule
  /** `Infinity` is no limit. */
  readonly expeditedCapacity: number
  /** `Infinity` is no limit. */
  readonly retrievalsPerDay: number
  readonly budgets: readonly RequestBudget[]
}

/**
 * Options that have been checked, with their defaults.
 *
 * @throws {RangeError} both `inventoryHour` and `inventoryInterval`
 */
export function realismOf({
  jobDelay = 0,
  inventoryHour,
  inventoryInterval,
  expeditedCapacity = Infinity,
  retrievalsPerDay = Infinity,
  throttle = [],
}: RealismOptions & { readonly inventoryInterval?: number | undefined }): Realism {
  if (inventoryHour !== undefined && inventoryInterval !== undefined) {
    throw new RangeError(
      'inventoryHour and inventoryInterval of startLocalVault are two schedules of inventories: give one of them.',
    )
  }
  const inventorySchedule =
    inventoryHour === undefined ? atIntervals(inventoryInterval ?? DAY_MS) : nightly(inventoryHour)
  return { jobDelay, inventorySchedule, expeditedCapacity, retrievalsPerDay, budgets: [throttle].flat() }
}
