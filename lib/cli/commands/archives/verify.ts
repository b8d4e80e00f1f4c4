/** The command `verify FILE VAULT ARCHIVE` or `verify FILE s3://BUCKET/KEY`: its options and their help. */
import type { Command } from 'commander'
import { isS3Address } from '../../../s3/s3-address.js'
import { takingObject } from '../../options/destination.js'
import { addInventoryOptions, type InventoryReadOptions } from '../../options/inventory-options.js'
import { addBucketRequestOptions, type BucketRequestOptions } from '../../options/object-options.js'
import { DASHED_IDS_HELP } from '../../options/operands.js'
import { parsePath, parseText } from '../../options/values/text.js'

/** The options of `verify`. */
export interface VerifyOptions extends InventoryReadOptions, BucketRequestOptions {
  /** Whether the file is compared with the inventory instead of the catalog. */
  readonly inventory?: true
  /** Whether the ID of a first volume stands for the whole set. */
  readonly volumes: boolean
}

/**
 * Declares `verify`.
 *
 * @param run - runs the command
 */
export function addVerifyCommand(
  program: Command,
  run: (file: string, place: string, archiveId: string | undefined, options: VerifyOptions) => Promise<void>,
): void {
  const command = addInventoryOptions(
    takingObject(program.command('verify'))
      .argument('<file>', '', parsePath)
      .arguments('<vault>')
      .argument('[archive]', '', parseText)
      .usage('[options] <file> <vault | s3://bucket[/key]> [archive]')
      .description('check that a file is the same as an archive, without retrieving the archive')
      .option('--inventory', 'compare the file with the inventory of the vault instead of the catalog')
      .option('--no-volumes', 'compare the file with the given archive only, not with all volumes of its set')
      .addHelpText('after', DASHED_IDS_HELP),
  )
  addBucketRequestOptions(command).action(
    (file: string, place: string, archiveId: string | undefined, options: VerifyOptions) => {
      if (archiveId === undefined && !isS3Address(place))
        command.error("error: missing required argument 'archive'", { code: 'commander.missingArgument' })
      return run(file, place, archiveId, options)
    },
  )
}
