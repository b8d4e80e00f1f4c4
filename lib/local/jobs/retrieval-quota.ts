/**
 * The quota of the data retrieval policy (docs/glacier-protocol.md#retrieval-policy), which applies to Standard retrievals
 * only.
 *
 * - BytesPerHour: the bytes requested within the last hour, including the new request, are at most that.
 * - FreeTier: the same with a day, and a thirtieth of the 10 GiB per month that are free. How the service counts is not
 *   documented; this is our choice.
 */

import { DAY_MS, HOUR_MS } from '../service/durations.js'
import { policyEnforced } from '../service/api-error.js'
import type { RetrievalRule } from '../records/account-record.js'
import type { ArchiveJob } from '../records/job-record.js'
const FREE_BYTES_PER_DAY = (10 * 1024 ** 3) / 30

/**
 * Asserts that a retrieval is within the quota.
 *
 * @param size - bytes to retrieve
 * @param started - the archive retrievals of the last day, of all tiers
 * @param now - the time, in milliseconds
 * @throws {ApiError} 400 `PolicyEnforcedException`: it is not
 */
export function assertWithinQuota(
  { Strategy, BytesPerHour }: RetrievalRule,
  size: number,
  started: readonly ArchiveJob[],
  now: number,
): void {
  if (Strategy === 'None') return
  const [spanMs, maxBytes] = BytesPerHour === null ? [DAY_MS, FREE_BYTES_PER_DAY] : [HOUR_MS, BytesPerHour]
  let requested = size
  for (const job of started) {
    if (job.tier === 'Standard' && now - Date.parse(job.creationDate) < spanMs)
      requested += job.end - job.start
  }
  if (requested > maxBytes) throw policyEnforced()
}
