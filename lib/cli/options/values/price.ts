/** Prices of the local vault on the command line. */
import { InvalidArgumentError } from 'commander'
import { EXAMPLE_PRICES } from '../../../costs/price-table.js'
import type { SomePrices } from '../../../costs/prices.js'

/**
 * Reads `storage=0.0045`, in US dollars, and adds it to the prices before it.
 *
 * @throws {InvalidArgumentError} not a valid price, or an unknown name
 */
export function collectPrice(text: string, before: SomePrices = {}): SomePrices {
  const [, name = '', dollars] = /^(\w+)=(\d{1,6}(?:\.\d{1,12})?)$/.exec(text) ?? []
  if (Object.hasOwn(EXAMPLE_PRICES, name)) return { ...before, [name]: Number(dollars) }
  throw new InvalidArgumentError(
    `Write a price in US dollars as storage=0.0045. The names are ${Object.keys(EXAMPLE_PRICES).join(', ')}.`,
  )
}
