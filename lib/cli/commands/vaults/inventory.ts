/** The command `inventory VAULT`: its options and their help. */
import { Option, type Command } from 'commander'
import {
  addDateOptions,
  addInventoryOptions,
  type DateOptions,
  type InventoryReadOptions,
} from '../../options/inventory-options.js'

/** The options of `inventory`. */
export interface InventoryOptions extends InventoryReadOptions, DateOptions {
  readonly csv?: true
}

/**
 * Declares `inventory`.
 *
 * @param run - runs the command
 */
export function addInventoryCommand(
  program: Command,
  run: (vault: string, options: InventoryOptions) => Promise<void>,
): void {
  addDateOptions(
    addInventoryOptions(
      program
        .command('inventory <vault>')
        .description('list the archives in the last inventory of a vault')
        .addOption(new Option('--csv', 'print CSV').conflicts('json')),
    ),
    'created',
  ).action(run)
}
