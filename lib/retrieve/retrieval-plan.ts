/**
 * The plan of a retrieval: the jobs, the ranges that are fetched of their outputs, and the memory. It is made from the
 * options alone, before anything is requested. A store that can describe archives completes it (`described-plan.ts`).
 */
import { rangeWithin, type ByteRange } from '../byte-range.js'
import { MIB } from '../sizes.js'
import type { ListedPart } from '../store/archive-store.js'
import type { ByteHasher } from '../store/hash-scheme.js'
import type { StoreLimits } from '../store/limits.js'
import type { RetrievalStore, Tier } from '../store/retrieval-store.js'
import { planMemory, type MemoryOptions } from '../transfer/memory-plan.js'
import { archivesOf, totalSizeOf, type KnownArchive, type RetrievalTarget } from './retrieval-target.js'
import type { VerifiedRange } from './verified-range.js'

/** Bytes in each request, unless an option or the memory says otherwise. */
const DEFAULT_RANGE_SIZE = 16 * MIB

/** The options that decide how the output of a job is divided into requests. */
export interface RangeOptions extends MemoryOptions {
  /** Bytes in each request: 1 MiB × 2ⁿ. Defaults to 16 MiB, or a quarter of the memory if that is less. */
  readonly rangeSize?: number | undefined
}

/** The options that decide on a plan. */
export interface RetrievalPlanOptions extends RetrievalTarget, RangeOptions {
  /** A job that retrieves exactly this archive, or exactly this range of it. */
  readonly jobId?: string | undefined
}

/** The facts of a store that a plan depends on. */
export type RetrievalRules = Pick<RetrievalStore, 'limits' | 'jobRanges'>

/** The division of a job's output into requests. */
export interface RangePlan {
  /** The options that it is made from. */
  readonly options: RangeOptions
  /** Bytes in each request. */
  readonly rangeSize: number
  /** Maximum number of bytes held in memory. */
  readonly memory: number
  /** Maximum number of requests at once. */
  readonly concurrency: number
}

/** A job that retrieves an archive, or a range of it. */
export interface ArchiveJobPlan extends KnownArchive {
  /** The ID of an existing job, which is used first; `undefined` if a job is found or started. */
  readonly jobId?: string | undefined
  /** The range of the archive that the job retrieves; `undefined` for the whole archive. */
  readonly range?: ByteRange | undefined
  /** The parts of the archive, which are fetched one by one; `undefined` for ranges of the plan's own size. */
  readonly parts?: readonly ListedPart[] | undefined
  /** Begins the hash of all bytes of an archive whose parts have none; `undefined` for any other archive. */
  readonly beginHash?: (() => ByteHasher) | undefined
  /** The range of the archive to hand on; `undefined` for all that the job retrieves. */
  readonly requestedRange?: ByteRange | undefined
  /** Retrieval speed and cost; `undefined` for the service's default. */
  readonly tier?: Tier | undefined
}

/** A finished job of which only the ID is known. It is not started again. */
export interface FinishedJobPlan {
  /** The ID of the job. */
  readonly jobId: string
  /** Unknown before the job has been described. */
  readonly archiveId?: undefined
  /** Unknown before the job has been described. */
  readonly archiveSize?: undefined
  /** Unknown before the job has been described. */
  readonly hash?: undefined
  /** Unknown before the job has been described. */
  readonly range?: undefined
  /** The output is divided into ranges. */
  readonly parts?: undefined
  /** The service states a hash of each range. */
  readonly beginHash?: undefined
  /** The whole output is handed on. */
  readonly requestedRange?: undefined
  /** The job has been started already. */
  readonly tier?: undefined
}

/** One job of a retrieval. */
export type JobPlan = ArchiveJobPlan | FinishedJobPlan

/** The plan of a retrieval. */
export interface RetrievalPlan extends RangePlan {
  /** Bytes of the stream; `undefined` if they are not known before the jobs have finished. */
  readonly totalBytes: number | undefined
  /** The jobs whose outputs are read, in the order of the stream. */
  readonly jobs: readonly JobPlan[]
  /** The position in the stream at which the output of the first job begins. */
  readonly start: number
  /** Ranges that the caller already has, in order from the start of the stream. They are not fetched. */
  readonly held: readonly VerifiedRange[]
}

/**
 * Plans a retrieval.
 *
 * @throws {RangeError} a range outside the archives, a range of several archives whose sizes are not given, a job for
 *   several archives, or a memory that is too small for the range size
 */
export function planRetrieval(options: RetrievalPlanOptions, rules: RetrievalRules): RetrievalPlan {
  const { range, jobId } = options
  const archives = archivesOf(options)
  if (jobId !== undefined && archives.length > 1)
    throw new RangeError(`jobId must be used with one archive, not with ${archives.length}.`)
  return {
    ...planRanges(options, rules.limits),
    totalBytes: range ? range.end - range.start : totalSizeOf(archives),
    jobs: planJobs(options, archives, rules),
    start: 0,
    held: [],
  }
}

/** Plans the reading of a finished job's output, of which only the ID is known. */
export function planJobOutput(jobId: string, options: RangeOptions, limits: StoreLimits): RetrievalPlan {
  return { ...planRanges(options, limits), totalBytes: undefined, jobs: [{ jobId }], start: 0, held: [] }
}

/**
 * Divides the memory among ranges.
 *
 * @param earlierSize - the range size of an earlier run, which is used unless the options have one
 * @throws {RangeError} a memory that is too small for the range size
 */
export function planRanges(options: RangeOptions, limits: StoreLimits, earlierSize?: number): RangePlan {
  const defaultSize = Math.min(Math.max(DEFAULT_RANGE_SIZE, limits.minPartSize), limits.maxPartSize)
  const { rangeSize, memory, concurrency } = options
  const plan = planMemory(rangeSize ?? earlierSize, defaultSize, options)
  return {
    options: { rangeSize, memory, concurrency },
    rangeSize: plan.pieceSize,
    memory: plan.memory,
    concurrency: plan.concurrency,
  }
}

/** The bytes of a job's output; `undefined` if they are unknown. */
export function outputSizeOf({ range, archiveSize }: JobPlan): number | undefined {
  return range ? range.end - range.start : archiveSize
}

function planJobs(
  { range, tier, jobId }: RetrievalPlanOptions,
  archives: readonly KnownArchive[],
  rules: RetrievalRules,
): ArchiveJobPlan[] {
  if (!range) return archives.map((archive) => ({ ...archive, tier, jobId }))
  assertWithin(range, archives)
  if (jobId !== undefined)
    return archives.map((archive) => ({ ...archive, range, requestedRange: range, tier, jobId }))
  const jobs: ArchiveJobPlan[] = []
  let position = 0
  for (const { archiveId, archiveSize, hash } of archives) {
    const archiveRange = { start: position, end: position + (archiveSize ?? Infinity) }
    position += archiveSize ?? 0
    const requestedRange = rangeWithin(range, archiveRange)
    if (!requestedRange) continue
    const ranges = rules.jobRanges(requestedRange, archiveSize) ?? [undefined]
    for (const range of ranges) jobs.push({ archiveId, archiveSize, hash, range, requestedRange, tier })
  }
  return jobs
}

function assertWithin({ start, end }: ByteRange, archives: readonly KnownArchive[]): void {
  const size = totalSizeOf(archives)
  if (size === undefined && archives.length > 1)
    throw new RangeError('A range of several archives requires the size of each: pass archiveSizes.')
  if (size === undefined || end <= size) return
  throw new RangeError(
    `The range must end within the archive of ${size} bytes, not go from ${start} to ${end}.`,
  )
}
