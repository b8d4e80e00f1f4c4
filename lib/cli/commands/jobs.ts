/** The command `jobs VAULT`: its help. */
import type { Command } from 'commander'
import type { Io } from '../io.js'
import { addConnectionOptions, type ConnectionOptions } from '../options/connection-options.js'

/** Declares `jobs`. */
export function addJobsCommand(program: Command, io: Io): void {
  addConnectionOptions(
    program.command('jobs <vault>').description('list the retrieval jobs of a vault'),
  ).action(async (vault: string, options: ConnectionOptions) => {
    const { jobs } = await import('../run/jobs.js')
    return jobs(vault, options, io)
  })
}
