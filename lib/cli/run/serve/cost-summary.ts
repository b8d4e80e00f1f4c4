/** The lines that `serve` prints when it ends: what the service would have charged. */
import type { CostLine, Costs } from '../../../local/index.js'

/** The costs as lines for people: the total, and each line that has a quantity. None where no line has one. */
export function costSummary({ total, lines, since, until }: Costs): readonly string[] {
  const used = lines.filter(({ quantity }) => quantity > 0)
  if (used.length === 0) return []
  return [
    `The costs from ${since} to ${until}, by the table of prices: $${total.toFixed(6)}.`,
    ...used.map((line) => `  ${line.item}: ${quantityOf(line)}, $${line.amount.toFixed(6)}`),
  ]
}

function quantityOf({ quantity, unit }: CostLine): string {
  return unit === 'GB' || unit === 'GB-month' ? `${quantity.toFixed(9)} ${unit}` : String(quantity)
}
