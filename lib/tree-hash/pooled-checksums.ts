/**
 * The hashes of bytes in shared memory, made by workers of a pool.
 */
import { types } from 'node:util'
import type { HashWorker, HashWorkers } from './hash-pool.js'
import type { HashResult, MemoryJob } from './hash-worker.js'
import { LEAF_SIZE } from './leaf-size.js'
import type { PartChecksums, PartHashKinds } from './part-checksums.js'
import { NodeStack } from './tree-hash.js'

/** The work of a worker on a part. */
export interface ChecksumJob {
  /** The hashes to make; default both. */
  readonly kinds?: PartHashKinds | undefined
  /** Stops the workers. */
  readonly signal?: AbortSignal | undefined
  /** Bytes of a leaf; default those of the service. */
  readonly leafSize?: number | undefined
}

/** Whether bytes lie where other threads can read them. */
export function isShared(bytes: Uint8Array): bytes is Uint8Array<SharedArrayBuffer> {
  return types.isSharedArrayBuffer(bytes.buffer)
}

/**
 * The hashes of a part. Its bytes must not change before the promise settles. The linear hash is made by one worker.
 *
 * @returns `undefined` if the workers cannot run, or were stopped
 */
export async function checksumsByWorkers(
  [first, ...others]: HashWorkers,
  { buffer: memory, byteOffset, length }: Uint8Array<SharedArrayBuffer>,
  { kinds = 'both', signal, leafSize = LEAF_SIZE }: ChecksumJob = {},
): Promise<PartChecksums | undefined> {
  const stop = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  const onAbort = (): void => {
    Atomics.store(stop, 0, 1)
  }
  signal?.addEventListener('abort', onAbort)
  try {
    const part = { memory, start: byteOffset, end: byteOffset + length, leafSize, stop }
    const ofLeaves = others.length > 0 ? others : [first]
    const [linear, ...runs] = await Promise.all([
      first.hash({ ...part, kind: 'linear' }, signal),
      ...(kinds === 'both' ? hashLeaves(ofLeaves, { ...part, kind: 'leaves' }, signal) : []),
    ])
    const nodes = new NodeStack()
    for (const run of runs) {
      if (!run) return undefined
      nodes.pushAll(run.digests)
    }
    if (!linear) return undefined
    return {
      linearHash: Buffer.from(linear.digests).toString('hex'),
      treeHash: kinds === 'both' ? nodes.root().toString('hex') : undefined,
    }
  } finally {
    signal?.removeEventListener('abort', onAbort)
  }
}

/** Hashes the leaves, in as many runs as there are workers. */
function hashLeaves(
  workers: readonly HashWorker[],
  job: MemoryJob,
  signal: AbortSignal | undefined,
): Promise<HashResult>[] {
  const leaves = Math.ceil((job.end - job.start) / job.leafSize)
  const runSize = Math.ceil(leaves / workers.length) * job.leafSize
  const runs: Promise<HashResult>[] = []
  for (const [i, worker] of workers.entries()) {
    const start = job.start + i * runSize
    const end = Math.min(start + runSize, job.end)
    if (start < end) runs.push(worker.hash({ ...job, start, end }, signal))
  }
  return runs
}
