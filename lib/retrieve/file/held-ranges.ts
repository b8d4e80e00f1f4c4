/** The ranges of a partial file that an earlier run has written, and that are unchanged. */
import type { Runtime } from '../../runtime/runtime.js'
import type { StoreLimits } from '../../store/limits.js'
import type { HashScheme } from '../../store/hash-scheme.js'
import type { VerifiedRange } from '../verified-range.js'
import { rangeHasher, type RangeHasher } from './range-hasher.js'

/** The dependencies of {@link heldRanges}. */
export interface RangeCheck {
  readonly hashes: HashScheme
  readonly limits: StoreLimits
  readonly runtime: Pick<Runtime, 'files'>
  /** Makes the hasher of the file; default: {@link rangeHasher}. */
  readonly makeHasher?: (() => RangeHasher) | undefined
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
  { hashes, limits, runtime, makeHasher, signal }: RangeCheck,
): Promise<VerifiedRange[]> {
  const held: VerifiedRange[] = []
  const hasher = makeHasher?.() ?? rangeHasher(hashes, limits.leafSize, runtime.files)
  try {
    for (const range of noted) {
      const { size, hash } = await hasher.hash(path, { range, signal })
      if (size !== range.end - range.start || hash !== range.hash) break
      held.push(range)
    }
  } catch (error) {
    if (signal?.aborted) throw error // ranges that cannot be read are fetched again
  } finally {
    hasher.close()
  }
  return held
}
