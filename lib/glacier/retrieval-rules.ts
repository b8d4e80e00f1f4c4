/** The facts of a vault that the plan of a retrieval depends on. */
import type { StoreLimits } from '../store/limits.js'
import type { RetrievalStore } from '../store/retrieval-store.js'
import { alignedRanges } from '../tree-hash/aligned-ranges.js'
import { GLACIER_LIMITS } from './limits.js'

/**
 * The limits of a vault, and the ranges that its jobs retrieve: nodes of the archive's tree hash
 * (docs/glacier-protocol.md#aligned-ranges).
 *
 * @param limits - those of the service; a simulation passes smaller ones
 */
export function vaultRetrievalRules(
  limits: StoreLimits = GLACIER_LIMITS,
): Pick<RetrievalStore, 'limits' | 'jobRanges'> {
  return {
    limits,
    jobRanges: (requested, archiveSize) => alignedRanges(requested, archiveSize, limits.leafSize),
  }
}
