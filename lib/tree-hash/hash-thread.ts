/**
 * A thread that hashes: shared memory in, digests out, in the order they were asked for.
 */
import { parentPort } from 'node:worker_threads'
import { LEAF_SIZE } from '../vault/limits.js'
import { sha256 } from './tree-hash.js'

/** What a thread is asked for. */
export interface HashOrder {
  /** Shared memory, which does not change until the answer has come. */
  readonly bytes: Uint8Array
  /** The digest of each 1 MiB leaf, one behind the other; or that of all the bytes. */
  readonly of: 'leaves' | 'whole'
}

parentPort?.on('message', ({ bytes, of }: HashOrder) => {
  parentPort?.postMessage(of === 'whole' ? sha256(bytes) : leavesOf(bytes))
})

function leavesOf(bytes: Uint8Array): Uint8Array {
  const leaves: Buffer[] = []
  for (let at = 0; at < bytes.length; at += LEAF_SIZE) leaves.push(sha256(bytes.subarray(at, at + LEAF_SIZE)))
  return Buffer.concat(leaves)
}
