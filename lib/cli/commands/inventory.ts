/** The command `inventory VAULT`: its options and their help. */
import type { Command } from 'commander'
import type { Io } from '../io.js'
import {
  addDateOptions,
  addInventoryOptions,
  type DateOptions,
  type InventoryReadOptions,
} from '../options/inventory-options.js'

/** The options of `inventory`. */
export interface InventoryOptions extends InventoryReadOptions, DateOptions {
  readonly csv?: true
}

/** Declares `inventory`. */
export function addInventoryCommand(program: Command, io: Io): void {
  addDateOptions(
    addInventoryOptions(
      program
        .command('inventory <vault>')
        .description('list the archives in the last inventory of a vault')
        .option('--csv', 'print CSV'),
    ),
    'created',
  ).action(async (vault: string, options: InventoryOptions) => {
    const { inventory } = await import('../run/inventory.js')
    return inventory(vault, options, io)
  })
}
