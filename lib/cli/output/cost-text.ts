/** Costs as people and programs read them. */
import { dollarsOfPico } from '../../costs/amount.js'
import type { Cost } from '../../costs/cost.js'

/** A ten-thousandth of a dollar, in units of 10^-12 dollars: the smallest amount that is printed. */
const SMALLEST = 10n ** 8n
const DOLLAR = 10n ** 12n

/** An amount as `US$0.0004`: with four decimal places below a dollar, and two from a dollar up. */
export function formatAmount(pico: bigint): string {
  if (pico === 0n) return 'US$0.00'
  if (pico < SMALLEST) return 'less than US$0.0001'
  return pico < DOLLAR ? `US$${decimal(pico, 4)}` : `US$${decimal(pico, 2)}`
}

/** A cost as `US$0.0004`, `at least US$1.20`, or `unknown`. */
export function formatCost(cost: Cost): string {
  if (isUnknown(cost)) return 'unknown'
  return `${cost.isAtLeast ? 'at least ' : ''}${formatAmount(cost.total)}`
}

/** Whether nothing can be said about a cost. */
export function isUnknown({ total, isAtLeast }: Cost): boolean {
  return isAtLeast && total < SMALLEST
}

/** A cost in JSON: amounts in US dollars, `null` for an unknown one. */
export function costJson({ lines, total, isAtLeast }: Cost): object {
  return {
    currency: 'USD',
    total: dollarsOfPico(total),
    isAtLeast,
    lines: lines.map(({ item, amount }) => ({
      item,
      amount: amount === undefined ? null : dollarsOfPico(amount),
    })),
  }
}

function decimal(pico: bigint, places: number): string {
  const unit = 10n ** BigInt(12 - places)
  const digits = String((pico + unit / 2n) / unit).padStart(places + 1, '0')
  return `${digits.slice(0, -places)}.${digits.slice(-places)}`
}
