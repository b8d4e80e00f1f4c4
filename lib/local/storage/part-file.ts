/**
 * A part on disk, with its hashes, in one file that appears atomically.
 *
 *     the part's bytes | the digest of each 1 MiB leaf | the tree hash       (32 bytes a digest)
 *
 * A file of T bytes therefore has k = ⌈(T - 32) / (1 MiB + 32)⌉ leaves and T - 32 (k + 1) bytes of the part. The tree hash
 * of a part or of a range of it is read, and never computed from the bytes again. A file whose tree hash is not that of
 * its leaves is damaged.
 */
import { createHash } from 'node:crypto'
import { open, rm, type FileHandle } from 'node:fs/promises'
import { DIGEST_SIZE, NodeStack, TreeHash } from '../../tree-hash/tree-hash.js'
import type { ByteRange } from '../../byte-range.js'
import { LEAF_SIZE } from '../../tree-hash/leaf-size.js'
import { DamageError, damageOf } from '../disk/damage.js'
import { READ } from '../disk/files.js'

/** A part that was received. */
export interface ReceivedPart {
  /** Bytes. */
  readonly size: number
  /** The SHA-256 of its bytes, lowercase hex. */
  readonly linearHash: string
  /** Lowercase hex. */
  readonly treeHash: string
}

/** Bytes that are collected before they are written. */
const WRITE_BYTES = LEAF_SIZE
/**
 * Milliseconds after which fewer bytes are written. A process in another container takes a file as abandoned ten minutes
 * after its last write.
 */
const WRITE_AFTER_MS = 60_000

/**
 * Writes a part to a file while it is received, and hashes it. The file is synced when the promise is fulfilled, and
 * removed if it is rejected.
 *
 * @param path - the path of the file, which must not exist
 * @param now - a clock, in milliseconds
 */
export async function receivePart(
  source: AsyncIterable<Buffer>,
  path: string,
  now: () => number = Date.now,
): Promise<ReceivedPart> {
  const file = await open(path, 'wx', 0o600)
  return receiveInto(file, source, now)
    .finally(() => file.close())
    .catch(async (error: unknown) => {
      await rm(path, { force: true })
      throw error
    })
}

async function receiveInto(
  file: FileHandle,
  source: AsyncIterable<Buffer>,
  now: () => number,
): Promise<ReceivedPart> {
  const digests: Uint8Array[] = []
  const tree = new TreeHash((digest) => digests.push(digest))
  const linear = createHash('sha256')
  const waiting: Buffer[] = []
  let size = 0
  let waitingSize = 0
  let writtenMs = now()
  for await (const chunk of source) {
    linear.update(chunk)
    tree.update(chunk)
    waiting.push(chunk)
    size += chunk.length
    waitingSize += chunk.length
    if (waitingSize < WRITE_BYTES && now() - writtenMs < WRITE_AFTER_MS) continue
    await writeAll(file, waiting.splice(0))
    waitingSize = 0
    writtenMs = now()
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

/** The part in a part file. */
export interface StoredPart {
  /** Bytes of the part. */
  readonly size: number
  /** Lowercase hex. */
  readonly treeHash: string
}

/**
 * Reads the size and the tree hash of a part from its file.
 *
 * @param what - the archive or upload of the part, for messages
 * @throws {DamageError} 507: the file is damaged
 */
export async function describePart(path: string, what: string): Promise<StoredPart> {
  const { size, treeHash } = await digestsIn(path, what)
  return { size, treeHash }
}

/**
 * The tree hash of a range of a part.
 *
 * @param range - starts at the start of a leaf, and ends at the end of a leaf or of the part
 * @throws {DamageError} as {@link describePart}
 */
export async function treeHashOfRange(
  path: string,
  { start, end }: ByteRange,
  what: string,
): Promise<string> {
  const { leaves } = await digestsIn(path, what)
  return rootOf(leaves.subarray(at(start), at(end))).toString('hex')

  function at(offset: number): number {
    return Math.ceil(offset / LEAF_SIZE) * DIGEST_SIZE
  }
}

/** The bytes of the part in a part file of a length; `undefined` if no part file has that length. */
export function partSizeIn(fileSize: number): number | undefined {
  const leaves = Math.ceil((fileSize - DIGEST_SIZE) / (LEAF_SIZE + DIGEST_SIZE))
  const size = fileSize - DIGEST_SIZE * (leaves + 1)
  return leaves > 0 && Math.ceil(size / LEAF_SIZE) === leaves ? size : undefined
}

/** The bytes of a range of a part. The file is closed at the end. */
export function readPart(file: FileHandle, { start, end }: ByteRange): AsyncIterable<Buffer> {
  return file.createReadStream({ start, end: end - 1, highWaterMark: LEAF_SIZE })
}

/** Reads the digests in a part file, and checks that they match each other. */
async function digestsIn(path: string, what: string): Promise<StoredPart & { readonly leaves: Buffer }> {
  const part = 'a part of it'
  try {
    const file = await open(path, READ)
    try {
      const size = partSizeIn((await file.stat()).size)
      if (size !== undefined) {
        const length = Math.ceil(size / LEAF_SIZE) * DIGEST_SIZE
        const { buffer } = await file.read(Buffer.alloc(length + DIGEST_SIZE), 0, length + DIGEST_SIZE, size)
        const [leaves, root] = [buffer.subarray(0, length), buffer.subarray(length)]
        if (rootOf(leaves).equals(root)) return { size, treeHash: root.toString('hex'), leaves }
      }
    } finally {
      await file.close()
    }
  } catch (error) {
    throw damageOf(error, what, part, path)
  }
  throw new DamageError(what, `${part} is incomplete or changed`, new Error(`${path} is not a whole part.`))
}

function rootOf(leaves: Buffer): Buffer {
  const nodes = new NodeStack()
  nodes.pushAll(leaves)
  return nodes.root()
}
