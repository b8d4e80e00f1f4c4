/**
 * Reads the output of a job in order. Each range is verified before it is handed on, and several are fetched at once.
 *
 * - Each range has a hash. An archive whose parts are known is fetched part by part. Any other output is divided into ranges
 *   that are a power of two MiB long and start at a multiple of their length, for which the service states a hash.
 * - If the whole output is read, the last range is held until the hashes of all ranges together give the hash of the output.
 *   Of parts, only those are fetched that are needed: their hashes together have given that of the archive already.
 * - An archive that has only a hash of all its bytes is divided as well. Its ranges are handed on as they arrive, and the last
 *   one is held until all bytes have given the hash: the caller has agreed to that, or keeps them to itself until then.
 * - If the service loses the job meanwhile, another job takes its place, and only the missing ranges are fetched from it.
 */
import { rangesOf, rangeWithin, type ByteRange } from '../byte-range.js'
import { NotFoundError, HashMismatchError } from '../errors.js'
import type { ListedPart } from '../store/archive-store.js'
import type { ByteHasher } from '../store/hash-scheme.js'
import type { Job } from '../store/retrieval-store.js'
import { sliceChunks } from './chunk-slices.js'
import { expectedOutputOf, type ExpectedOutput } from './expected-output.js'
import { fetchRange, fetchUnverified, type FetchContext, type FetchedBytes } from './fetch-range.js'
import { assertUsed } from './held-archives.js'
import type { JobSchedule } from './jobs/job-schedule.js'
import type { RetrievalJob } from './jobs/retrieval-job.js'
import type { RangePlan } from './retrieval-plan.js'
import type { VerifiedRange } from './verified-range.js'

const NOTHING: ByteRange = { start: 0, end: 0 }

/** The dependencies of reading outputs. */
export interface OutputContext extends FetchContext {
  readonly signal: AbortSignal
  /** Ends all requests, through the signal. */
  readonly abort: () => void
  readonly plan: RangePlan
  /** Notes the ranges that have been read, so that further jobs are started. */
  readonly schedule: JobSchedule
  /** Ranges that the caller already has, in order from the start of the stream. They are removed when they are used. */
  readonly held: VerifiedRange[]
}

/** The output to read. */
export interface PlannedOutput {
  readonly job: RetrievalJob
  /** The job as it was described when its output was ready. */
  readonly ready: Job
  /** The position in the stream at which the output begins. */
  readonly offset: number
  /** The range of the output to hand on; `undefined` for the whole output. */
  readonly requestedRange: ByteRange | undefined
  /** The parts of the archive, if they are known. The output is the whole archive then. */
  readonly parts: readonly ListedPart[] | undefined
  /** Begins the hash of all bytes, for an archive whose parts have none. The whole output is handed on then. */
  readonly beginHash?: (() => ByteHasher) | undefined
}

/** Bytes that are handed on. */
export interface OutputBytes extends FetchedBytes {
  /** The hash of the range as it was fetched; `undefined` if it has none, and is verified with all others. */
  readonly hash: string | undefined
}

/** A range to fetch. */
interface OutputRange extends ByteRange {
  /** Its hash, if it is known before it is fetched. */
  readonly hash?: string | undefined
}

/** Yields the requested bytes of an output in order, with the hashes of the ranges in which they were fetched. */
export async function* verifiedOutput(
  { job, ready, offset, requestedRange, parts, beginHash }: PlannedOutput,
  context: OutputContext,
): AsyncGenerator<OutputBytes, void, undefined> {
  const { store, signal, abort, plan, schedule, progress, held } = context
  const output = expectedOutputOf(ready)
  const requested = requestedRange ?? { start: 0, end: output.size }
  const current = new CurrentJob(job, ready)
  const needed = parts?.filter((part) => rangeWithin(requested, part) !== undefined)
  const ranges = needed?.values() ?? outputRanges(output, plan.rangeSize)
  const isWhole = needed?.length === parts?.length // a part without bytes is not needed
  const hashes = store.hashes.combine()
  const whole = beginHash?.()
  if (whole) assertUsed(held) // its hash needs all bytes
  const fetches: Promise<OutputBytes>[] = []
  let position = needed?.[0]?.start ?? 0
  const fetch = async (range: OutputRange): Promise<OutputBytes> => {
    const fetched = await current.fetch(async ({ jobId, archiveSize }) => {
      // Which total size the service states for the output of a part of an archive is not documented.
      const outputSize = output.size === archiveSize ? output.size : undefined
      const { start, end, hash } = range
      const request = { signal, jobId, range: { start, end }, outputSize }
      return whole
        ? { ...(await fetchUnverified(context, request)), hash: undefined }
        : fetchRange(context, request, hash)
    })
    const { start, end } = rangeWithin(requested, range) ?? NOTHING
    progress.partDone(end - start, false)
    return fetched
  }
  const fetchNext = (): void => {
    for (let next = ranges.next(); !next.done; next = ranges.next()) {
      const range: OutputRange = next.value
      const known = takeHeld(held, range, offset)
      if (!known) {
        const fetched = fetch(range)
        fetched.catch(() => undefined) // reported when its turn comes
        fetches.push(fetched)
        return
      }
      hashes.push(known.hash)
      position = range.end
      progress.partDone(range.end - range.start, true)
      schedule.progressed(position, 0)
    }
  }
  const assertOutput = (): void => {
    if (isWhole) assertWhole((whole ?? hashes).digest(), ready.jobId, output)
  }
  const fail = (error: unknown): never => {
    abort() // requests that are still being repeated must not delay the error
    throw error
  }
  try {
    for (let i = 0; i < plan.concurrency; i++) fetchNext()
    if (fetches.length === 0) assertOutput()
    for (let fetched = fetches.shift(); fetched; fetched = fetches.shift()) {
      const { chunks, size, hash } = await fetched.catch(fail)
      fetchNext()
      if (hash !== undefined) hashes.push(hash)
      if (whole) for (const chunk of chunks) whole.update(chunk)
      if (fetches.length === 0) assertOutput()
      const slice = rangeWithin(requested, { start: position, end: position + size })
      position += size
      schedule.progressed(position, size)
      if (slice) yield sliceOf(chunks, slice, hash)
    }
  } finally {
    await Promise.allSettled(fetches) // if the reading ends early, they have been aborted
  }
}

/** Divides an output into ranges. A range that is the whole output has its hash. */
function* outputRanges(
  { size, hash }: ExpectedOutput,
  rangeSize: number,
): Generator<OutputRange, void, undefined> {
  for (const range of rangesOf(size, rangeSize))
    yield { ...range, hash: range.end - range.start === size ? hash : undefined }
}

/** The job from which ranges are fetched: the one that was ready, or one that has taken its place. */
class CurrentJob {
  readonly #job: RetrievalJob
  #ready: Promise<Job>

  constructor(job: RetrievalJob, ready: Job) {
    this.#job = job
    this.#ready = Promise.resolve(ready)
  }

  /** Fetches from the job, or from the next job if the service no longer has it. */
  async fetch<T>(attempt: (ready: Job) => Promise<T>): Promise<T> {
    for (;;) {
      const used = this.#ready
      const ready = await used // rejects if the job could not be renewed
      try {
        return await attempt(ready)
      } catch (error) {
        if (!(error instanceof NotFoundError)) throw error
        if (this.#ready !== used) continue // the fetch of another range has renewed the job already
        this.#ready = this.#job.renew(ready, error)
        this.#ready.catch(() => undefined) // reported to each fetch that awaits it
      }
    }
  }
}

function sliceOf(
  chunks: readonly Uint8Array[],
  { start, end }: ByteRange,
  hash: string | undefined,
): OutputBytes {
  return { chunks: [...sliceChunks(chunks, start, end)], size: end - start, hash }
}

/**
 * Takes the held range that is exactly this range; `undefined` if there are no more held ranges.
 *
 * @throws {HashMismatchError} `ERR_HASH_MISMATCH`: the next held range is another, or has another hash
 */
function takeHeld(
  held: VerifiedRange[],
  { start, end, hash }: OutputRange,
  offset: number,
): VerifiedRange | undefined {
  const [first] = held
  const isSame = first?.start === offset + start && first.end === offset + end
  if (isSame && (hash === undefined || hash === first.hash)) return held.shift()
  assertUsed(held)
  return undefined
}

/** Compares the hash of all ranges with that of the output: each range alone was what the service stated. */
function assertWhole(found: string, jobId: string, { hash }: ExpectedOutput): void {
  if (found === hash) return
  throw new HashMismatchError('archive', `the archive of job ${jobId}`, hash, found)
}
