/** The service's limits, in bytes and counts (docs/glacier-protocol.md#limits). */
import { GIB, MIB } from '../sizes.js'
import type { StoreLimits } from '../store/limits.js'
import { LEAF_SIZE } from '../tree-hash/leaf-size.js'

/** Smallest part size, in bytes. */
export const MIN_PART_SIZE: number = MIB
/** Largest part size, in bytes. It is also the largest body of one UploadArchive request. */
export const MAX_PART_SIZE: number = 4 * GIB
/** Maximum number of parts in one upload. */
export const MAX_PARTS = 10_000
/** Maximum number of characters of an archive or job description. */
export const MAX_DESCRIPTION_LENGTH = 1024

/** The limits of a vault as a store. */
export const GLACIER_LIMITS: StoreLimits = {
  leafSize: LEAF_SIZE,
  minPartSize: MIN_PART_SIZE,
  maxPartSize: MAX_PART_SIZE,
  maxParts: MAX_PARTS,
}
