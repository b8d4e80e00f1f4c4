/**
 * The output of a job, in order, each range verified before it is handed on, several fetched at once.
 *
 * - Ranges are a power of two MiB long and start at multiples of it, so the service gives a hash for each
 *   (docs/glacier-protocol.md#aligned-ranges). The last is held until the hashes of all together give the output's own.
 * - Where the service forgets the job meanwhile, another takes its place, and only what is missing is fetched of it.
 */
import { NotFoundError, SizeMismatchError, TreeHashMismatchError } from '../errors.js'
import { NodeStack } from '../tree-hash/tree-hash.js'
import { rangesOf, type ByteRange } from '../byte-range.js'
import type { MemoryPlan } from '../transfer/memory-plan.js'
import type { Retry } from '../transfer/retry.js'
import type { Job } from '../store/retrieval-store.js'
import type { VaultClient, VaultRequest } from '../client/vault-client.js'
import { fetchVerified, type VerifiedRange, type WholeOutput } from './verified-range.js'

/** A job whose output is ready. */
export interface ReadyOutput {
  /** The job. */
  readonly job: Job
  /** Gets another job of the same, where the service no longer has this one; default that is an error. */
  readonly renew?: ((gone: Job, refusal: NotFoundError) => Promise<Job>) | undefined
  /** Is told of each range that is handed on: where it ends in the output, and bytes that were fetched for it. */
  readonly progressed?: ((end: number, fetchedBytes: number) => void) | undefined
  /** What of the output is handed on; default all. */
  readonly cut?: ByteRange | undefined
}

/** A range of a stream that was verified, in the stream's own bytes. */
export interface HeldRange extends ByteRange {
  /** Lowercase hex. */
  readonly treeHash: string
}

/** How an output is read. */
export interface OutputMeans {
  readonly client: VaultClient
  readonly retry: Retry
  readonly vault: VaultRequest & { readonly signal: AbortSignal }
  readonly plan: MemoryPlan
  /** Where in the stream the output begins. */
  readonly offset: number
  /** Ranges the caller has already, in order from the stream's start: they are not fetched. */
  readonly held: HeldRange[]
}

/** The bytes of an output in order, with their hashes. */
export async function* verifiedOutput(
  output: ReadyOutput,
  { client, retry, vault, plan, offset, held }: OutputMeans,
): AsyncGenerator<VerifiedRange, void, undefined> {
  const current = new CurrentJob(output)
  const whole = wholeOf(output.job)
  const ranges = rangesOf(whole.size, plan.pieceSize)
  const nodes = new NodeStack()
  const underWay: Promise<VerifiedRange>[] = []
  let position = 0
  const fetchNext = (): void => {
    for (let next = ranges.next(); !next.done; next = ranges.next()) {
      const range = next.value
      const known = takeHeld(held, range, offset)
      if (known) {
        nodes.push(Buffer.from(known.treeHash, 'hex'))
        position = range.end
        output.progressed?.(position, 0)
      } else {
        const fetched = current.fetch((job) => {
          // What total the service states for the output of a part of an archive is documented nowhere.
          const outputSize = whole.size === job.archiveSize ? whole.size : undefined
          return fetchVerified(client, retry, { ...vault, jobId: job.jobId, range, outputSize }, whole)
        })
        fetched.catch(() => undefined) // told when its turn comes
        underWay.push(fetched)
        return
      }
    }
  }
  try {
    for (let i = 0; i < plan.concurrency; i++) fetchNext()
    if (underWay.length === 0) assertWhole(nodes, output.job.jobId, whole)
    for (let fetched = underWay.shift(); fetched; fetched = underWay.shift()) {
      const verified = await fetched
      fetchNext()
      nodes.push(Buffer.from(verified.treeHash, 'hex'))
      if (underWay.length === 0) assertWhole(nodes, output.job.jobId, whole)
      position += verified.size
      output.progressed?.(position, verified.size)
      yield verified
    }
  } finally {
    await Promise.allSettled(underWay) // where it ends early, they are being aborted
  }
}

/**
 * What the output of a job must be.
 *
 * @throws {SizeMismatchError} `ERR_SIZE_MISMATCH`: the service says of no bytes
 */
export function wholeOf({ jobId, range, archiveSize = 0, archiveTreeHash, treeHash }: Job): WholeOutput {
  const size = range ? range.end - range.start : archiveSize
  if (size > 0) return { size, treeHash: size === archiveSize ? archiveTreeHash : treeHash }
  throw new SizeMismatchError(`The archive of job ${jobId}, as the service describes it`, 1, size)
}

/** The job that is fetched from: the one that was ready, or one that took its place. */
class CurrentJob {
  readonly #renew: ReadyOutput['renew']
  #job: Promise<Job>

  constructor({ job, renew }: ReadyOutput) {
    this.#job = Promise.resolve(job)
    this.#renew = renew
  }

  /** Fetches something of the job; of the next one, where the service says that there is no such job. */
  async fetch<T>(attempt: (job: Job) => Promise<T>): Promise<T> {
    for (;;) {
      const asked = this.#job
      const job = await asked // where it could not be renewed, that is the error
      try {
        return await attempt(job)
      } catch (error) {
        if (!(error instanceof NotFoundError) || !this.#renew) throw error
        if (this.#job !== asked) continue // another range found it out first
        this.#job = this.#renew(job, error)
        this.#job.catch(() => undefined) // told to whoever asks next
      }
    }
  }
}

/** What is held of a range, where it is that range; what does not fit is fetched, and all behind it. */
function takeHeld(held: HeldRange[], { start, end }: ByteRange, offset: number): HeldRange | undefined {
  const [first] = held
  if (first?.start === offset + start && first.end === offset + end) return held.shift()
  held.length = 0
  return undefined
}

/** Each range was what the service said it was; together they must be what was once uploaded. */
function assertWhole(nodes: NodeStack, jobId: string, { treeHash }: WholeOutput): void {
  const found = nodes.root().toString('hex')
  if (found === treeHash) return
  throw new TreeHashMismatchError('archive', `the archive of job ${jobId}`, treeHash, found)
}
