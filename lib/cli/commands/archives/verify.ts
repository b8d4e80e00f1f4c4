/** The command `verify FILE VAULT ARCHIVE`: its options and their help. */
import type { Command } from 'commander'
import { addInventoryOptions, type InventoryReadOptions } from '../../options/inventory-options.js'
import { DASHED_IDS_HELP } from '../../options/operands.js'
import { parsePath, parseText } from '../../options/values/text.js'

/** The options of `verify`. */
export interface VerifyOptions extends InventoryReadOptions {
  /** Whether the file is compared with the inventory instead of the catalog. */
  readonly inventory?: true
  /** Whether the ID of a first volume stands for the whole set. */
  readonly volumes: boolean
}

/**
 * Declares `verify`.
 *
 * @param run - runs the command
 */
export function addVerifyCommand(
  program: Command,
  run: (file: string, vault: string, archiveId: string, options: VerifyOptions) => Promise<void>,
): void {
  addInventoryOptions(
    program
      .command('verify')
      .argument('<file>', '', parsePath)
      .arguments('<vault>')
      .argument('<archive>', '', parseText)
      .description('check that a file is the same as an archive, without retrieving the archive')
      .option('--inventory', 'compare the file with the inventory of the vault instead of the catalog')
      .option('--no-volumes', 'compare the file with the given archive only, not with all volumes of its set')
      .addHelpText('after', DASHED_IDS_HELP),
  ).action(run)
}
