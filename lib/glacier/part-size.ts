/** Which part sizes the service takes, and which one to choose (docs/glacier-protocol.md#limits). */
import { isNumber } from '../options/rules.js'
import { rule, shown, type Rule } from '../options/check-options.js'
import { optionError } from '../options/option-error.js'
import { MAX_PARTS, MAX_PART_SIZE, MIN_PART_SIZE } from './limits.js'
import { MIB } from '../sizes.js'

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

/** The rule of a part size. */
export const PART_SIZE: Rule = (value, name, caller) => {
  const expected = `a power of two from ${MIN_PART_SIZE} (1 MiB) to ${MAX_PART_SIZE} (4 GiB) bytes`
  if (!isNumber(value))
    throw optionError(TypeError, name, caller, `must be ${expected}, not ${shown(value)}.`)
  if (isPartSize(value)) return
  const below = 2 ** Math.floor(Math.log2(Math.max(value, MIN_PART_SIZE)))
  const nearest = Math.min(Number.isFinite(below) ? below : DEFAULT_PART_SIZE, MAX_PART_SIZE)
  const named = nearest < 1024 * MIB ? `${nearest / MIB} MiB` : `${nearest / MIB / 1024} GiB`
  throw optionError(
    RangeError,
    name,
    caller,
    `must be ${expected}, not ${value}; ${nearest} (${named}) would do.`,
  )
}

/** The rule of a size that is expected, and perhaps estimated. */
export const EXPECTED_SIZE: Rule = rule('a number of bytes from 0 up', isNumber, (value) => value >= 0)

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
  EXPECTED_SIZE(archiveSize, 'archiveSize', 'partSizeFor')
  let size = DEFAULT_PART_SIZE
  while (size < MAX_PART_SIZE && size * MAX_PARTS < archiveSize) size *= 2
  if (size * MAX_PARTS < archiveSize) {
    throw new RangeError(
      `An archive of ${archiveSize} bytes does not fit ${MAX_PARTS} parts of ${MAX_PART_SIZE} bytes (4 GiB), the most an upload may have.`,
    )
  }
  return size
}
