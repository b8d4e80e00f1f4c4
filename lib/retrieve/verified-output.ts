/**
 * Reads the output of a job in order. Each range is verified before it is handed on, and several are fetched at once.
 *
 * - A range is a power of two MiB long and starts at a multiple of its length, so the service states a hash for each
 *   (docs/glacier-protocol.md#aligned-ranges). The last range is held until the hashes of all ranges together give the
 *   hash of the output.
 * - If the service loses the job meanwhile, another job takes its place, and only the missing ranges are fetched from it.
 */
import { rangesOf, rangeWithin, type ByteRange } from '../byte-range.js'
import { NotFoundError, HashMismatchError } from '../errors.js'
import type { Job } from '../store/retrieval-store.js'
import { NodeStack } from '../tree-hash/tree-hash.js'
import { sliceChunks } from './chunk-slices.js'
import { expectedOutputOf, type ExpectedOutput } from './expected-output.js'
import { fetchRange, type FetchContext, type VerifiedBytes } from './fetch-range.js'
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
}

/** Yields the requested bytes of an output in order, with the tree hashes of the ranges in which they were fetched. */
export async function* verifiedOutput(
  { job, ready, offset, requestedRange }: PlannedOutput,
  context: OutputContext,
): AsyncGenerator<VerifiedBytes, void, undefined> {
  const { signal, abort, plan, schedule, progress, held } = context
  const output = expectedOutputOf(ready)
  const requested = requestedRange ?? { start: 0, end: output.size }
  const current = new CurrentJob(job, ready)
  const ranges = rangesOf(output.size, plan.rangeSize)
  const nodes = new NodeStack()
  const fetches: Promise<VerifiedBytes>[] = []
  let position = 0
  const fetch = async (range: ByteRange): Promise<VerifiedBytes> => {
    const verified = await current.fetch(({ jobId, archiveSize }) => {
      // Which total size the service states for the output of a part of an archive is not documented.
      const outputSize = output.size === archiveSize ? output.size : undefined
      return fetchRange(context, { signal, jobId, range, outputSize }, output)
    })
    const { start, end } = rangeWithin(requested, range) ?? NOTHING
    progress.partDone(end - start, false)
    return verified
  }
  const fetchNext = (): void => {
    for (let next = ranges.next(); !next.done; next = ranges.next()) {
      const range = next.value
      const known = takeHeld(held, range, offset)
      if (!known) {
        const fetched = fetch(range)
        fetched.catch(() => undefined) // reported when its turn comes
        fetches.push(fetched)
        return
      }
      nodes.push(Buffer.from(known.treeHash, 'hex'))
      position = range.end
      progress.partDone(range.end - range.start, true)
      schedule.progressed(position, 0)
    }
  }
  const fail = (error: unknown): never => {
    abort() // requests that are still being repeated must not delay the error
    throw error
  }
  try {
    for (let i = 0; i < plan.concurrency; i++) fetchNext()
    if (fetches.length === 0) assertWhole(nodes, ready.jobId, output)
    for (let fetched = fetches.shift(); fetched; fetched = fetches.shift()) {
      const { chunks, size, treeHash } = await fetched.catch(fail)
      fetchNext()
      nodes.push(Buffer.from(treeHash, 'hex'))
      if (fetches.length === 0) assertWhole(nodes, ready.jobId, output)
      const slice = rangeWithin(requested, { start: position, end: position + size })
      position += size
      schedule.progressed(position, size)
      if (slice) yield sliceOf(chunks, slice, treeHash)
    }
  } finally {
    await Promise.allSettled(fetches) // if the reading ends early, they have been aborted
  }
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

function sliceOf(chunks: readonly Uint8Array[], { start, end }: ByteRange, treeHash: string): VerifiedBytes {
  return { chunks: [...sliceChunks(chunks, start, end)], size: end - start, treeHash }
}

/**
 * Takes the held range that is exactly this range; `undefined` if there are no more held ranges.
 *
 * @throws {HashMismatchError} `ERR_HASH_MISMATCH`: the next held range is another
 */
function takeHeld(
  held: VerifiedRange[],
  { start, end }: ByteRange,
  offset: number,
): VerifiedRange | undefined {
  const [first] = held
  if (first?.start === offset + start && first.end === offset + end) return held.shift()
  assertUsed(held)
  return undefined
}

/** Compares the combined hash of all ranges with that of the output: each range alone was what the service stated. */
function assertWhole(nodes: NodeStack, jobId: string, { treeHash }: ExpectedOutput): void {
  const found = nodes.root().toString('hex')
  if (found === treeHash) return
  throw new HashMismatchError('archive', `the archive of job ${jobId}`, treeHash, found)
}
