/** The command `empty VAULT`: its options and their help. */
import type { Command } from 'commander'
import { catalogMirrorOption, type CatalogWriteOptions } from '../../options/catalog-mirror.js'
import { addPricesOption, type CostOptions } from '../../options/cost-options.js'
import { addInventoryOptions, type InventoryReadOptions } from '../../options/inventory-options.js'
import { parseCount } from '../../options/values/numbers.js'

/** The options of `empty`. */
export interface EmptyOptions extends InventoryReadOptions, CatalogWriteOptions, CostOptions {
  /** Whether to delete without a question. */
  readonly yes?: true
  /** Whether to state what the vault has, and delete nothing. */
  readonly dryRun?: true
  /** Maximum number of requests at once. */
  readonly concurrency?: number
}

/**
 * Declares `empty`.
 *
 * @param run - runs the command
 */
export function addEmptyCommand(
  program: Command,
  run: (vault: string, options: EmptyOptions) => Promise<void>,
): void {
  const command = program
    .command('empty <vault>')
    .description('delete all archives in a vault; rerun to resume after a failure')
    .option('--yes', 'do not ask for the name of the vault')
    .option('--dry-run', 'state the archives, their size and the cost; delete nothing')
    .addOption(catalogMirrorOption())
    .option('--concurrency <number>', 'maximum number of requests at once; default 8', parseCount)
  addInventoryOptions(addPricesOption(command)).action(run)
}
