/** The command `empty VAULT`: its options and their help. */
import type { Command } from 'commander'
import { catalogMirrorOption, type CatalogWriteOptions } from '../../options/catalog-mirror.js'
import { addInventoryOptions, type InventoryReadOptions } from '../../options/inventory-options.js'
import { parseCount } from '../../options/values/numbers.js'

/** The options of `empty`. */
export interface EmptyOptions extends InventoryReadOptions, CatalogWriteOptions {
  /** Whether to delete without a question. */
  readonly yes?: true
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
  addInventoryOptions(
    program
      .command('empty <vault>')
      .description('delete all archives in a vault; rerun to resume after a failure')
      .option('--yes', 'do not ask for confirmation')
      .addOption(catalogMirrorOption())
      .option('--concurrency <number>', 'maximum number of requests at once; default 8', parseCount),
  ).action(run)
}
