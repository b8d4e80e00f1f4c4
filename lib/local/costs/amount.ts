/**
 * Exact amounts. Prices are rounded to 10^-12 dollars, quantities are integers, and only the amount of a line is rounded,
 * to 10^-6 dollars, half up. Therefore the total is exactly the sum of the lines.
 */

const PICO = 10n ** 12n
const MICRO = 10n ** 6n
const NANO = 10n ** 9n

/** A quantity: an integer number of the smallest parts of a unit. */
export interface Quantity {
  readonly parts: bigint
  /** The number of parts in the unit. */
  readonly perUnit: bigint
}

/** The cost of a quantity, in millionths of a dollar. */
export function microDollars({ parts, perUnit }: Quantity, dollarsPerUnit: number): bigint {
  const pico = BigInt(Math.round(dollarsPerUnit * Number(PICO)))
  return rounded(parts * pico, perUnit * (PICO / MICRO))
}

/** Millionths of a dollar, in dollars: the number closest to the decimal fraction. */
export function dollars(micro: bigint): number {
  return Number(micro) / Number(MICRO)
}

/** A quantity in its unit, rounded to nine decimal places. */
export function inUnits({ parts, perUnit }: Quantity): number {
  return Number(rounded(parts * NANO, perUnit)) / Number(NANO)
}

function rounded(dividend: bigint, divisor: bigint): bigint {
  return (2n * dividend + divisor) / (2n * divisor)
}
