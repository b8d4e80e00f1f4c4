/** Which part sizes the service takes, and which one to choose (protocol.md 2). */
import { MAX_PARTS, MAX_PART_SIZE, MIB, MIN_PART_SIZE } from './limits.js'

/** Part size where neither it nor a size is given, in bytes. 10,000 of these hold 156 GiB. */
export const DEFAULT_PART_SIZE: number = 16 * MIB

/** Whether the service takes this part size: 1 MiB × 2ⁿ, 1 MiB to 4 GiB. */
export function isPartSize(size: number): boolean {
  // log2 rounds, so a fraction beside a power of two must be told apart first.
  return (
    Number.isInteger(size) &&
    size >= MIN_PART_SIZE &&
    size <= MAX_PART_SIZE &&
    Number.isInteger(Math.log2(size))
  )
}

/**
 * Throws unless the service takes this part size.
 *
 * @param size - bytes
 * @throws {TypeError} not a number
 * @throws {RangeError} not 1 MiB × 2ⁿ, or not 1 MiB to 4 GiB
 */
export function assertPartSize(size: unknown): asserts size is number {
  if (typeof size !== 'number')
    throw new TypeError(`The part size must be a number of bytes, not ${typeof size}.`)
  if (isPartSize(size)) return
  const below = 2 ** Math.floor(Math.log2(Math.max(size, MIN_PART_SIZE)))
  const nearest = Math.min(Number.isFinite(below) ? below : DEFAULT_PART_SIZE, MAX_PART_SIZE)
  const named = nearest < 1024 * MIB ? `${nearest / MIB} MiB` : `${nearest / MIB / 1024} GiB`
  throw new RangeError(
    `The part size must be a power of two from ${MIN_PART_SIZE} (1 MiB) to ${MAX_PART_SIZE} (4 GiB) bytes, ` +
      `not ${size}; ${nearest} (${named}) would do.`,
  )
}

/**
 * The part size for an archive: the smallest power of two MiB with which it fits 10,000 parts, at least 16 MiB.
 *
 * @param archiveSize - bytes, known or expected
 * @returns bytes
 * @throws {TypeError} not a number
 * @throws {RangeError} no part size holds that many bytes in 10,000 parts, or the size is no size
 *
 * @example
 * ```ts
 * partSizeFor(200 * 2 ** 30) // 33554432: 10,000 parts of 16 MiB would end at 156 GiB
 * ```
 */
export function partSizeFor(archiveSize: number): number {
  if (typeof archiveSize !== 'number') {
    throw new TypeError(`An expected size is a number of bytes, not ${typeof archiveSize}.`)
  }
  if (!(archiveSize >= 0))
    throw new RangeError(`An expected size is a number of bytes from 0 up, not ${archiveSize}.`)
  let size = DEFAULT_PART_SIZE
  while (size < MAX_PART_SIZE && size * MAX_PARTS < archiveSize) size *= 2
  if (size * MAX_PARTS < archiveSize) {
    throw new RangeError(
      `An archive of ${archiveSize} bytes does not fit ${MAX_PARTS} parts of ${MAX_PART_SIZE} bytes (4 GiB), the most an upload may have.`,
    )
  }
  return size
}
