/** The command `uploads VAULT`: its options and their help. */
import type { Command } from 'commander'
import {
  addBucketAccessOptions,
  takingBucket,
  type BucketAccessOptions,
} from '../../options/bucket-operand.js'
import { catalogMirrorOption, type CatalogWriteOptions } from '../../options/catalog-mirror.js'
import { addConnectionOptions, type ConnectionOptions } from '../../options/connection-options.js'
import { parseText } from '../../options/values/text.js'

/** The options of `uploads`. */
export interface UploadsOptions extends ConnectionOptions, CatalogWriteOptions, BucketAccessOptions {
  /** The ID of the upload to abort. */
  readonly abort?: string
}

/**
 * Declares `uploads`.
 *
 * @param run - runs the command
 */
export function addUploadsCommand(
  program: Command,
  run: (vault: string, options: UploadsOptions) => Promise<void>,
): void {
  const command = program
    .command('uploads <vault>')
    .description('list the unfinished uploads of a vault or bucket, or abort one')
    .option('--abort <id>', 'abort this upload; its parts are deleted', parseText)
    .addOption(catalogMirrorOption())
  addConnectionOptions(addBucketAccessOptions(takingBucket(command))).action(run)
}
