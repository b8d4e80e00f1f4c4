/** The choice of a part size. */
import { MIB } from '../sizes.js'
import type { StoreLimits } from './limits.js'

/** Part size of a stream of unknown size, in bytes. 10,000 of these hold 156 GiB. */
export const DEFAULT_PART_SIZE: number = 16 * MIB

/**
 * Chooses the part size for an archive: the smallest double of {@link DEFAULT_PART_SIZE} with which the archive fits
 * the parts that a store accepts.
 *
 * @param archiveSize - bytes, known or expected
 * @returns bytes
 * @throws {RangeError} the archive does not fit parts of the largest size
 */
export function choosePartSize(
  archiveSize: number,
  { minPartSize, maxPartSize, maxParts }: StoreLimits,
): number {
  let size = Math.max(minPartSize, Math.min(DEFAULT_PART_SIZE, maxPartSize))
  while (size < maxPartSize && size * maxParts < archiveSize) size *= 2
  if (size * maxParts >= archiveSize) return size
  throw new RangeError(
    `An archive of ${archiveSize} bytes does not fit ${maxParts} parts of ${maxPartSize} bytes, ` +
      'the maximum of an upload.',
  )
}
