/** A cost: its lines and their total. A line whose price or quantity is unknown makes the total a lower bound. */
import { picoDollars, type Quantity } from './amount.js'
import { DAY_MS, GB_BYTES, MONTH_DAYS } from './billing-rules.js'

/** A line of a cost. */
export interface CostLine {
  /** The thing that is charged for, in words. */
  readonly item: string
  /** Units of 10^-12 US dollars; `undefined` if it is not known. */
  readonly amount: bigint | undefined
}

/** A cost. */
export interface Cost {
  /** The things that are charged for. */
  readonly lines: readonly CostLine[]
  /** The sum of the known lines, in units of 10^-12 US dollars. */
  readonly total: bigint
  /** Whether a line is unknown: the cost is at least the total. */
  readonly isAtLeast: boolean
}

/** Makes a cost of its lines. */
export function costOf(lines: readonly CostLine[]): Cost {
  return {
    lines,
    total: lines.reduce((sum, { amount = 0n }) => sum + amount, 0n),
    isAtLeast: lines.some(({ amount }) => amount === undefined),
  }
}

/** The sum of several costs. */
export function sumOf(costs: readonly Cost[]): Cost {
  return costOf(costs.flatMap(({ lines }) => lines))
}

/**
 * A line of a cost. The amount of no quantity is 0, even if its price is unknown.
 *
 * @param quantity - in the unit of the price; `undefined` if it is not known
 */
export function lineOf(item: string, quantity: Quantity | undefined, price: number | undefined): CostLine {
  if (quantity?.parts === 0n) return { item, amount: 0n }
  if (quantity === undefined || price === undefined) return { item, amount: undefined }
  return { item, amount: picoDollars(quantity, price) }
}

/** A number of requests, in thousands. */
export function thousands(count: number): Quantity {
  return { parts: BigInt(count), perUnit: 1000n }
}

/** Bytes, in GB. */
export function gigabytes(bytes: number): Quantity {
  return { parts: BigInt(bytes), perUnit: GB_BYTES }
}

/** Bytes times milliseconds, in GB-months. */
export function gigabyteMonths(byteMs: bigint): Quantity {
  return { parts: byteMs, perUnit: GB_BYTES * BigInt(MONTH_DAYS * DAY_MS) }
}
