/**
 * A plan that is completed by what the store says of the archives, before a job is started: their sizes, hashes and parts.
 * A range outside an archive, and a memory that is too small for its parts, are errors before a job costs money.
 */
import { UnverifiableError } from '../errors.js'
import type { DescribedArchive, RetrievalStore } from '../store/retrieval-store.js'
import type { Retry } from '../transfer/retry.js'
import { assertKnownContent } from './known-content.js'
import { planRanges, type ArchiveJobPlan, type JobPlan, type RetrievalPlan } from './retrieval-plan.js'
import { totalSizeOf } from './retrieval-target.js'

/** The dependencies of {@link describedPlan}. */
export interface DescriptionContext {
  readonly store: Pick<RetrievalStore, 'describeArchive' | 'limits'>
  readonly retry: Retry
  readonly signal: AbortSignal | undefined
  /** Whether an archive is accepted whose bytes can only be verified when all have arrived; default false. */
  readonly checkLate?: boolean | undefined
}

/**
 * Completes a plan. A plan that is complete, or whose store cannot describe archives, is returned as it is.
 *
 * @throws {RangeError} the range ends behind the archive, or the memory does not hold four of the largest part
 * @throws {SizeMismatchError} `ERR_SIZE_MISMATCH`: an archive has another size than the caller knows
 * @throws {HashMismatchError} `ERR_HASH_MISMATCH`: an archive has another hash than the caller knows
 * @throws {UnverifiableError} `ERR_UNVERIFIABLE`: the parts of an archive have no hashes, and not all of it is retrieved, its
 *   bytes are handed on as they arrive, or the caller knows its hash by another algorithm
 * @throws {ServiceError} an archive could not be described
 */
export async function describedPlan(
  plan: RetrievalPlan,
  { store, retry, signal, checkLate = false }: DescriptionContext,
): Promise<RetrievalPlan> {
  const describe = store.describeArchive?.bind(store)
  if (!describe || plan.jobs.every(isDescribed)) return plan
  const jobs: ArchiveJobPlan[] = []
  for (const job of plan.jobs) {
    if (job.archiveId === undefined) return plan // a job of which only the ID is known
    const { archiveId, hash } = job
    const request = { archiveId, hash, signal }
    const described = describedJob(job, await retry.run(() => describe(request), signal))
    assertCheckable(described, checkLate)
    jobs.push(described)
  }
  const rangeSize = largestPartOf(jobs) ?? plan.options.rangeSize
  const totalBytes = plan.totalBytes ?? totalSizeOf(jobs)
  return { ...plan, ...planRanges({ ...plan.options, rangeSize }, store.limits), jobs, totalBytes }
}

function isDescribed({ parts, beginHash }: JobPlan): boolean {
  return parts !== undefined || beginHash !== undefined
}

/** A job of an archive that is described. */
function describedJob(
  job: ArchiveJobPlan,
  { size, hash, parts, beginHash }: DescribedArchive,
): ArchiveJobPlan {
  const { archiveId, requestedRange } = job
  // The hash of all bytes is of another kind than that of the parts, which the caller knows: the two cannot be compared.
  const isOtherKind = beginHash !== undefined && job.hash !== undefined && job.hash !== hash
  const known = isOtherKind ? { ...job, hash: undefined } : job
  assertKnownContent(`archive ${archiveId}`, known, { size, hash })
  if (isOtherKind)
    throw new UnverifiableError(
      archiveId,
      'has no SHA-256 of its parts, and its other hash cannot be compared with the one that is known',
    )
  if (requestedRange && requestedRange.end > size)
    throw new RangeError(
      `The range must end within the archive of ${size} bytes, not at ${requestedRange.end}.`,
    )
  return { ...job, archiveSize: size, hash, ...(beginHash ? { beginHash } : { parts }) }
}

/** @throws {UnverifiableError} `ERR_UNVERIFIABLE`: the bytes could not be verified before they are handed on, or not at all */
function assertCheckable(
  { archiveId, archiveSize, requestedRange, beginHash }: ArchiveJobPlan,
  checkLate: boolean,
): void {
  if (!beginHash) return
  const { start, end } = requestedRange ?? { start: 0, end: archiveSize }
  const isWhole = start === 0 && end === archiveSize
  if (isWhole && checkLate) return
  const what = `has no SHA-256 of its parts${isWhole ? '' : ', and only a range of it was requested'}`
  throw new UnverifiableError(archiveId, what, { isCheckedLate: true })
}

/** Bytes of the largest part; `undefined` if no archive has parts with hashes. */
function largestPartOf(jobs: readonly ArchiveJobPlan[]): number | undefined {
  let largest = 0
  for (const { parts = [] } of jobs)
    for (const { start, end } of parts) largest = Math.max(largest, end - start)
  return largest === 0 ? undefined : largest
}
