/** The command `prune VAULT`: its options and their help. */
import type { Command } from 'commander'
import type { CalendarDuration } from '../../../retention/calendar.js'
import { addDetails, type CommandDetails } from '../../command-details.js'
import { addConnectionOptions, type ConnectionOptions } from '../../options/connection-options.js'
import { addPricesOption, COST_DETAILS, type CostOptions } from '../../options/cost-options.js'
import { addRetryOption, type RetryOptions } from '../../options/transfer-options.js'
import { parseKeepCount, parseKeepWithin } from '../../options/values/retention.js'
import { parseText } from '../../options/values/text.js'

/** The options of `prune`. */
export interface PruneOptions extends ConnectionOptions, CostOptions, RetryOptions {
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
  /** Whether archives younger than 90 days are deleted too. */
  readonly now?: true
  /** Whether to print what would be deleted, and delete nothing. */
  readonly dryRun?: true
  /** Whether to delete without a question. */
  readonly yes?: true
}

const PRUNE_DETAILS: CommandDetails = {
  paragraphs: [
    'prune deletes the archives that no --keep option keeps. The options mean what they mean to "restic forget": archives ' +
      'are grouped by name; --keep-daily 7 keeps the newest archive of each of the last seven days that have one; if there ' +
      'are fewer such days than that, the oldest archive is kept too; and --keep-within counts back from the newest archive ' +
      'of the name. An archive is kept if one option keeps it. Days, weeks and months are those of the local time zone. ' +
      'At least one --keep option is needed.',
    'A set of volumes counts once, and is deleted whole. Archives without a name, sets that are incomplete or whose end is ' +
      'not known, archives that may exist, and archives about which the catalog contradicts itself are never deleted, and ' +
      'do not count as kept. Only the archives that the catalog has of this vault, region, endpoint and account are ' +
      'considered: run "glacier-pipe catalog rebuild" first on a machine that did not store them.',
    'An archive younger than 90 days is kept, since the service charges for 90 days anyway; a set counts as its youngest ' +
      'volume. A later prune deletes it. --now deletes it at once.',
    'Before it deletes, prune prints what it keeps, with the reasons, and what it deletes, and asks. Without a terminal, ' +
      '--yes is needed. --dry-run prints the same to stdout and deletes nothing; --json prints one object for each archive. ' +
      'An archive that cannot be deleted does not stop the others, and the exit code is 1. If prune is interrupted in the ' +
      'middle of a set, the next prune of the vault deletes the rest of it.',
    COST_DETAILS,
  ],
  examples: [
    {
      purpose: 'print what a policy would delete',
      line: 'glacier-pipe prune backups --keep-daily 7 --keep-weekly 4 --keep-monthly 12 --dry-run',
    },
    {
      purpose: 'keep a year of monthly database dumps; for cron',
      line: "glacier-pipe prune backups --name 'shop*' --keep-last 3 --keep-monthly 12 --yes",
    },
  ],
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
    .option('--now', 'delete archives younger than 90 days too, which the service charges for')
    .option('--dry-run', 'print what would be kept and deleted; delete nothing')
    .option('--yes', 'do not ask for confirmation')
  addDetails(addRetryOption(addConnectionOptions(addPricesOption(command))), PRUNE_DETAILS).action(run)
}
