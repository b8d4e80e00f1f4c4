/**
 * The ranges to retrieve so that a range of an archive can be verified. The service gives a tree hash only for ranges
 * that are nodes of the archive's tree (docs/glacier-protocol.md#aligned-ranges), so a range is retrieved as a few nodes
 * that cover it, each by a job of its own.
 *
 * The range is widened first, to multiples of about a sixteenth of its length. Otherwise the nodes at its ends would
 * become ever smaller, down to one leaf, and be many. With it there are at most ten, and at most an eighth more bytes
 * than requested.
 */
import type { ByteRange } from '../byte-range.js'
import { LEAF_SIZE } from './leaf-size.js'

const GRAINS_PER_RANGE = 16

/**
 * The ranges to retrieve, in order and without gaps.
 *
 * @param requested - a range of the archive, `start` before `end`
 * @param size - bytes of the archive; while it is unknown, the ranges end with the leaf that the requested range ends in
 * @param leafSize - bytes of a leaf
 */
export function alignedRanges(
  requested: ByteRange,
  size?: number,
  leafSize: number = LEAF_SIZE,
): ByteRange[] {
  const leaves = (requested.end - requested.start) / leafSize
  const grain = leafSize * 2 ** Math.max(0, Math.floor(Math.log2(leaves / GRAINS_PER_RANGE)))
  const end = Math.min(roundUp(requested.end, size === undefined ? leafSize : grain), size ?? Infinity)
  const ranges: ByteRange[] = []
  for (let start = requested.start - (requested.start % grain); start < end;) {
    const span = spanAt(start, end, end === size, leafSize)
    ranges.push({ start, end: Math.min(start + span, end) })
    start += span
  }
  return ranges
}

/** Bytes of the largest node that starts at `start` and ends at most at `end`; the last of an archive may be shorter. */
function spanAt(start: number, end: number, isTail: boolean, leafSize: number): number {
  let span = leafSize
  const isNode = (bytes: number): boolean => start % bytes === 0 && (start + bytes <= end || isTail)
  while (start + span < end && isNode(span * 2)) span *= 2
  return span
}

function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit
}

/**
 * Whether a range is a node of the tree hash of `size` bytes, so that the service gives it a hash
 * (docs/glacier-protocol.md#aligned-ranges): `[P, min(P + 2ⁱ, N))` leaves with 2ⁱ dividing P.
 *
 * @param size - bytes of the archive, or of the retrieved range, that the range belongs to
 * @param leafSize - bytes of a leaf
 */
export function isTreeHashAligned(
  { start, end }: ByteRange,
  size: number,
  leafSize: number = LEAF_SIZE,
): boolean {
  if (start < 0 || start >= end || end > size || start % leafSize !== 0) return false
  const leaf = start / leafSize
  const leaves = Math.ceil((end - start) / leafSize)
  const span = 2 ** Math.ceil(Math.log2(leaves))
  if (leaf % span !== 0) return false
  return end === size || end - start === span * leafSize
}
