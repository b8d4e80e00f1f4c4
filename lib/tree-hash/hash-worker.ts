/**
 * A thread that hashes: shared memory or a file in, digests out, in the order they were asked for.
 */
import { createHash } from 'node:crypto'
import { readSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import { LEAF_SIZE } from './leaf-size.js'
import { sha256 } from './tree-hash.js'

/** Bytes to hash, in shared memory: they do not change until the answer has come. */
export interface MemoryOrder {
  /** The memory and a place in it, not a view: a view of 4 GiB does not survive every Node's copy of a message. */
  readonly memory: SharedArrayBuffer
  readonly start: number
  readonly end: number
  /** The digest of each 1 MiB leaf, one behind the other; or that of all the bytes. */
  readonly of: 'leaves' | 'whole'
  /** Shared; its one element is not 0 once the answer is no longer wanted. */
  readonly stop: Int32Array
}

/** Leaves of a regular file to read and hash; the file is not closed until the answer has come. */
export interface FileOrder {
  readonly fd: number
  readonly start: number
  /** Fewer bytes are read where the file ends before. */
  readonly end: number
}

/** Anything a thread can be asked for. */
export type HashOrder = MemoryOrder | FileOrder

/** Digests of pieces that follow one another. */
export interface LeafRun {
  /** 32 bytes each, one behind the other. */
  readonly digests: Uint8Array
  /** Bytes that were hashed. */
  readonly size: number
}

/** The answer to one order; `undefined` where the file could not be read, or the hashing was stopped. */
export type HashAnswer = LeafRun | undefined

parentPort?.on('message', (order: HashOrder) => {
  parentPort?.postMessage('fd' in order ? readLeaves(order) : digestsOf(order))
})

function digestsOf({ memory, start, end, of, stop }: MemoryOrder): HashAnswer {
  const bytes = new Uint8Array(memory, start, end - start)
  const whole = of === 'whole' ? createHash('sha256') : undefined
  const leaves: Buffer[] = []
  // In pieces also for the linear hash: between two, it can be stopped.
  for (let at = 0; at < bytes.length; at += LEAF_SIZE) {
    if (Atomics.load(stop, 0) !== 0) return undefined
    const leaf = bytes.subarray(at, at + LEAF_SIZE)
    if (whole) whole.update(leaf)
    else leaves.push(sha256(leaf))
  }
  return { digests: whole ? whole.digest() : Buffer.concat(leaves), size: bytes.length }
}

function readLeaves({ fd, start, end }: FileOrder): HashAnswer {
  const leaf = Buffer.allocUnsafeSlow(LEAF_SIZE)
  const leaves: Buffer[] = []
  let at = start
  try {
    for (let filled = LEAF_SIZE; filled === LEAF_SIZE;) {
      filled = fill(leaf, fd, at, end)
      if (filled > 0) leaves.push(sha256(leaf.subarray(0, filled)))
      at += filled
    }
  } catch {
    return undefined // an error loses its code on the way to another thread
  }
  return { digests: Buffer.concat(leaves), size: at - start }
}

/** Reads until there is no room, or no more; how many bytes. */
function fill(leaf: Buffer, fd: number, start: number, end: number): number {
  const size = Math.min(leaf.length, end - start)
  for (let filled = 0; ;) {
    const read = filled < size ? readSync(fd, leaf, filled, size - filled, start + filled) : 0
    if (read === 0) return filled
    filled += read
  }
}
