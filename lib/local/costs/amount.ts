/**
 * Exact amounts. Prices are taken to a millionth of a millionth of a dollar, quantities are whole numbers, and only the
 * amount of a line is rounded: to a millionth of a dollar, half up. So a sum is that of the lines to the last digit.
 */

const PICO = 10n ** 12n
const MICRO = 10n ** 6n
const NANO = 10n ** 9n

/** A quantity: a whole number of the smallest parts that a unit is divided into. */
export interface Quantity {
  readonly parts: bigint
  /** How many parts make the unit. */
  readonly perUnit: bigint
}

/** What a quantity costs, in millionths of a dollar. */
export function microDollars({ parts, perUnit }: Quantity, dollarsPerUnit: number): bigint {
  const pico = BigInt(Math.round(dollarsPerUnit * Number(PICO)))
  return rounded(parts * pico, perUnit * (PICO / MICRO))
}

/** Millionths of a dollar as dollars: the number nearest to the decimal fraction. */
export function dollars(micro: bigint): number {
  return Number(micro) / Number(MICRO)
}

/** A quantity in its unit, rounded to nine decimals. */
export function inUnits({ parts, perUnit }: Quantity): number {
  return Number(rounded(parts * NANO, perUnit)) / Number(NANO)
}

function rounded(dividend: bigint, divisor: bigint): bigint {
  return (2n * dividend + divisor) / (2n * divisor)
}
