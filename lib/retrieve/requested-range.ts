/** The range of a job's output that is handed on. */
import { rangeWithin, toInclusive, type ByteRange } from '../byte-range.js'
import { SizeMismatchError } from '../errors.js'
import type { Job } from '../store/retrieval-store.js'
import type { JobPlan } from './retrieval-plan.js'

/**
 * Checks that a job retrieves what was planned. A job that was found or started does; one that was given by its ID may
 * retrieve another archive, or another range.
 *
 * @throws {RangeError} the job retrieves another archive, another range of it, or an inventory
 */
export function assertPlanned({ archiveId, range: planned }: JobPlan, job: Job): void {
  if (archiveId === undefined) return // only the ID of the job is known
  const { jobId, archiveSize: end = 0 } = job
  if (job.archiveId !== archiveId)
    throw new RangeError(
      `jobId must be the ID of a job for the archive ${archiveId}: the job ${jobId} retrieves ` +
        `${job.archiveId === undefined ? 'an inventory' : `the archive ${job.archiveId}`}.`,
    )
  const expected = planned ?? { start: 0, end }
  const { range = expected } = job
  if (range.start === expected.start && range.end === expected.end) return
  throw new RangeError(
    `range must be the range of the job ${jobId}, bytes ${toInclusive(range)} of the archive, ` +
      `not ${planned ? `bytes ${toInclusive(planned)}` : 'the whole archive'}.`,
  )
}

/**
 * Maps the requested range of an archive to the output of a job.
 *
 * @returns the range within the output; `undefined` if the whole output is handed on
 * @throws {SizeMismatchError} `ERR_SIZE_MISMATCH`: the range was planned with a size that the archive does not have
 */
export function requestedRangeOf(plan: JobPlan, job: Job): ByteRange | undefined {
  const { requestedRange, archiveSize } = plan
  if (!requestedRange) return undefined
  const { jobId, archiveSize: found = 0, range = requestedRange } = job
  if (archiveSize !== undefined && found !== archiveSize)
    throw new SizeMismatchError(`The archive of job ${jobId}`, archiveSize, found)
  return rangeWithin(requestedRange, range)
}
