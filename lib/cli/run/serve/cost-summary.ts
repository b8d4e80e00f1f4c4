/** The lines that `serve` prints when it stops: the costs of the same requests at the service. */
import type { CostLine, Costs } from '../../../local/index.js'

/** The costs as lines for people: the total, and each item that has a quantity. Empty if no item has one. */
export function costSummary({ total, lines, since, until }: Costs): readonly string[] {
  const used = lines.filter(({ quantity }) => quantity > 0)
  if (used.length === 0) return []
  return [
    `The costs from ${since} to ${until}, at the configured prices: $${total.toFixed(6)}.`,
    ...used.map((line) => `  ${line.item}: ${quantityOf(line)}, $${line.amount.toFixed(6)}`),
  ]
}

function quantityOf({ quantity, unit }: CostLine): string {
  return unit === 'GB' || unit === 'GB-month' ? `${quantity.toFixed(9)} ${unit}` : String(quantity)
}
