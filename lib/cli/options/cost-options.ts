/** The option of commands that state what something costs. */
import type { Command } from 'commander'
import { parsePath } from './values/text.js'

/** The option of every command that states costs. */
export interface CostOptions {
  /** The path of a file of prices, which replaces the table of this package. */
  readonly prices?: string
}

/** The paragraph of the long help about costs. */
export const COST_DETAILS: string =
  'Costs are estimates in US dollars, without taxes, discounts and the transfer of data out of AWS. The prices are in a ' +
  'table in the package, by region, with their date. A price that the table does not have is shown as unknown, and a ' +
  'total without it as "at least". --prices FILE replaces the table by a file of JSON: ' +
  '{"currency":"USD","regions":{"eu-west-1":{"date":"2026-11","source":"the price page","storage":0.004,' +
  '"uploadRequests":0.055,"standardRetrieval":0.01,"standardRequests":0.055}}}. "storage" is the price of a GB for a month ' +
  'of 30 days, "…Retrieval" that of a GB, and "…Requests" that of 1,000 requests. A GB has 2^30 bytes.'

/** Adds {@link CostOptions}. */
export function addPricesOption(command: Command): Command {
  return command.option('--prices <file>', 'compute costs with the prices in this JSON file', parsePath)
}
