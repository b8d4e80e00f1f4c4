/** The command `empty VAULT`: its options and their help. */
import type { Command } from 'commander'
import type { Io } from '../io.js'
import { addInventoryOptions, type InventoryReadOptions } from '../options/inventory-options.js'
import { parseCount } from '../options/numbers.js'

/** The options of `empty`. */
export interface EmptyOptions extends InventoryReadOptions {
  /** Whether to delete without a question. */
  readonly yes?: true
  /** Maximum number of requests at once. */
  readonly concurrency?: number
}

/** Declares `empty`. */
export function addEmptyCommand(program: Command, io: Io): void {
  addInventoryOptions(
    program
      .command('empty <vault>')
      .description('delete all archives in a vault; rerun to resume after a failure')
      .option('--yes', 'do not ask for confirmation')
      .option('--concurrency <number>', 'maximum number of requests at once; default 8', parseCount),
  ).action(async (vault: string, options: EmptyOptions) => {
    const { empty } = await import('../run/rm/deletion.js')
    return empty(vault, options, io)
  })
}
