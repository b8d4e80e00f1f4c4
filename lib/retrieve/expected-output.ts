/** The size and hash that the output of a job must have. */
import { SizeMismatchError } from '../errors.js'
import type { Job } from '../store/retrieval-store.js'

/** The size and hash of a job's output, as the service describes them. */
export interface ExpectedOutput {
  /** Number of bytes. */
  readonly size: number
  /** `undefined` if the service states none. */
  readonly hash: string | undefined
}

/**
 * Reads the size and hash of a job's output from its description.
 *
 * @throws {SizeMismatchError} `ERR_SIZE_MISMATCH`: the service states no size, or a size of 0 bytes
 */
export function expectedOutputOf(job: Job): ExpectedOutput {
  const { jobId, range, archiveSize = 0, archiveHash, hash } = job
  const size = range ? range.end - range.start : archiveSize
  if (size > 0) return { size, hash: size === archiveSize ? archiveHash : hash }
  throw new SizeMismatchError(`The archive of job ${jobId}, as the service describes it`, 1, size)
}
