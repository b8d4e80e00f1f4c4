/**
 * A worker thread that hashes: it takes jobs over shared memory or a file, and returns digests, in the order of the
 * jobs.
 */
import { createHash } from 'node:crypto'
import { readSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import { sha256 } from './tree-hash.js'

/** Bytes in shared memory to hash. They must not change until the job has settled. */
export interface MemoryJob {
  /** The hash to make: the digest of each leaf, or the linear hash of all the bytes. */
  readonly kind: 'leaves' | 'linear'
  /** The memory. It is not passed as a view: a view of 4 GiB does not survive the message in every Node.js version. */
  readonly memory: SharedArrayBuffer
  /** Offset of the first byte. */
  readonly start: number
  /** Offset behind the last byte. */
  readonly end: number
  /** Bytes of a leaf. */
  readonly leafSize: number
  /** Shared memory of one element; another value than 0 stops the job. */
  readonly stop: Int32Array
}

/** Leaves of a regular file to read and hash. The file must stay open until the job has settled. */
export interface FileJob {
  readonly kind: 'file'
  /** The open file. */
  readonly fd: number
  /** Offset of the first byte. */
  readonly start: number
  /** Offset behind the last byte. Fewer bytes are read if the file ends before. */
  readonly end: number
  /** Bytes of a leaf. */
  readonly leafSize: number
}

/** A job of a worker. */
export type HashJob = MemoryJob | FileJob

/** Digests of leaves that follow one another, or one linear hash. */
export interface Digests {
  /** 32 bytes each, one after the other. */
  readonly digests: Uint8Array
  /** Number of bytes that were hashed. */
  readonly size: number
}

/** The result of a job; `undefined` if the file could not be read, or the job was stopped. */
export type HashResult = Digests | undefined

parentPort?.on('message', (job: HashJob) => {
  parentPort?.postMessage(job.kind === 'file' ? hashFile(job) : hashMemory(job))
})

function hashMemory({ kind, memory, start, end, leafSize, stop }: MemoryJob): HashResult {
  const bytes = new Uint8Array(memory, start, end - start)
  const linear = kind === 'linear' ? createHash('sha256') : undefined
  const leaves: Buffer[] = []
  // The linear hash is made in pieces, too, so that it can be stopped between two.
  for (let at = 0; at < bytes.length; at += leafSize) {
    if (Atomics.load(stop, 0) !== 0) return undefined
    const leaf = bytes.subarray(at, at + leafSize)
    if (linear) linear.update(leaf)
    else leaves.push(sha256(leaf))
  }
  return { digests: linear ? linear.digest() : Buffer.concat(leaves), size: bytes.length }
}

function hashFile({ fd, start, end, leafSize }: FileJob): HashResult {
  const leaf = Buffer.allocUnsafeSlow(leafSize)
  const leaves: Buffer[] = []
  let at = start
  try {
    for (let filled = leafSize; filled === leafSize;) {
      filled = fill(leaf, fd, at, end)
      if (filled > 0) leaves.push(sha256(leaf.subarray(0, filled)))
      at += filled
    }
  } catch {
    return undefined // an error would lose its code on the way to another thread
  }
  return { digests: Buffer.concat(leaves), size: at - start }
}

/** Reads until the leaf is full or the bytes end, and returns how many bytes it has read. */
function fill(leaf: Buffer, fd: number, start: number, end: number): number {
  const size = Math.min(leaf.length, end - start)
  let filled = 0
  let read: number
  do {
    read = readSync(fd, leaf, filled, size - filled, start + filled)
    filled += read
  } while (read > 0)
  return filled
}
