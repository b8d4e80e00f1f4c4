/** The command `empty VAULT`: its options and their help. */
import type { Command } from 'commander'
import { addDetails, type CommandDetails } from '../../command-details.js'
import { addPricesOption, COST_DETAILS, type CostOptions } from '../../options/cost-options.js'
import { addInventoryOptions, type InventoryReadOptions } from '../../options/inventory-options.js'
import { parseCount } from '../../options/values/numbers.js'

/** The options of `empty`. */
export interface EmptyOptions extends InventoryReadOptions, CostOptions {
  /** Whether to delete without a question. */
  readonly yes?: true
  /** Whether to state what the vault has, and delete nothing. */
  readonly dryRun?: true
  /** Maximum number of requests at once. */
  readonly concurrency?: number
}

const EMPTY_DETAILS: CommandDetails = {
  paragraphs: [
    'empty states how many archives the catalog and the last inventory have, their size, and what the deletion of those ' +
      'younger than 90 days costs. It then requires the name of the vault to be typed: a y is not enough. Without a ' +
      'terminal, --yes is needed, since the command line already has the name of the vault.',
    'It deletes the archives in the inventory of the vault, for which it may wait for hours, and those that only the ' +
      'catalog has. An interrupted run continues when the same command is run again.',
    COST_DETAILS,
  ],
  examples: [
    { purpose: 'state what would be deleted, and the cost', line: 'glacier-pipe empty --dry-run backups' },
  ],
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
    .option('--concurrency <number>', 'maximum number of requests at once; default 8', parseCount)
  addDetails(addInventoryOptions(addPricesOption(command)), EMPTY_DETAILS).action(run)
}
