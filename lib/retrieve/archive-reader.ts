/**
 * The way down: a Readable of an archive's bytes, from the outputs of retrieval jobs.
 *
 * - Not one unverified byte out: a range is held until its tree hash is checked (verified-output.ts).
 * - At most `concurrency + 2` ranges are held: those under way, one waiting to be read, one being read.
 */
import { setMaxListeners } from 'node:events'
import { FUNCTION, SIZE } from '../options/rules.js'
import { checkOptions } from '../options/check-options.js'
import { TypedReadable, type ReadableEvents } from '../streams/typed-events.js'
import type { ByteRange } from '../byte-range.js'
import { destroyOnAbort } from '../streams/caller-signal.js'
import { CLIENT, VAULT_CLIENT } from '../client/client-rules.js'
import { planMemory, type MemoryOptions, type MemoryPlan } from '../transfer/memory-plan.js'
import { DEFAULT_PART_SIZE } from '../store/part-size.js'
import { emitOrDestroy } from '../streams/emit-or-destroy.js'
import { Retry, type RetryNotice, type RetryOptions } from '../transfer/retry.js'
import { vaultClientOf } from '../client/glacier-client.js'
import { reportedRetry, type StuckWarning } from '../transfer/reported-retry.js'
import type { GlacierClientLike } from '../client/glacier-client-like.js'
import type { Job } from '../store/retrieval-store.js'
import type { VaultClient, VaultRequest } from '../client/vault-client.js'
import { ARCHIVE_READER, HELD, READ } from './retrieval-rules.js'
import { bytesFrom, type VerifiedRange } from './verified-range.js'
import { verifiedOutput, wholeOf, type HeldRange, type ReadyOutput } from './verified-output.js'

/** What may be said of how an archive is read. */
export interface ReadOptions extends VaultRequest, MemoryOptions, RetryOptions {
  /** Bytes in each request: 1 MiB × 2ⁿ. Default 16 MiB, or a quarter of the memory where that is less. */
  readonly rangeSize?: number | undefined
}

/** Options of {@link archiveReader}. */
export interface ArchiveReaderOptions extends ReadOptions {
  /** A job whose output is ready. */
  readonly jobId: string
}

/**
 * A Readable of the archive a finished job has brought out, each byte verified before it is handed on.
 *
 * It fails with `ERR_TREE_HASH_MISMATCH` or `ERR_SIZE_MISMATCH` where three attempts at a range gave other bytes than
 * the archive's.
 *
 * @throws {TypeError} no client, an unknown or missing option, or one of a wrong type
 * @throws {RangeError} an option out of range
 *
 * @example
 * ```ts
 * await pipeline(archiveReader(client, { vaultName: 'backups', jobId }), createWriteStream('backup.tar'))
 * ```
 */
export function archiveReader(
  client: GlacierClientLike | VaultClient,
  options: ArchiveReaderOptions,
): ArchiveReader {
  CLIENT(client, 'client', 'archiveReader')
  const { jobId, ...read } = checkOptions('archiveReader', options, ARCHIVE_READER)
  const { vaultName, accountId } = read
  const port = vaultClientOf(client)
  return new ArchiveReader(port, read, async function* ({ retry, signal }) {
    const request = { vaultName, accountId, jobId, signal }
    yield { job: await retry.run(() => port.describeJob(request), signal) }
  })
}

/** The events of an {@link ArchiveReader}. */
export interface ArchiveReaderEvents extends ReadableEvents<Buffer> {
  /**
   * A retrieval job is waited for; its ID, and whether it was there before. The first byte comes when it has finished,
   * after minutes or hours.
   */
  job: [jobId: string, found: boolean]
  /** A job has finished; what it brought out. Of several archives each is told when its turn comes. */
  ready: [job: Job]
  /** Bytes of the stream have been verified and are handed on; `treeHash` is that of the range they were fetched in. */
  range: [range: HeldRange]
  /** A request failed and is made again. */
  retry: [notice: RetryNotice]
  /** A request has failed for a while, and others have succeeded meanwhile. */
  warning: [warning: StuckWarning]
}

/** What it takes to find jobs. */
export interface JobFinderMeans {
  /** Makes attempts, and tells of those that fail. */
  readonly retry: Retry
  /** Fires when the reader is destroyed. */
  readonly signal: AbortSignal
  /** To be told of each job that is waited for, and whether it was there before. */
  readonly chosen: (jobId: string, found: boolean) => void
}

/** Gives the outputs a reader reads, one after the other; asked for the first with the first read. */
export type JobFinder = (means: JobFinderMeans) => AsyncGenerator<ReadyOutput, void, undefined>

/** What {@link archiveReader} and `retrieveArchive` give. */
export class ArchiveReader extends TypedReadable<Buffer, ArchiveReaderEvents> {
  /** How memory is shared out. */
  readonly plan: MemoryPlan
  readonly #cancel = new AbortController()
  readonly #ranges: AsyncGenerator<VerifiedRange, void, undefined>
  #position: number

  /**
   * @param findJobs - gives the outputs to read
   * @param held - ranges the caller has already, in order from the start: they are not read, and the stream begins
   *   behind them
   * @param start - where in the stream the first output begins
   * @throws {TypeError} an argument or option of a wrong type, or an unknown or missing option
   * @throws {RangeError} an argument or option out of range
   */
  constructor(
    client: VaultClient,
    given: ReadOptions,
    findJobs: JobFinder,
    held: readonly HeldRange[] = [],
    start = 0,
  ) {
    VAULT_CLIENT(client, 'client', 'ArchiveReader')
    const options = checkOptions('ArchiveReader', given, READ)
    FUNCTION(findJobs, 'findJobs', 'ArchiveReader')
    HELD(held, 'held', 'ArchiveReader')
    SIZE(start, 'start', 'ArchiveReader')
    super()
    const plan = planMemory(options.rangeSize, DEFAULT_PART_SIZE, options)
    this.plan = plan
    this.#position = held.at(-1)?.end ?? start
    const retry = reportedRetry(this, options, client)
    const { vaultName, accountId } = options
    const { signal } = this.#cancel
    setMaxListeners(0, signal) // several for each request under way, however many are asked for
    const chosen = (jobId: string, found: boolean): void => {
      emitOrDestroy(this, 'job', jobId, found)
    }
    const means = { client, retry, vault: { vaultName, accountId, signal }, plan, held: [...held] }
    const ready = (job: Job): void => {
      emitOrDestroy(this, 'ready', job)
    }
    this.#ranges = (async function* () {
      let offset = start
      for await (const output of findJobs({ retry, signal, chosen })) {
        ready(output.job)
        const ranges = verifiedOutput(output, { ...means, offset })
        yield* output.cut ? cutTo(ranges, output.cut) : ranges
        offset += wholeOf(output.job).size
      }
    })()
    destroyOnAbort(options.signal, this)
  }

  /** @internal */
  override _read(): void {
    this.#ranges
      .next()
      .then(({ value }) => {
        if (!value) this.push(null)
        else this.#handOn(value)
      })
      .catch((error: unknown) => {
        this.destroy(error as Error) // of the service, or of a listener
      })
  }

  #handOn({ chunks, size, treeHash }: VerifiedRange): void {
    const start = this.#position
    this.#position += size
    emitOrDestroy(this, 'range', { start, end: this.#position, treeHash })
    for (const chunk of chunks) this.push(chunk)
  }

  /** @internal */
  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#cancel.abort(error ?? undefined)
    const ended = (): void => {
      callback(error)
    }
    this.#ranges.return().then(ended, ended)
  }
}

/** What of an output is wanted. */
async function* cutTo(
  ranges: AsyncIterable<VerifiedRange>,
  { start, end }: ByteRange,
): AsyncGenerator<VerifiedRange, void, undefined> {
  let at = 0
  for await (const { chunks, size, treeHash } of ranges) {
    const from = Math.max(start - at, 0)
    const to = Math.min(end - at, size)
    at += size
    if (from < to) yield { chunks: [...bytesFrom(chunks, from, to)], size: to - from, treeHash }
  }
}
