/**
 * Tree hashes of files. Each worker reads what it hashes: a leaf is hashed while it is still in the processor's cache,
 * and neither step waits for the event loop.
 *
 * - Runs of leaves are given to workers in order, and their results are taken in order. The first run that is short is
 *   the end of the file.
 * - A file is closed when no worker reads it any more.
 * - A short file, a file that is not a regular one, and one that workers cannot read is read and hashed by the calling
 *   thread, which also reports why it cannot be read.
 */
import { open, type FileHandle } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { AbortError } from '../errors.js'
import { PATH, RANGE, SIGNAL } from '../options/rules.js'
import { checkOptions, type RulesOf } from '../options/check-options.js'
import type { ByteRange } from '../byte-range.js'
import { HASH_THREADS, type HashContext } from './hash-parts.js'
import { filePool, type HashPool, type HashWorkers } from './hash-pool.js'
import type { HashResult } from './hash-worker.js'
import { LEAF_SIZE } from './leaf-size.js'
import { NodeStack, TreeHash } from './tree-hash.js'

/** Leaves that a worker is given at once. */
const LEAVES_PER_RUN = 8
/** Default maximum number of threads for one file. With more, they would wait for the disk. */
const MAX_FILE_THREADS = 4

/** The size and tree hash of a file. */
export interface HashedFile {
  /** Number of bytes that were hashed. */
  readonly size: number
  /** The tree hash, lowercase hex. */
  readonly treeHash: string
}

/** Options of {@link FileHasher}. */
export interface FileHasherOptions {
  /**
   * Number of threads that hash one file; by default one for each processor, at most four. With 0, the calling thread
   * hashes.
   */
  readonly hashThreads?: number | undefined
}

/** Options of {@link FileHasher.hash}. */
export interface FileHashOptions {
  /** Byte range of the file to hash; defaults to the whole file. */
  readonly range?: ByteRange | undefined
  /** Ends the hashing with an `AbortError`. */
  readonly signal?: AbortSignal | undefined
}

/** The hashing of files, as its users see it. A simulation whose files are not on the disk passes its own. */
export type FileTreeHasher = Pick<FileHasher, 'hash' | 'close'>

const FILE_HASHER = { hashThreads: HASH_THREADS } satisfies RulesOf<FileHasherOptions>
const FILE_HASH = { range: RANGE, signal: SIGNAL } satisfies RulesOf<FileHashOptions>

/**
 * Computes tree hashes of files, of long ones with worker threads. All hashers of the process share the threads: they are
 * started when they are needed, end when they are not, and keep the process alive only while they hash.
 *
 * @example
 * ```ts
 * using hasher = new FileHasher()
 * const { size, treeHash } = await hasher.hash('backup.tar')
 * ```
 */
export class FileHasher implements Disposable, AsyncDisposable {
  #hashThreads: number
  #leafSize = LEAF_SIZE
  #pool: HashPool = filePool

  /**
   * @throws {TypeError} an unknown option, or one of a wrong type
   * @throws {RangeError} `hashThreads` is not a whole number from 0 up
   */
  constructor(options: FileHasherOptions = {}) {
    const { hashThreads } = checkOptions('FileHasher', options, FILE_HASHER)
    this.#hashThreads = hashThreads ?? Math.min(availableParallelism(), MAX_FILE_THREADS)
  }

  /**
   * A hasher with other leaves or workers, for a simulation.
   *
   * @internal
   */
  static withContext(
    options: FileHasherOptions,
    { leafSize = LEAF_SIZE, pool = filePool }: HashContext,
  ): FileHasher {
    const hasher = new FileHasher(options)
    hasher.#leafSize = leafSize
    hasher.#pool = pool
    return hasher
  }

  /**
   * Reads and hashes a file.
   *
   * @throws {TypeError} `path` is not a string, or an option is unknown or of a wrong type
   * @throws {RangeError} the path or the range is empty
   * @throws {AbortError} the signal fired
   * @throws the error of the system if the file cannot be read
   */
  async hash(path: string, options: FileHashOptions = {}): Promise<HashedFile> {
    PATH(path, 'path', 'FileHasher.hash')
    const { range, signal } = checkOptions('FileHasher.hash', options, FILE_HASH)
    const { start = 0, end = Infinity } = range ?? {}
    const file = await open(path, 'r')
    try {
      const stats = await file.stat()
      const isLong = stats.isFile() && Math.min(end, stats.size) - start > LEAVES_PER_RUN * this.#leafSize
      const workers = isLong && this.#hashThreads > 0 ? this.#pool.take(this.#hashThreads) : undefined
      const leafSize = this.#leafSize
      const found = workers && (await hashByWorkers(workers, { fd: file.fd, start, end, leafSize, signal }))
      if (found) return found
      return await hashOnMainThread(file, {
        start: stats.isFile() ? start : undefined,
        end,
        leafSize,
        signal,
      })
    } finally {
      await file.close()
    }
  }

  /** Gives up the threads: from now on, the calling thread hashes. It may be called again. */
  close(): void {
    this.#hashThreads = 0
  }

  /** The same as {@link FileHasher.close}. */
  [Symbol.dispose](): void {
    this.close()
  }

  /** The same as {@link FileHasher.close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
  }
}

interface Reading {
  readonly end: number
  readonly leafSize: number
  readonly signal: AbortSignal | undefined
}

/** Hashes with workers, each given two runs ahead; `undefined` if they cannot run or cannot read the file. */
async function hashByWorkers(
  workers: HashWorkers,
  { fd, start, end, leafSize, signal }: Reading & { readonly fd: number; readonly start: number },
): Promise<HashedFile | undefined> {
  const runSize = LEAVES_PER_RUN * leafSize
  const runs: Promise<HashResult>[] = []
  let at = start
  const giveRun = (): void => {
    const run = { kind: 'file', fd, start: at, end: Math.min(at + runSize, end), leafSize } as const
    at = run.end
    const idlest = workers.reduce((least, worker) =>
      worker.pendingJobs < least.pendingJobs ? worker : least,
    )
    runs.push(idlest.hash(run))
  }
  try {
    for (let i = 0; i < 2 * workers.length; i++) giveRun()
    const nodes = new NodeStack()
    let size = 0
    for (let next = runs.shift(); next; next = runs.shift()) {
      const run = await next
      if (!run) return undefined
      throwIfAborted(signal)
      nodes.pushAll(run.digests)
      size += run.size
      if (run.size < runSize) break
      giveRun()
    }
    return { size, treeHash: nodes.root().toString('hex') }
  } finally {
    await Promise.all(runs)
  }
}

/** Hashes on the calling thread. `start` is `undefined` for a file without positions, such as a pipe. */
async function hashOnMainThread(
  file: FileHandle,
  { start, end, leafSize, signal }: Reading & { readonly start: number | undefined },
): Promise<HashedFile> {
  const hash = TreeHash.withLeafSize(leafSize)
  const buffer = Buffer.allocUnsafeSlow(leafSize)
  let size = 0
  for (;;) {
    throwIfAborted(signal)
    const at = start === undefined ? null : start + size
    const { bytesRead } = await file.read(buffer, 0, Math.min(leafSize, end - (at ?? 0)), at)
    if (bytesRead === 0) return { size, treeHash: hash.digest('hex') }
    hash.update(buffer.subarray(0, bytesRead))
    size += bytesRead
  }
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new AbortError({ cause: signal.reason })
}
