/** The command `jobs VAULT`: its help. */
import type { Command } from 'commander'
import { addConnectionOptions, type ConnectionOptions } from '../../options/connection-options.js'

/**
 * Declares `jobs`.
 *
 * @param run - runs the command
 */
export function addJobsCommand(
  program: Command,
  run: (vault: string, options: ConnectionOptions) => Promise<void>,
): void {
  addConnectionOptions(
    program.command('jobs <vault>').description('list the retrieval jobs of a vault'),
  ).action(run)
}
