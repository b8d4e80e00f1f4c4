/** Hashes the ranges of a file by the algorithm of a store. */
import type { ByteRange } from '../../byte-range.js'
import { AbortError } from '../../errors.js'
import type { FileSystem } from '../../runtime/file-system.js'
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
export function rangeHasher(hashes: HashScheme, leafSize: number, files: FileSystem): RangeHasher {
  if (hashes.algorithm !== 'sha256-tree')
    return { hash: (path, range) => hashRange(hashes, files, path, range), close: () => undefined }
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
  files: FileSystem,
  path: string,
  { range: { start, end }, signal }: FileRange,
): Promise<HashedRange> {
  const hasher = hashes.begin()
  const buffer = Buffer.allocUnsafeSlow(READ_BYTES)
  const file = await files.open(path, 'r')
  try {
    let at = start
    let bytesRead: number
    do {
      if (signal?.aborted) throw new AbortError({ cause: signal.reason })
      bytesRead = await file.read(buffer, 0, Math.min(buffer.length, end - at), at)
      hasher.update(buffer.subarray(0, bytesRead))
      at += bytesRead
    } while (bytesRead > 0)
    return { size: at - start, hash: hasher.digest() }
  } finally {
    await file.close()
  }
}
