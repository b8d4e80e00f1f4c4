/**
 * Exact amounts. Prices are rounded to 10^-12 dollars, quantities are integers, and only the amount of a line is rounded,
 * half up: to 10^-6 dollars, or to 10^-12. Therefore a total is exactly the sum of its lines.
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
  return rounded(parts * picoPrice(dollarsPerUnit), perUnit * (PICO / MICRO))
}

/** The cost of a quantity, in units of 10^-12 dollars. */
export function picoDollars({ parts, perUnit }: Quantity, dollarsPerUnit: number): bigint {
  return rounded(parts * picoPrice(dollarsPerUnit), perUnit)
}

/** Millionths of a dollar, in dollars: the number closest to the decimal fraction. */
export function dollars(micro: bigint): number {
  return Number(micro) / Number(MICRO)
}

/** Units of 10^-12 dollars, in dollars: the number closest to the decimal fraction, rounded to 10^-12. */
export function dollarsOfPico(pico: bigint): number {
  return Number(`${pico}e-12`)
}

/** A quantity in its unit, rounded to nine decimal places. */
export function inUnits({ parts, perUnit }: Quantity): number {
  return Number(rounded(parts * NANO, perUnit)) / Number(NANO)
}

function picoPrice(dollarsPerUnit: number): bigint {
  return BigInt(Math.round(dollarsPerUnit * Number(PICO)))
}

function rounded(dividend: bigint, divisor: bigint): bigint {
  return (2n * dividend + divisor) / (2n * divisor)
}
