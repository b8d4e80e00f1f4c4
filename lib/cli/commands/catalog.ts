/** The commands `catalog rebuild VAULT` and `catalog diff VAULT`: their help. */
import type { Command } from 'commander'
import { addInventoryOptions, type InventoryReadOptions } from '../options/inventory-options.js'

/** The functions that run the subcommands of `catalog`. */
export interface CatalogRunners {
  rebuild(vault: string, options: InventoryReadOptions): Promise<void>
  diff(vault: string, options: InventoryReadOptions): Promise<void>
}

/**
 * Declares `catalog` and its subcommands.
 *
 * @param run - runs the subcommands
 */
export function addCatalogCommand(program: Command, run: CatalogRunners): void {
  const catalog = program
    .command('catalog')
    .description('compare the catalog with the inventory of a vault')
    .helpCommand(false)
  addInventoryOptions(
    catalog
      .command('rebuild <vault>')
      .description('add archives that only the inventory has to the catalog, and settle conflicts'),
  ).action((vault: string, options: InventoryReadOptions) => run.rebuild(vault, options))
  addInventoryOptions(
    catalog
      .command('diff <vault>')
      .description('print archives that only the vault has (+), or only the catalog (-)'),
  ).action((vault: string, options: InventoryReadOptions) => run.diff(vault, options))
}
