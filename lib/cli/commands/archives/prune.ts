/** The command `prune VAULT`, also for a bucket: its options and their help. */
import type { Command } from 'commander'
import type { CalendarDuration } from '../../../retention/calendar.js'
import { catalogMirrorOption, type CatalogWriteOptions } from '../../options/catalog-mirror.js'
import { addConnectionOptions, type ConnectionOptions } from '../../options/connection-options.js'
import { addPricesOption, type CostOptions } from '../../options/cost-options.js'
import { addRetryOption, type RetryOptions } from '../../options/transfer-options.js'
import { parseKeepCount, parseKeepWithin } from '../../options/values/retention.js'
import { parseText } from '../../options/values/text.js'
import { takingBucket } from '../../options/bucket-operand.js'
import { addBucketRequestOptions, type BucketRequestOptions } from '../../options/object-options.js'

/** The options of `prune`. */
export interface PruneOptions
  extends ConnectionOptions, CatalogWriteOptions, CostOptions, RetryOptions, BucketRequestOptions {
  /** The rules: numbers of archives to keep of each name; `Infinity` is unlimited. */
  readonly keepLast?: number
  readonly keepDaily?: number
  readonly keepWeekly?: number
  readonly keepMonthly?: number
  readonly keepYearly?: number
  /** The time before the newest archive of a name in which all are kept. */
  readonly keepWithin?: CalendarDuration
  /** A pattern with `*` and `?`, or a part of the name. */
  readonly name?: string
  /** Whether archives are deleted too that the service charges for anyway. */
  readonly now?: true
  /** Whether to print what would be deleted, and delete nothing. */
  readonly dryRun?: true
  /** Whether to delete without a question. */
  readonly yes?: true
}

/**
 * Declares `prune`.
 *
 * @param run - runs the command
 */
export function addPruneCommand(
  program: Command,
  run: (vault: string, options: PruneOptions) => Promise<void>,
): void {
  const command = program
    .command('prune <vault>')
    .description('delete old archives by name, and keep those of a policy')
    .option('--keep-last <number>', 'keep the last archives of each name', parseKeepCount)
    .option('--keep-daily <number>', 'keep the newest archive of each of the last days', parseKeepCount)
    .option('--keep-weekly <number>', 'keep the newest archive of each of the last weeks', parseKeepCount)
    .option('--keep-monthly <number>', 'keep the newest archive of each of the last months', parseKeepCount)
    .option('--keep-yearly <number>', 'keep the newest archive of each of the last years', parseKeepCount)
    .option(
      '--keep-within <duration>',
      'keep all archives of this time before the newest one, as 1y6mo, 2w, 30d or 12h',
      parseKeepWithin,
    )
    .option('--name <text>', 'only names that contain this text, or match it if it has * or ?', parseText)
    .option(
      '--now',
      'delete archives too that are charged for anyway; in a vault, those younger than 90 days',
    )
    .option('--dry-run', 'print what would be kept and deleted; delete nothing')
    .addOption(catalogMirrorOption())
    .option('--yes', 'do not ask for confirmation')
  takingBucket(addBucketRequestOptions(command))
  addRetryOption(addConnectionOptions(addPricesOption(command))).action(run)
}
