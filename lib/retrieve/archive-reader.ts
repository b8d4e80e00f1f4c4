/**
 * The way down: a Readable of an archive's bytes, from the output of a retrieval job.
 *
 * - Not one unverified byte out: a range is held until its tree hash is checked, and the last one until the hashes of
 *   all ranges together give the archive's.
 * - Ranges are a power of two MiB long and start at multiples of it, so the service gives a hash for each
 *   (protocol.md 3.3). Several are fetched at once; they are handed on in order.
 * - At most `concurrency + 2` ranges are held: those under way, one waiting to be read, one being read.
 */
import { setMaxListeners } from 'node:events'
import type { GlacierClient } from '@aws-sdk/client-glacier'
import { SizeMismatchError, TreeHashMismatchError } from '../errors.js'
import { addAbortSignal, Readable } from '../stream.js'
import { NodeStack } from '../tree-hash/tree-hash.js'
import { rangesOf, type ByteRange } from '../vault/byte-range.js'
import { planMemory, type MemoryOptions, type MemoryPlan } from '../vault/memory-plan.js'
import { DEFAULT_PART_SIZE } from '../vault/part-size.js'
import { Retry, type RetryNotice, type RetryOptions } from '../vault/retry.js'
import { retrying } from '../vault/retrying-client.js'
import { vaultClientOf } from '../vault/sdk-vault-client.js'
import type { Job, VaultClient, VaultRequest } from '../vault/vault-client.js'
import { fetchVerified, type VerifiedRange } from './verified-range.js'

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
 * @throws {TypeError} no client, or an option of a wrong type
 * @throws {RangeError} an option out of range
 *
 * @example
 * ```ts
 * await pipeline(archiveReader(client, { vaultName: 'backups', jobId }), createWriteStream('backup.tar'))
 * ```
 */
export function archiveReader(
  client: GlacierClient | VaultClient,
  options: ArchiveReaderOptions,
): ArchiveReader {
  return new ArchiveReader(vaultClientOf(client), options, async function* (vault, signal) {
    yield await vault.describeJob({ ...options, signal })
  })
}

/** What an {@link ArchiveReader} tells, besides a Readable's own events. */
export interface ArchiveReaderEvents {
  /** A retrieval job was started; its ID. The first byte comes when it has finished, after minutes or hours. */
  job: [jobId: string]
  /** A job has finished; what it brought out. Of several archives each is told when its turn comes. */
  ready: [job: Job]
  /** Bytes of the stream have been verified and are handed on. */
  range: [range: ByteRange]
  /** A request failed and is made again. */
  retry: [notice: RetryNotice]
}

/**
 * Gives the finished jobs whose output a reader reads, one after the other; asked for the first with the first read.
 *
 * @param client - makes each request until it succeeds
 * @param started - to be told of a job that was started
 */
export type JobFinder = (
  client: VaultClient,
  signal: AbortSignal,
  started: (jobId: string) => void,
) => AsyncGenerator<Job, void, undefined>

/** What {@link archiveReader} and `retrieveArchive` give. */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- see the interface below
export class ArchiveReader extends Readable {
  readonly #cancel = new AbortController()
  readonly #ranges: AsyncGenerator<Buffer, void, undefined>
  #position = 0

  /** @param findJobs - gives the jobs to read the output of */
  constructor(client: VaultClient, options: ReadOptions, findJobs: JobFinder) {
    super()
    const plan = planMemory(options.rangeSize, DEFAULT_PART_SIZE, options)
    const retry = new Retry(
      options,
      () => client.refreshCredentials?.() ?? Promise.resolve(),
      (notice) => this.emit('retry', notice),
    )
    const { vaultName, accountId } = options
    const { signal } = this.#cancel
    setMaxListeners(0, signal) // several for each request under way, however many are asked for
    const jobs = findJobs(retrying(client, retry), signal, (jobId) => this.emit('job', jobId))
    const read = (job: Job): AsyncGenerator<Buffer, void, undefined> => {
      this.emit('ready', job)
      return verifiedRanges(client, retry, { vaultName, accountId, signal }, plan, job)
    }
    this.#ranges = (async function* () {
      for await (const job of jobs) yield* read(job)
    })()
    if (options.signal) addAbortSignal(options.signal, this)
  }

  override _read(): void {
    this.#ranges
      .next()
      .then(({ value }) => {
        if (value) this.#tell(value.length)
        this.push(value ?? null)
      })
      .catch((error: unknown) => {
        this.destroy(error as Error) // of the service, or of a listener
      })
  }

  #tell(length: number): void {
    const start = this.#position
    this.#position += length
    this.emit('range', { start, end: this.#position })
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#cancel.abort(error ?? undefined)
    const ended = (): void => {
      callback(error)
    }
    this.#ranges.return().then(ended, ended)
  }
}

/** Typed events: `on('job', (jobId) => …)` knows its job ID. */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- overloads of what Readable has, nothing new
export interface ArchiveReader {
  on<E extends keyof ArchiveReaderEvents>(event: E, listener: (...args: ArchiveReaderEvents[E]) => void): this
  on(event: string | symbol, listener: (...args: never[]) => void): this
  once<E extends keyof ArchiveReaderEvents>(
    event: E,
    listener: (...args: ArchiveReaderEvents[E]) => void,
  ): this
  once(event: string | symbol, listener: (...args: never[]) => void): this
}

async function* verifiedRanges(
  client: VaultClient,
  retry: Retry,
  vault: VaultRequest,
  { pieceSize, concurrency }: MemoryPlan,
  job: Job,
): AsyncGenerator<Buffer, void, undefined> {
  const ranges = rangesOf(sizeOf(job), pieceSize)
  const nodes = new NodeStack()
  const underWay: Promise<VerifiedRange>[] = []
  const fetchNext = (): void => {
    const { value: range } = ranges.next()
    if (!range) return
    const fetched = fetchVerified(client, retry, { ...vault, jobId: job.jobId, range }, job)
    fetched.catch(() => undefined) // told when its turn comes
    underWay.push(fetched)
  }
  try {
    for (let i = 0; i < concurrency; i++) fetchNext()
    for (let fetched = underWay.shift(); fetched; fetched = underWay.shift()) {
      const { bytes, treeHash } = await fetched
      fetchNext()
      nodes.push(Buffer.from(treeHash, 'hex'))
      if (underWay.length === 0) assertWhole(nodes, job)
      yield bytes
    }
  } finally {
    await Promise.allSettled(underWay) // where it ends early, they are being aborted
  }
}

function sizeOf({ jobId, archiveSize }: Job): number {
  if (archiveSize !== undefined && archiveSize > 0) return archiveSize
  throw new SizeMismatchError(`The archive of job ${jobId}, as the service describes it`, 1, archiveSize ?? 0)
}

/** Each range was what the service said it was; together they must be what was once uploaded. */
function assertWhole(nodes: NodeStack, { jobId, archiveTreeHash }: Job): void {
  const found = nodes.root().toString('hex')
  if (found === archiveTreeHash) return
  throw new TreeHashMismatchError('archive', `the archive of job ${jobId}`, archiveTreeHash, found)
}
