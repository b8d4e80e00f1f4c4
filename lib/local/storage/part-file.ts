/**
 * A part on disk, with its hashes, in one file that appears whole or not at all.
 *
 *     the part's bytes | the digest of each 1 MiB leaf | the tree hash       (32 bytes a digest)
 *
 * A file of T bytes so has k = ⌈(T - 32) / (1 MiB + 32)⌉ leaves and T - 32 (k + 1) bytes of part. The tree hash of a
 * part, and of a range of it, is read, never computed again.
 */
import { createHash } from 'node:crypto'
import { createReadStream, type ReadStream } from 'node:fs'
import { open, rm, type FileHandle } from 'node:fs/promises'
import { DIGEST_SIZE, NodeStack, TreeHash } from '../../tree-hash/tree-hash.js'
import type { ByteRange } from '../../vault/byte-range.js'
import { LEAF_SIZE } from '../../vault/limits.js'

/** What was received. */
export interface ReceivedPart {
  /** Bytes. */
  readonly size: number
  readonly linearHash: string
  readonly treeHash: string
}

/** Bytes gathered before they are written. */
const WRITE_SIZE = LEAF_SIZE

/**
 * Writes a part as it comes in, hashing it on the way; on disk when it returns. Removes the file if it fails.
 *
 * @param path - of a file that does not exist
 */
export async function receivePart(source: AsyncIterable<Buffer>, path: string): Promise<ReceivedPart> {
  const file = await open(path, 'wx', 0o600)
  return receiveInto(file, source)
    .finally(() => file.close())
    .catch(async (error: unknown) => {
      await rm(path, { force: true })
      throw error
    })
}

async function receiveInto(file: FileHandle, source: AsyncIterable<Buffer>): Promise<ReceivedPart> {
  const digests: Uint8Array[] = []
  const tree = new TreeHash((digest) => digests.push(digest))
  const linear = createHash('sha256')
  const waiting: Buffer[] = []
  let size = 0
  let waitingSize = 0
  for await (const chunk of source) {
    linear.update(chunk)
    tree.update(chunk)
    waiting.push(chunk)
    size += chunk.length
    waitingSize += chunk.length
    if (waitingSize < WRITE_SIZE) continue
    await writeAll(file, waiting.splice(0))
    waitingSize = 0
  }
  const root = tree.digest()
  await writeAll(file, [...waiting, ...digests, root])
  await file.sync()
  return { size, linearHash: linear.digest('hex'), treeHash: root.toString('hex') }
}

async function writeAll(file: FileHandle, buffers: readonly Uint8Array[]): Promise<void> {
  let rest = Buffer.concat(buffers)
  while (rest.length > 0) rest = rest.subarray((await file.write(rest)).bytesWritten)
}

/** What a part file holds. */
export interface StoredPart {
  /** Bytes of the part. */
  readonly size: number
  /** Lowercase hex. */
  readonly treeHash: string
}

/** Reads what a part file says of itself. */
export async function describePart(path: string): Promise<StoredPart> {
  const file = await open(path)
  try {
    const { size, leaves } = await layout(file)
    const root = await readAt(file, size + leaves * DIGEST_SIZE, DIGEST_SIZE)
    return { size, treeHash: root.toString('hex') }
  } finally {
    await file.close()
  }
}

/**
 * The tree hash of a range of a part.
 *
 * @param range - starts on a leaf, and ends on one or where the part does
 */
export async function treeHashOfRange(path: string, { start, end }: ByteRange): Promise<string> {
  const file = await open(path)
  try {
    const { size } = await layout(file)
    const first = start / LEAF_SIZE
    const count = Math.ceil(end / LEAF_SIZE) - first
    const digests = await readAt(file, size + first * DIGEST_SIZE, count * DIGEST_SIZE)
    const nodes = new NodeStack()
    nodes.pushAll(digests)
    return nodes.root().toString('hex')
  } finally {
    await file.close()
  }
}

/** The bytes of a range of a part. */
export function readPart(path: string, { start, end }: ByteRange): ReadStream {
  return createReadStream(path, { start, end: end - 1, highWaterMark: LEAF_SIZE })
}

async function layout(file: FileHandle): Promise<{ size: number; leaves: number }> {
  const total = (await file.stat()).size
  const leaves = Math.ceil((total - DIGEST_SIZE) / (LEAF_SIZE + DIGEST_SIZE))
  return { size: total - DIGEST_SIZE * (leaves + 1), leaves }
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer } = await file.read(Buffer.alloc(length), 0, length, position)
  return buffer
}
