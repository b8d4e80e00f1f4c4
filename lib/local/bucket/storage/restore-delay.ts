/** How long it takes to restore an archived object: one time for all, or one for each tier. */
import { isNumber } from '../../../options/rules.js'
import { isObject, nested, rule, type Rule, type RulesOf } from '../../../options/check-options.js'
import { HOUR_MS, MINUTE_MS } from '../../service/durations.js'
import { DURATION } from '../../service/option-rules.js'
import type { ArchiveClass } from '../service/storage-classes.js'

/** The tiers of a restore. */
export const RESTORE_TIERS = ['Expedited', 'Standard', 'Bulk'] as const

/** A tier of a restore. */
export type RestoreTier = (typeof RESTORE_TIERS)[number]

/** The duration of restores in milliseconds, by tier; default 0. */
export interface RestoreDelays {
  /** The tier Expedited, of GLACIER only. */
  readonly expedited?: number | undefined
  /** The tier Standard. */
  readonly standard?: number | undefined
  /** The tier Bulk. */
  readonly bulk?: number | undefined
}

/**
 * The duration of restores: milliseconds for all of them, {@link RestoreDelays}, or `'realistic'`. That is 3 minutes, 4 hours and
 * 8.5 hours for GLACIER, and 12 hours and 48 hours for DEEP_ARCHIVE.
 */
export type RestoreDelay = number | 'realistic' | RestoreDelays

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects-retrieval-options.html, the middle of each range. */
const REALISTIC: Readonly<Record<ArchiveClass, Readonly<Record<RestoreTier, number>>>> = {
  GLACIER: { Expedited: 3 * MINUTE_MS, Standard: 4 * HOUR_MS, Bulk: 8.5 * HOUR_MS },
  DEEP_ARCHIVE: { Expedited: 12 * HOUR_MS, Standard: 12 * HOUR_MS, Bulk: 48 * HOUR_MS },
}

const BY_TIER: Rule = nested({
  expedited: DURATION,
  standard: DURATION,
  bulk: DURATION,
} satisfies RulesOf<RestoreDelays>)

const REALISTIC_NAME: Rule = rule(
  "a number of milliseconds from 0 up, an object with such numbers by tier, or 'realistic'",
  (value): value is 'realistic' => value === 'realistic',
)

/** The rule of a {@link RestoreDelay}. */
export const RESTORE_DELAY: Rule = (value, name, caller) => {
  if (isNumber(value)) DURATION(value, name, caller)
  else if (isObject(value)) BY_TIER(value, name, caller)
  else REALISTIC_NAME(value, name, caller)
}

/** The duration of a restore, in milliseconds. */
export function delayOf(delay: RestoreDelay, storageClass: ArchiveClass, tier: RestoreTier): number {
  if (delay === 'realistic') return REALISTIC[storageClass][tier]
  if (isNumber(delay)) return delay
  const { expedited = 0, standard = 0, bulk = 0 } = delay
  return { Expedited: expedited, Standard: standard, Bulk: bulk }[tier]
}
