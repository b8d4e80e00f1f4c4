/** The command `rm VAULT ARCHIVE…`: its options and their help. */
import type { Command } from 'commander'
import { isS3Address } from '../../../s3/s3-address.js'
import { takingBucket } from '../../options/bucket-operand.js'
import { addBucketRequestOptions, type BucketRequestOptions } from '../../options/object-options.js'
import { catalogMirrorOption, type CatalogWriteOptions } from '../../options/catalog-mirror.js'
import { addConnectionOptions, type ConnectionOptions } from '../../options/connection-options.js'
import { addPricesOption, type CostOptions } from '../../options/cost-options.js'
import { DASHED_IDS_HELP } from '../../options/operands.js'
import { collectText } from '../../options/values/text.js'

/** The options of `rm`. */
export interface RmOptions extends ConnectionOptions, CatalogWriteOptions, CostOptions, BucketRequestOptions {
  /** Whether to delete without a question. */
  readonly yes?: true
  /** Whether to print what would be deleted, and delete nothing. */
  readonly dryRun?: true
  /** Whether the ID of a first volume stands for the whole set. */
  readonly volumes: boolean
}

/**
 * Declares `rm`.
 *
 * @param run - runs the command
 */
export function addRmCommand(
  program: Command,
  run: (vault: string, archiveIds: string[], options: RmOptions) => Promise<void>,
): void {
  const command = program
    .command('rm <vault>')
    .argument('[archive...]', '', collectText)
    .description('delete archives; the ID of a first volume deletes the whole set')
    .option('--no-volumes', 'delete only the given archives, even if they are volumes of a set')
    .option('--yes', 'do not ask for confirmation')
    .option('--dry-run', 'print what would be deleted and what it costs; connect to nothing')
    .addOption(catalogMirrorOption())
    .addHelpText('after', DASHED_IDS_HELP)
  takingBucket(addBucketRequestOptions(command))
  addConnectionOptions(addPricesOption(command)).action(
    (vault: string, archiveIds: string[], options: RmOptions) => {
      if (archiveIds.length === 0 && !isS3Address(vault))
        command.error("error: missing required argument 'archive'", { code: 'commander.missingArgument' })
      return run(vault, archiveIds, options)
    },
  )
}
