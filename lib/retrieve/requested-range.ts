/** The range of a job's output that is handed on. */
import { rangeWithin, toInclusive, type ByteRange } from '../byte-range.js'
import type { Job } from '../store/retrieval-store.js'
import { assertKnownContent } from './known-content.js'
import type { JobPlan } from './retrieval-plan.js'

/**
 * Checks that a job retrieves what was planned. A job that was found or started does; one that was given by its ID may
 * retrieve another archive, or another range. The archive must have the hash and size that the caller knows: a service
 * that returns other bytes states their hash, and the bytes would match it.
 *
 * @throws {RangeError} the job retrieves another archive, another range of it, or an inventory
 * @throws {HashMismatchError} `ERR_HASH_MISMATCH`: the archive has another hash than the caller knows
 * @throws {SizeMismatchError} `ERR_SIZE_MISMATCH`: the archive has another size than the caller knows
 */
export function assertPlanned(plan: JobPlan, job: Job): void {
  const { archiveId, range: planned } = plan
  if (archiveId === undefined) return // only the ID of the job is known
  const { jobId, archiveSize: end = 0 } = job
  if (job.archiveId !== archiveId)
    throw new RangeError(
      `jobId must be the ID of a job for the archive ${archiveId}: the job ${jobId} retrieves ` +
        `${job.archiveId === undefined ? 'an inventory' : `the archive ${job.archiveId}`}.`,
    )
  const { archiveSize: size = 0, archiveHash: hash } = job
  assertKnownContent(`archive of job ${jobId}`, plan, { size, hash })
  const expected = planned ?? { start: 0, end }
  const { range = expected } = job
  if (range.start === expected.start && range.end === expected.end) return
  throw new RangeError(
    `range must be the range of the job ${jobId}, bytes ${toInclusive(range)} of the archive, ` +
      `not ${planned ? `bytes ${toInclusive(planned)}` : 'the whole archive'}.`,
  )
}

/** Maps the requested range of an archive to the output of a job; `undefined` if the whole output is handed on. */
export function requestedRangeOf({ requestedRange }: JobPlan, job: Job): ByteRange | undefined {
  if (!requestedRange) return undefined
  const { range = requestedRange } = job
  return rangeWithin(requestedRange, range)
}
