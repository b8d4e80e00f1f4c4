/** The option of commands that state what something costs. */
import type { Command } from 'commander'
import { parsePath } from './values/text.js'

/** The option of every command that states costs. */
export interface CostOptions {
  /** The path of a file of prices, which replaces the table of this package. */
  readonly prices?: string
}

/** Adds {@link CostOptions}. */
export function addPricesOption(command: Command): Command {
  return command.option('--prices <file>', 'compute costs with the prices in this JSON file', parsePath)
}
