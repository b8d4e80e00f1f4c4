/** The commands `catalog rebuild VAULT` and `catalog diff VAULT`: their help. */
import type { Command } from 'commander'
import type { Io } from '../io.js'
import { addInventoryOptions, type InventoryReadOptions } from '../options/inventory-options.js'

/** Declares `catalog` and its subcommands. */
export function addCatalogCommand(program: Command, io: Io): void {
  const catalog = program
    .command('catalog')
    .description('compare the catalog with the inventory of a vault')
    .helpCommand(false)
  addInventoryOptions(
    catalog
      .command('rebuild <vault>')
      .description('add archives that only the inventory has to the catalog, and settle conflicts'),
  ).action(async (vault: string, options: InventoryReadOptions) => {
    const { rebuildCatalog } = await import('../run/catalog/catalog.js')
    return rebuildCatalog(vault, options, io)
  })
  addInventoryOptions(
    catalog
      .command('diff <vault>')
      .description('print archives that only the vault has (+), or only the catalog (-)'),
  ).action(async (vault: string, options: InventoryReadOptions) => {
    const { diffCatalog } = await import('../run/catalog/catalog.js')
    return diffCatalog(vault, options, io)
  })
}
