/** Tree hashes of files that are not on the disk of the machine. */
import { AbortError } from '../../../lib/errors.js'
import type { FileSystem } from '../../../lib/runtime/file-system.js'
import type { RangeHasher } from '../../../lib/retrieve/file/range-hasher.js'
import { TreeHash } from '../../../lib/tree-hash/tree-hash.js'

/**
 * Makes a hasher of files.
 *
 * @param leafSize - in bytes
 */
export function hasherOn(files: FileSystem, leafSize: number): RangeHasher {
  return {
    async hash(path, { range: { start, end }, signal }) {
      const file = await files.open(path, 'r')
      try {
        const hash = TreeHash.withLeafSize(leafSize)
        const buffer = Buffer.alloc(4 * leafSize)
        for (let at = start; ;) {
          if (signal?.aborted) throw new AbortError({ cause: signal.reason })
          const count = await file.read(buffer, 0, Math.min(buffer.length, end - at), at)
          if (count === 0) return { size: at - start, hash: hash.digest('hex') }
          hash.update(buffer.subarray(0, count))
          at += count
        }
      } finally {
        await file.close()
      }
    },
    close: () => undefined,
  }
}
