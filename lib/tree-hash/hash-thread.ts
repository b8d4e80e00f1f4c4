/**
 * A thread that hashes: shared memory or a file in, digests out, in the order they were asked for.
 */
import { readSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import { LEAF_SIZE } from '../vault/limits.js'
import { sha256 } from './tree-hash.js'

/** Bytes to hash, in shared memory: they do not change until the answer has come. */
export interface HashOrder {
  readonly bytes: Uint8Array
  /** The digest of each 1 MiB leaf, one behind the other; or that of all the bytes. */
  readonly of: 'leaves' | 'whole'
}

/** Leaves of a regular file to read and hash; the file is not closed until the answer has come. */
export interface FileOrder {
  readonly fd: number
  readonly start: number
  /** Fewer bytes are read where the file ends before. */
  readonly end: number
}

/** What a thread answers. */
export interface HashAnswer {
  /** Digests, one behind the other; `undefined` where the file could not be read. */
  readonly digests: Uint8Array | undefined
  /** Bytes that were hashed. */
  readonly size: number
}

parentPort?.on('message', (order: HashOrder | FileOrder) => {
  parentPort?.postMessage('fd' in order ? readLeaves(order) : digestsOf(order))
})

function digestsOf({ bytes, of }: HashOrder): HashAnswer {
  const size = bytes.length
  if (of === 'whole') return { digests: sha256(bytes), size }
  const leaves: Buffer[] = []
  for (let at = 0; at < size; at += LEAF_SIZE) leaves.push(sha256(bytes.subarray(at, at + LEAF_SIZE)))
  return { digests: Buffer.concat(leaves), size }
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
    return { digests: undefined, size: 0 } // an error loses its code on the way to another thread
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
