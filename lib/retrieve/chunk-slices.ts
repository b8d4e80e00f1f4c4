/** Slices of bytes that are held in several chunks. */

/** Yields the bytes from `start` to `end` of consecutive chunks, without copying them. */
export function* sliceChunks(
  chunks: readonly Uint8Array[],
  start: number,
  end: number,
): Generator<Uint8Array, void, undefined> {
  let position = 0
  for (const chunk of chunks) {
    const slice = chunk.subarray(Math.max(start - position, 0), Math.max(end - position, 0))
    position += chunk.length
    if (slice.length > 0) yield slice
  }
}
