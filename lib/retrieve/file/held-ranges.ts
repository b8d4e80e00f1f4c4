/** The ranges of a partial file that an earlier run has written, and that are unchanged. */
import type { StoreLimits } from '../../store/limits.js'
import { FileHasher, type FileTreeHasher } from '../../tree-hash/file-hasher.js'
import type { VerifiedRange } from '../verified-range.js'

/** The dependencies of {@link heldRanges}. */
export interface RangeCheck {
  readonly limits: StoreLimits
  /** Makes the hasher of the file; default: a {@link FileHasher} with the leaf size of the limits. */
  readonly makeHasher?: (() => FileTreeHasher) | undefined
  readonly signal: AbortSignal | undefined
}

/**
 * Hashes the noted ranges of a file, from its start up to the first that differs from its note.
 *
 * @returns the ranges whose bytes still have their hash
 * @throws {AbortError} the signal fired
 */
export async function heldRanges(
  path: string,
  noted: readonly VerifiedRange[],
  { limits, makeHasher, signal }: RangeCheck,
): Promise<VerifiedRange[]> {
  const held: VerifiedRange[] = []
  const hasher = makeHasher?.() ?? FileHasher.withContext({}, { leafSize: limits.leafSize })
  try {
    for (const range of noted) {
      const { size, treeHash } = await hasher.hash(path, { range, signal })
      if (size !== range.end - range.start || treeHash !== range.treeHash) break
      held.push(range)
    }
  } catch (error) {
    if (signal?.aborted) throw error // ranges that cannot be read are fetched again
  } finally {
    hasher.close()
  }
  return held
}
