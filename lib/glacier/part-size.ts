/** The part sizes that the service accepts, and the choice of one (docs/glacier-protocol.md#limits). */
import { isNumber } from '../options/rules.js'
import { rule, shown, type Rule } from '../options/check-options.js'
import { optionError } from '../options/option-error.js'
import { choosePartSize, DEFAULT_PART_SIZE } from '../store/part-size.js'
import { GLACIER_LIMITS, MAX_PART_SIZE, MIN_PART_SIZE } from './limits.js'
import { MIB } from '../sizes.js'

/** Whether the service accepts this part size: 1 MiB × 2ⁿ, from 1 MiB to 4 GiB. */
export function isPartSize(size: number): boolean {
  // log2 rounds: a fraction beside a power of two must be excluded first.
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
    `must be ${expected}, not ${value}; use ${nearest} (${named}), for example.`,
  )
}

/** The rule of an expected size, which may be an estimate. */
export const EXPECTED_SIZE: Rule = rule('a number of bytes from 0 up', isNumber, (value) => value >= 0)

/**
 * Returns the part size for an archive: the smallest power of two with which it fits in 10,000 parts, at least 16 MiB.
 *
 * @param archiveSize - bytes, known or expected
 * @returns bytes
 * @throws {TypeError} not a number
 * @throws {RangeError} the archive does not fit in 10,000 parts of any size, or the size is negative or NaN
 *
 * @example
 * ```ts
 * partSizeFor(200 * 2 ** 30) // 33554432: 10,000 parts of 16 MiB would end at 156 GiB
 * ```
 */
export function partSizeFor(archiveSize: number): number {
  EXPECTED_SIZE(archiveSize, 'archiveSize', 'partSizeFor')
  return choosePartSize(archiveSize, GLACIER_LIMITS)
}
