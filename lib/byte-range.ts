/** Byte ranges. They are half-open, `[start, end)`, in code, and inclusive only in the texts of the service. */

/** The bytes from `start` up to, but not including, `end`. */
export interface ByteRange {
  /** Offset of the first byte. */
  readonly start: number
  /** Offset behind the last byte. */
  readonly end: number
}

/** The inclusive form `0-1048575`, as in ListParts and RetrievalByteRange (docs/glacier-protocol.md#multipart-uploads). */
export function toInclusive({ start, end }: ByteRange): string {
  return `${start}-${end - 1}`
}

/**
 * The overlap of a range with another one, relative to the start of the other; `undefined` if they do not overlap.
 *
 * @example
 * ```ts
 * rangeWithin({ start: 5, end: 20 }, { start: 10, end: 30 }) // { start: 0, end: 10 }
 * ```
 */
export function rangeWithin({ start, end }: ByteRange, other: ByteRange): ByteRange | undefined {
  const from = Math.max(start, other.start)
  const to = Math.min(end, other.end)
  return from < to ? { start: from - other.start, end: to - other.start } : undefined
}

/**
 * Cuts `[0, size)` into ranges of `rangeSize`; the last one may be shorter.
 *
 * @param rangeSize - bytes; with a power of two in MiB, every range is tree-hash aligned
 */
export function* rangesOf(size: number, rangeSize: number): Generator<ByteRange, void, undefined> {
  for (let start = 0; start < size; start += rangeSize)
    yield { start, end: Math.min(start + rangeSize, size) }
}
