/** The options that make a local vault as slow and as limited as the service. All are off by default. */
import { wholeNumber } from '../../options/rules.js'
import type { Rule } from '../../options/check-options.js'
import { DAY_MS } from '../service/durations.js'
import { atIntervals, type InventorySchedule, nightly } from './inventory-schedule.js'
import { JOB_DELAY, type JobDelay } from './job-delay.js'
import { type RequestBudget, THROTTLE } from './throttle.js'

/** Options of {@link startLocalVault} about delays and limits. All of them follow the vault's clock. */
export interface RealismOptions {
  /** The duration of jobs: milliseconds, or milliseconds by tier, or `'realistic'`; default 0. */
  readonly jobDelay?: JobDelay | undefined
  /**
   * The hour, 0–23 UTC, that the daily inventory of a vault describes; default none: inventories are taken by
   * `inventoryInterval`. Not together with that option.
   */
  readonly inventoryHour?: number | undefined
  /**
   * The maximum number of Expedited retrievals that can be started within five minutes without provisioned capacity, from
   * 0 up; default no limit.
   */
  readonly expeditedCapacity?: number | undefined
  /** The maximum number of archive retrievals that can be started within a day; default no limit. */
  readonly retrievalsPerDay?: number | undefined
  /** Budgets of requests, for all operations or for one; default no limit. */
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
 * The options with their defaults, after they have been checked.
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
