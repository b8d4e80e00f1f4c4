/** The time that a retrieval job takes (docs/glacier-protocol.md#retrieval-tiers). */
import type { Tier } from '../store/retrieval-store.js'

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000

/** The time from the start of a job to its output. */
export interface RetrievalTime {
  /** Milliseconds that a job of the tier takes at least, as a rule. */
  readonly minMs: number
  /** Milliseconds that a job of the tier takes at most, as a rule. Expedited takes longer for archives above 250 MB. */
  readonly maxMs: number
}

/** The time that the jobs of each tier take. */
export const RETRIEVAL_TIMES: Readonly<Record<Tier, RetrievalTime>> = {
  Expedited: { minMs: MINUTE_MS, maxMs: 5 * MINUTE_MS },
  Standard: { minMs: 3 * HOUR_MS, maxMs: 5 * HOUR_MS },
  Bulk: { minMs: 5 * HOUR_MS, maxMs: 12 * HOUR_MS },
}

/**
 * The time that the jobs of a tier take; `undefined` for a tier that is unknown or not stated.
 *
 * @param tier - as the service states it
 */
export function retrievalTimeOf(tier: string | undefined): RetrievalTime | undefined {
  return tier !== undefined && Object.hasOwn(RETRIEVAL_TIMES, tier)
    ? RETRIEVAL_TIMES[tier as Tier]
    : undefined
}
