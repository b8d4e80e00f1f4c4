/** The command `get VAULT ARCHIVE…` or `get s3://BUCKET/KEY`: its options and their help. */
import { Option, type Command } from 'commander'
import type { Tier } from '../../../store/retrieval-store.js'
import { parseRange, type GivenRange } from '../../options/values/byte-range.js'
import { addConnectionOptions, type ConnectionOptions } from '../../options/connection-options.js'
import { takingObject } from '../../options/destination.js'
import { addRestoreOptions, type RestoreOptions } from '../../options/object-options.js'
import { addPricesOption, type CostOptions } from '../../options/cost-options.js'
import { DASHED_IDS_HELP } from '../../options/operands.js'
import { snsTopicOption, type SnsOptions } from '../../options/sns-option.js'
import { collectText, parsePath, parseText } from '../../options/values/text.js'
import { addTransferOptions, type TransferOptions } from '../../options/transfer-options.js'

/** The options of `get`. */
export interface GetOptions
  extends ConnectionOptions, TransferOptions, CostOptions, SnsOptions, RestoreOptions {
  /** The path of the output; `-` is stdout. With `match`, the path of a folder. */
  readonly output?: string
  readonly range?: GivenRange
  /** The pattern of the names of the archives that are retrieved, each into a file of its own. */
  readonly match?: string
  /** The ID of the job whose output is retrieved. */
  readonly job?: string
  /** Whether to wait for the jobs and retrieve their output. */
  readonly wait: boolean
  readonly tier?: Tier
  /** Whether the ID of a first volume stands for the whole set. */
  readonly volumes: boolean
  /** Whether to print the jobs and their cost, and start nothing. */
  readonly dryRun?: true
  /** Whether a set whose last volume is missing is retrieved. */
  readonly incomplete?: boolean
  /** Whether bytes of an object are output that can only be verified when all of them have arrived. */
  readonly checkLate?: boolean
}

/**
 * Declares `get`.
 *
 * @param run - runs the command
 */
export function addGetCommand(
  program: Command,
  run: (place: string, archiveIds: string[], options: GetOptions) => Promise<void>,
): void {
  const command = addTransferOptions(
    addConnectionOptions(
      takingObject(program.command('get <vault>'))
        .argument('[archive...]', '', collectText)
        .usage('[options] <vault | s3://bucket[/key]> [archive...]')
        .description('retrieve and verify archives, one after the other, to stdout or a file')
        .option(
          '-o, --output <file>',
          'write to this file (with --match: files in this folder), which appears when it is complete; rerun to resume',
          parsePath,
        )
        .option(
          '--match <pattern>',
          'retrieve the newest archive of each name that matches, as srv-* or srv-*@2026-03-01, into the folder of -o',
          parseText,
        )
        .option(
          '--range <range>',
          'byte range, as 0-9 (ten bytes), 10GiB+1GiB or 500-; defaults to the whole archive',
          parseRange,
        )
        .option('--job <id>', 'retrieve the output of this job; do not give an archive ID with it', parseText)
        .option('--no-wait', 'start the jobs, print their IDs, and do not wait for them')
        .addOption(
          new Option('--tier <tier>', 'retrieval speed and cost; default Standard').choices([
            'Expedited',
            'Standard',
            'Bulk',
          ]),
        )
        .addOption(snsTopicOption())
        .option('--no-volumes', 'retrieve only the given archive, not all volumes of its set')
        .option('--dry-run', 'print the jobs and what they cost; start nothing')
        .option('--incomplete', 'retrieve a set of volumes although its last volume is missing')
        .option(
          '--check-late',
          'output an object of a bucket that has no hashes of its parts before it is verified as a whole',
        )
        .addHelpText('after', DASHED_IDS_HELP),
    ),
  )
  addPricesOption(addRestoreOptions(command)).action(run)
}
