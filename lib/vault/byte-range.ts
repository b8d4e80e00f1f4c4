/**
 * Byte ranges: half-open `[start, end)` everywhere in code, inclusive only in the texts made and read here.
 */
import { LEAF_SIZE } from './limits.js'

/** The bytes from `start` up to, not including, `end`. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/** `bytes 0-1048575/*`, the Content-Range of UploadMultipartPart (docs/glacier-protocol.md#multipart-uploads). */
export function toContentRange({ start, end }: ByteRange): string {
  return `bytes ${start}-${end - 1}/*`
}

/** `bytes=0-1048575`, the Range of GetJobOutput (docs/glacier-protocol.md#job-output). */
export function toRangeHeader({ start, end }: ByteRange): string {
  return `bytes=${start}-${end - 1}`
}

/**
 * `0-1048575`, as in ListParts and RetrievalByteRange (docs/glacier-protocol.md#multipart-uploads,
 * docs/glacier-protocol.md#jobs).
 */
export function toInclusive({ start, end }: ByteRange): string {
  return `${start}-${end - 1}`
}

/**
 * Reads `0-1048575`, also behind `bytes=` or `bytes ` and before `/*`.
 *
 * @returns the range, or `undefined` where the text is not of that form, inverted, or past what a number holds exactly
 *
 * @example
 * ```ts
 * parseInclusive('bytes 1048576-2097151/*') // { start: 1048576, end: 2097152 }
 * ```
 */
export function parseInclusive(text: string): ByteRange | undefined {
  const match = /^(?:bytes[ =])?(\d+)-(\d+)(?:\/\*)?$/.exec(text)
  if (!match) return undefined
  const start = Number(match[1])
  const end = Number(match[2]) + 1
  return start < end && Number.isSafeInteger(end) ? { start, end } : undefined
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

/**
 * Cuts `[0, size)` into ranges of `rangeSize`, the last as short as it must be.
 *
 * @param rangeSize - bytes; a power of two MiB makes every range tree-hash aligned
 */
export function* rangesOf(size: number, rangeSize: number): Generator<ByteRange, void, undefined> {
  for (let start = 0; start < size; start += rangeSize)
    yield { start, end: Math.min(start + rangeSize, size) }
}
