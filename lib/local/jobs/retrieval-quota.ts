/**
 * How much the data retrieval policy lets be retrieved (docs/glacier-protocol.md#retrieval-policy): of Standard
 * retrievals only.
 *
 * - BytesPerHour: what was asked for within the last hour, with what is asked for now, is at most that.
 * - FreeTier: the same with a day, and a thirtieth of the 10 GiB a month that are free. No document says how the
 *   service counts; this is our choice.
 */

import { DAY_MS, HOUR_MS } from '../service/durations.js'
import { policyEnforced } from '../service/api-error.js'
import type { RetrievalRule } from '../records/account-record.js'
import type { ArchiveJob } from '../records/job-record.js'
const FREE_BYTES_PER_DAY = (10 * 1024 ** 3) / 30

/**
 * Throws unless so many bytes more may be retrieved.
 *
 * @param started - the archive retrievals of a day, of all tiers
 * @param now - milliseconds
 * @throws {ApiError} 400 `PolicyEnforcedException`: they may not
 */
export function assertWithinQuota(
  { Strategy, BytesPerHour }: RetrievalRule,
  size: number,
  started: readonly ArchiveJob[],
  now: number,
): void {
  if (Strategy === 'None') return
  const [span, most] = BytesPerHour === null ? [DAY_MS, FREE_BYTES_PER_DAY] : [HOUR_MS, BytesPerHour]
  let asked = size
  for (const job of started) {
    if (job.tier === 'Standard' && now - Date.parse(job.creationDate) < span) asked += job.end - job.start
  }
  if (asked > most) throw policyEnforced()
}
