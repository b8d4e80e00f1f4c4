/** The lines that `serve` prints when it stops: the costs of the same requests at the service. */
import type { BucketCostLine, BucketCosts, CostLine, Costs } from '../../../local/index.js'

/**
 * The costs as lines for people: the total, and each item that has a quantity. Empty if no item has one.
 *
 * @param of - what the costs are of: `vaults` or `buckets`
 */
export function costSummary(of: string, costs: Costs | BucketCosts): readonly string[] {
  const { total, lines, since, until } = costs
  const used = lines.filter(({ quantity }) => quantity > 0)
  if (used.length === 0) return []
  const atLeast = 'isAtLeast' in costs && costs.isAtLeast ? 'at least ' : ''
  return [
    `The costs of the ${of} from ${since} to ${until}, at the configured prices: ${atLeast}$${total.toFixed(6)}.`,
    ...used.map((line) => `  ${line.item}: ${quantityOf(line)}, ${amountOf(line)}`),
  ]
}

function quantityOf({ quantity, unit }: CostLine | BucketCostLine): string {
  return unit === 'GB' || unit === 'GB-month' ? `${quantity.toFixed(9)} ${unit}` : String(quantity)
}

function amountOf({ amount }: CostLine | BucketCostLine): string {
  return amount === null ? 'at an unknown price' : `$${amount.toFixed(6)}`
}
