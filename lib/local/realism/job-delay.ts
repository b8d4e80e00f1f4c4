/** The duration of jobs: one for all of them, or one for each tier. */
import { isNumber } from '../../options/rules.js'
import { isObject, nested, rule, type Rule, type RulesOf } from '../../options/check-options.js'
import { HOUR_MS, MINUTE_MS } from '../service/durations.js'
import { DURATION } from '../service/option-rules.js'

/** The duration of jobs in milliseconds, by the kind of job; default 0. */
export interface JobDelays {
  /** Archive retrievals of the tier Expedited; the service takes 1–5 minutes. */
  readonly expedited?: number | undefined
  /** Archive retrievals of the tier Standard; the service takes 3–5 hours. */
  readonly standard?: number | undefined
  /** Archive retrievals of the tier Bulk; the service takes 5–12 hours. */
  readonly bulk?: number | undefined
  /** Inventory retrievals; the service takes hours. */
  readonly inventory?: number | undefined
}

/**
 * The duration of jobs: milliseconds for all of them, {@link JobDelays}, or `'realistic'`: 3 minutes for Expedited,
 * 4 hours for Standard, 8.5 hours for Bulk and 4 hours for inventories.
 */
export type JobDelay = number | 'realistic' | JobDelays

/** The duration of each kind of job, in milliseconds. */
export type DelayOfEach = { readonly [K in keyof JobDelays]-?: number }

/** The middle of each documented range (docs/glacier-protocol.md#retrieval-tiers), so that every run is the same. */
const REALISTIC: DelayOfEach = {
  expedited: 3 * MINUTE_MS,
  standard: 4 * HOUR_MS,
  bulk: 8.5 * HOUR_MS,
  inventory: 4 * HOUR_MS,
}

const BY_TIER: Rule = nested({
  expedited: DURATION,
  standard: DURATION,
  bulk: DURATION,
  inventory: DURATION,
} satisfies RulesOf<JobDelays>)

const REALISTIC_NAME: Rule = rule(
  "a number of milliseconds from 0 up, an object with such numbers by tier, or 'realistic'",
  (value): value is 'realistic' => value === 'realistic',
)

/** The rule of a {@link JobDelay}. */
export const JOB_DELAY: Rule = (value, name, caller) => {
  if (isNumber(value)) DURATION(value, name, caller)
  else if (isObject(value)) BY_TIER(value, name, caller)
  else REALISTIC_NAME(value, name, caller)
}

/** The duration of each kind of job, in milliseconds. */
export function delayOfEach(delay: JobDelay): DelayOfEach {
  if (delay === 'realistic') return REALISTIC
  if (isNumber(delay)) return { expedited: delay, standard: delay, bulk: delay, inventory: delay }
  const { expedited = 0, standard = 0, bulk = 0, inventory = 0 } = delay
  return { expedited, standard, bulk, inventory }
}
