/**
 * How much the data retrieval policy lets be retrieved (protocol.md 1.9): of Standard retrievals only.
 *
 * - BytesPerHour: what was asked for within the last hour, with what is asked for now, is at most that.
 * - FreeTier: the same with a day, and a thirtieth of the 10 GiB a month that are free. No document says how the
 *   service counts; this is our choice.
 */
import { DAY } from '../ground.js'
import { policyEnforced } from '../service-fault.js'
import type { Stores } from '../storage/stores.js'

const HOUR = 3_600_000
const FREE_A_DAY = (10 * 1024 ** 3) / 30

/**
 * Throws unless so many bytes more may be retrieved.
 *
 * @throws {ServiceFault} 400 `PolicyEnforcedException`: they may not
 */
export async function assertWithinQuota({ account, vaults, jobs, now }: Stores, size: number): Promise<void> {
  const { Strategy, BytesPerHour } = await account.retrievalRule()
  if (Strategy === 'None') return
  const [span, most] = BytesPerHour === null ? [DAY, FREE_A_DAY] : [HOUR, BytesPerHour]
  let asked = size
  for (const { name } of await vaults.list()) {
    for (const job of await jobs.list(name)) {
      if (job.action !== 'ArchiveRetrieval' || job.tier !== 'Standard') continue
      if (now() - Date.parse(job.creationDate) < span) asked += job.end - job.start
    }
  }
  if (asked > most) throw policyEnforced()
}
