/** The range of a job's output that is handed on. */
import { rangeWithin, toInclusive, type ByteRange } from '../byte-range.js'
import { SizeMismatchError } from '../errors.js'
import type { Job } from '../store/retrieval-store.js'
import type { JobPlan } from './retrieval-plan.js'

/**
 * Maps the requested range of an archive to the output of a job.
 *
 * @returns the range within the output; `undefined` if the whole output is handed on
 * @throws {SizeMismatchError} `ERR_SIZE_MISMATCH`: the range was planned with a size that the archive does not have
 * @throws {RangeError} the job that was given retrieves another range
 */
export function requestedRangeOf(plan: JobPlan, job: Job): ByteRange | undefined {
  const { requestedRange, archiveSize } = plan
  if (!requestedRange) return undefined
  const { jobId, archiveSize: found = 0, range = requestedRange } = job
  if (archiveSize !== undefined && found !== archiveSize)
    throw new SizeMismatchError(`The archive of job ${jobId}`, archiveSize, found)
  const isSame = range.start === requestedRange.start && range.end === requestedRange.end
  if (plan.jobId !== undefined && !isSame)
    throw new RangeError(
      `range must be the range of the job ${jobId}, bytes ${toInclusive(range)} of the archive, ` +
        `not bytes ${toInclusive(requestedRange)}.`,
    )
  return rangeWithin(requestedRange, range)
}
