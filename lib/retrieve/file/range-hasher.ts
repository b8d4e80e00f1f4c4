/** Hashes the ranges of a file by the algorithm of a store. */
import { open } from 'node:fs/promises'
import type { ByteRange } from '../../byte-range.js'
import type { HashScheme } from '../../store/hash-scheme.js'
import { FileHasher } from '../../tree-hash/file-hasher.js'

/** Bytes that are read at once. */
const READ_BYTES = 1024 * 1024

/** A range of a file to hash. */
export interface FileRange {
  readonly range: ByteRange
  readonly signal?: AbortSignal | undefined
}

/** The bytes that were hashed. */
export interface HashedRange {
  /** Fewer than the range has, if the file ends in it. */
  readonly size: number
  readonly hash: string
}

/** Hashes the ranges of a file. A simulation whose files are not on the disk passes its own. */
export interface RangeHasher {
  /**
   * Reads and hashes a range of a file.
   *
   * @throws {AbortError} the signal fired
   * @throws the error of the system if the file cannot be read
   */
  hash(path: string, options: FileRange): Promise<HashedRange>
  /** Ends the threads of the hasher. */
  close(): void
}

/**
 * Makes a hasher.
 *
 * @param leafSize - bytes under a leaf of a tree hash, which threads compute
 */
export function rangeHasher(hashes: HashScheme, leafSize: number): RangeHasher {
  if (hashes.algorithm !== 'sha256-tree')
    return { hash: (path, options) => hashRange(hashes, path, options), close: () => undefined }
  const hasher = FileHasher.withContext({}, { leafSize })
  return {
    async hash(path, options) {
      const { size, treeHash } = await hasher.hash(path, options)
      return { size, hash: treeHash }
    },
    close() {
      hasher.close()
    },
  }
}

async function hashRange(
  hashes: HashScheme,
  path: string,
  { range, signal }: FileRange,
): Promise<HashedRange> {
  const hasher = hashes.begin()
  let size = 0
  const file = await open(path, 'r')
  try {
    const { start, end } = range
    const bytes = file.createReadStream({
      start,
      end: end - 1,
      highWaterMark: READ_BYTES,
      autoClose: false,
      signal,
    })
    for await (const chunk of bytes as AsyncIterable<Buffer>) {
      hasher.update(chunk)
      size += chunk.length
    }
  } finally {
    await file.close()
  }
  return { size, hash: hasher.digest() }
}
