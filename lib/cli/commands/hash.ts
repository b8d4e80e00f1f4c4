/** The command `hash [FILE…]`: its options and their help. */
import type { Command } from 'commander'
import type { Io } from '../io.js'
import { addOutputOptions, type OutputOptions } from '../options/connection-options.js'

/** The options of `hash`. */
export interface HashOptions extends OutputOptions {
  /** Whether the files are lists of hashes to check. */
  readonly check?: true
}

/** Declares `hash`. */
export function addHashCommand(program: Command, io: Io): void {
  addOutputOptions(
    program
      .command('hash [file...]')
      .description('print the tree hashes of files, or of stdin')
      .option('-c, --check', 'read tree hashes and file names from the given files, and check those files'),
  ).action(async (files: string[], options: HashOptions) => {
    const { hash } = await import('../run/hash/hash.js')
    return hash(files, options, io)
  })
}
