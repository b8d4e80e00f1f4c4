/** The command `ls [VAULT]`: its options and their help. */
import type { Command } from 'commander'
import { takingBucket } from '../../options/bucket-operand.js'
import { addCatalogOptions, type CatalogOptions } from '../../options/connection-options.js'
import { addPricesOption, type CostOptions } from '../../options/cost-options.js'
import { addDateOptions, type DateOptions } from '../../options/inventory-options.js'
import { parseSize } from '../../options/values/size.js'

/** The options of `ls`. */
export interface LsOptions extends CatalogOptions, CostOptions, DateOptions {
  /** A pattern with `*` and `?`, or a part of the name. */
  readonly name?: string
  /** Bytes. */
  readonly minSize?: number
  /** Bytes. */
  readonly maxSize?: number
  /** Whether IDs and times are printed in full. */
  readonly full?: true
  /** Whether the cost of the storage is printed. */
  readonly cost?: true
}

/**
 * Declares `ls`.
 *
 * @param run - runs the command
 */
export function addLsCommand(
  program: Command,
  run: (vault: string | undefined, options: LsOptions) => Promise<void>,
): void {
  const command = addDateOptions(
    addCatalogOptions(program.command('ls [vault]').description('list the archives in the catalog'))
      .option('--name <text>', 'only names that contain this text, or match it if it has * or ?')
      .option('--min-size <size>', 'only archives of at least this size', parseSize)
      .option('--max-size <size>', 'only archives of at most this size', parseSize)
      .option('--cost', 'print what the storage costs each month')
      .option('--full', 'print whole archive IDs, and times in UTC with seconds'),
    'stored',
  )
  addPricesOption(takingBucket(command)).action(run)
}
