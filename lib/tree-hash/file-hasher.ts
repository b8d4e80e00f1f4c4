/**
 * Tree hashes of files, each read by the threads that hash it: a leaf is hashed while it is still in the processor's
 * cache, and neither waits for the event loop.
 *
 * - Runs of leaves are handed out in order and taken back in order; the first that comes back short is the file's end.
 * - A file is closed when no thread reads it any more.
 * - What is short, no regular file, or cannot be read by threads is read and hashed here, which also tells why.
 */
import { open, type FileHandle } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { AbortError } from '../errors.js'
import { PATH, RANGE, SIGNAL } from '../options/rules.js'
import { checkOptions, type RulesOf } from '../options/check-options.js'
import type { ByteRange } from '../byte-range.js'
import { LEAF_SIZE } from './leaf-size.js'
import { MIB } from '../sizes.js'
import { THREADS } from './hash-parts.js'
import type { HashAnswer } from './hash-worker.js'
import { fileThreads, type SomeThreads } from './hash-pool.js'
import { NodeStack, TreeHash } from './tree-hash.js'

/** Bytes handed to a thread at once. */
const RUN_SIZE = 8 * MIB
/** Past as many, a disk is what is waited for. */
const MOST_THREADS = 4

/** What a file was found to be. */
export interface HashedFile {
  /** Bytes. */
  readonly size: number
  /** Lowercase hex. */
  readonly treeHash: string
}

/** Options of {@link FileHasher.hash}. */
export interface FileHashOptions {
  /** What of the file; default all. */
  readonly range?: ByteRange | undefined
  readonly signal?: AbortSignal | undefined
}

const FILE_HASH = { range: RANGE, signal: SIGNAL } satisfies RulesOf<FileHashOptions>

/**
 * Hashes files, long ones with threads. The threads are the process's, which all its hashers share: they are started
 * when they are needed, end when they are not, and keep the process alive only while they hash.
 *
 * @example
 * ```ts
 * using hasher = new FileHasher()
 * const { size, treeHash } = await hasher.hash('backup.tar')
 * ```
 */
export class FileHasher implements Disposable, AsyncDisposable {
  #count: number

  /**
   * @param threads - threads for one file; default one for each processor, four at the most; 0 for none
   * @throws {TypeError} not a number
   * @throws {RangeError} it is no whole number from 0 up
   */
  constructor(threads: number = Math.min(availableParallelism(), MOST_THREADS)) {
    THREADS(threads, 'threads', 'FileHasher')
    this.#count = threads
  }

  /**
   * Reads and hashes a file.
   *
   * @throws {TypeError} no path, an unknown option, or one of a wrong type
   * @throws {RangeError} an empty path, or a range that is none
   * @throws {AbortError} the signal fired
   * @throws the system's error where the file cannot be read
   */
  async hash(path: string, options: FileHashOptions = {}): Promise<HashedFile> {
    PATH(path, 'path', 'FileHasher.hash')
    const { range, signal } = checkOptions('FileHasher.hash', options, FILE_HASH)
    const { start = 0, end = Infinity } = range ?? {}
    const file = await open(path, 'r')
    try {
      const stats = await file.stat()
      const isLong = stats.isFile() && Math.min(end, stats.size) - start > RUN_SIZE
      const threads = isLong && this.#count > 0 ? fileThreads.take(this.#count) : undefined
      const found = threads && (await hashBy(threads, file.fd, start, end, signal))
      if (found) return found
      return await hashHere(file, stats.isFile() ? start : undefined, end, signal)
    } finally {
      await file.close()
    }
  }

  /** Gives up the threads: what is hashed from now on is hashed by the calling thread. May be called again. */
  close(): void {
    this.#count = 0
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

/** What threads find, each given two runs ahead; `undefined` where they could not. */
async function hashBy(
  threads: SomeThreads,
  fd: number,
  start: number,
  end: number,
  signal: AbortSignal | undefined,
): Promise<HashedFile | undefined> {
  const underWay: Promise<HashAnswer>[] = []
  let at = start
  const handOut = (): void => {
    const run = { fd, start: at, end: Math.min(at + RUN_SIZE, end) }
    at = run.end
    const idlest = threads.reduce((least, thread) => (thread.orders < least.orders ? thread : least))
    underWay.push(idlest.hash(run))
  }
  try {
    for (let i = 0; i < 2 * threads.length; i++) handOut()
    const nodes = new NodeStack()
    let size = 0
    for (let next = underWay.shift(); next; next = underWay.shift()) {
      const run = await next
      if (!run) return undefined
      assertGoingOn(signal)
      nodes.pushAll(run.digests)
      size += run.size
      if (run.size < RUN_SIZE) break
      handOut()
    }
    return { size, treeHash: nodes.root().toString('hex') }
  } finally {
    await Promise.all(underWay)
  }
}

/** @param start - where to read from; `undefined` where there is but one place, as in a pipe */
async function hashHere(
  file: FileHandle,
  start: number | undefined,
  end: number,
  signal: AbortSignal | undefined,
): Promise<HashedFile> {
  const hash = new TreeHash()
  const buffer = Buffer.allocUnsafeSlow(LEAF_SIZE)
  let size = 0
  for (;;) {
    assertGoingOn(signal)
    const at = start === undefined ? null : start + size
    const { bytesRead } = await file.read(buffer, 0, Math.min(LEAF_SIZE, end - (at ?? 0)), at)
    if (bytesRead === 0) return { size, treeHash: hash.digest('hex') }
    hash.update(buffer.subarray(0, bytesRead))
    size += bytesRead
  }
}

function assertGoingOn(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new AbortError({ cause: signal.reason })
}
