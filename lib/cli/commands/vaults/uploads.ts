/** The command `uploads VAULT`: its options and their help. */
import type { Command } from 'commander'
import { takingBucket } from '../../options/bucket-operand.js'
import { addBucketRequestOptions, type BucketRequestOptions } from '../../options/object-options.js'
import { catalogMirrorOption, type CatalogWriteOptions } from '../../options/catalog-mirror.js'
import { addConnectionOptions, type ConnectionOptions } from '../../options/connection-options.js'
import { parseText } from '../../options/values/text.js'

/** The options of `uploads`. */
export interface UploadsOptions extends ConnectionOptions, CatalogWriteOptions, BucketRequestOptions {
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
  addConnectionOptions(addBucketRequestOptions(takingBucket(command))).action(run)
}
