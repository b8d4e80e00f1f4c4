/**
 * What to retrieve so that a range of an archive can be verified: the service gives a tree hash only of ranges that are
 * nodes of the archive's tree (docs/glacier-protocol.md#aligned-ranges), so a range is retrieved as a few nodes that
 * cover it, each a job.
 *
 * The range is widened first, to multiples of a sixteenth of its length or so: else the nodes at its ends would get ever
 * smaller, down to 1 MiB, and be many. So there are ten at the most, with an eighth more than was asked for.
 */
import type { ByteRange } from '../byte-range.js'
import { LEAF_SIZE } from './leaf-size.js'
import { MIB } from '../sizes.js'

const GRAIN = 16

/**
 * The ranges to retrieve, in order and without gaps.
 *
 * @param asked - what is wanted of the archive, `start` before `end`
 * @param size - bytes of the archive, where known; where not, nothing behind the MiB the wanted range ends in is asked for
 */
export function alignedRanges(asked: ByteRange, size?: number): ByteRange[] {
  const unit = MIB * 2 ** Math.max(0, Math.floor(Math.log2((asked.end - asked.start) / MIB / GRAIN)))
  const end = Math.min(roundUp(asked.end, size === undefined ? MIB : unit), size ?? Infinity)
  const ranges: ByteRange[] = []
  for (let start = asked.start - (asked.start % unit); start < end;) {
    const span = spanAt(start, end, end === size)
    ranges.push({ start, end: Math.min(start + span, end) })
    start += span
  }
  return ranges
}

/** Bytes of the largest node that starts somewhere and ends with a range or before; the archive's last may be ragged. */
function spanAt(start: number, end: number, isTail: boolean): number {
  let span = MIB
  const reaches = (bytes: number): boolean => start % bytes === 0 && (start + bytes <= end || isTail)
  while (start + span < end && reaches(span * 2)) span *= 2
  return span
}

function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit
}

/**
 * Whether a range is a node of the tree hash of `size` bytes, so that the service gives it a hash
 * (docs/glacier-protocol.md#aligned-ranges): `[P, min(P + 2ⁱ, N))` MiB with 2ⁱ dividing P.
 *
 * @param size - bytes of the whole the range is taken from
 */
export function isTreeHashAligned({ start, end }: ByteRange, size: number): boolean {
  if (start < 0 || start >= end || end > size || start % LEAF_SIZE !== 0) return false
  const leaf = start / LEAF_SIZE
  const leaves = Math.ceil((end - start) / LEAF_SIZE)
  const span = 2 ** Math.ceil(Math.log2(leaves))
  if (leaf % span !== 0) return false
  return end === size || end - start === span * LEAF_SIZE
}
