/** Byte ranges: half-open `[start, end)` in code, inclusive only in texts. */

/** The bytes from `start` up to, not including, `end`. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/** `0-1048575`, as in ListParts and RetrievalByteRange (docs/glacier-protocol.md#multipart-uploads). */
export function toInclusive({ start, end }: ByteRange): string {
  return `${start}-${end - 1}`
}

/**
 * What of a range lies within another, counted from the other's start; `undefined` where nothing does.
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
 * Cuts `[0, size)` into ranges of `rangeSize`, the last as short as it must be.
 *
 * @param rangeSize - bytes; a power of two MiB makes every range tree-hash aligned
 */
export function* rangesOf(size: number, rangeSize: number): Generator<ByteRange, void, undefined> {
  for (let start = 0; start < size; start += rangeSize)
    yield { start, end: Math.min(start + rangeSize, size) }
}
