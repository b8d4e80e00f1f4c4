/** The command `hash [FILE…]`: its options and their help. */
import type { Command } from 'commander'
import { addOutputOptions, type OutputOptions } from '../../options/connection-options.js'
import { collectPath } from '../../options/values/text.js'

/** The options of `hash`. */
export interface HashOptions extends OutputOptions {
  /** Whether the files are lists of hashes to check. */
  readonly check?: true
}

/**
 * Declares `hash`.
 *
 * @param run - runs the command
 */
export function addHashCommand(
  program: Command,
  run: (files: string[], options: HashOptions) => Promise<void>,
): void {
  addOutputOptions(
    program
      .command('hash')
      .argument('[file...]', '', collectPath)
      .description('print the tree hashes of files, or of stdin')
      .option('-c, --check', 'read tree hashes and file names from the given files, and check those files'),
  ).action(run)
}
