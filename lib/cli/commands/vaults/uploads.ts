/** The command `uploads VAULT`: its options and their help. */
import type { Command } from 'commander'
import { catalogMirrorOption, type CatalogWriteOptions } from '../../options/catalog-mirror.js'
import { addConnectionOptions, type ConnectionOptions } from '../../options/connection-options.js'
import { parseText } from '../../options/values/text.js'

/** The options of `uploads`. */
export interface UploadsOptions extends ConnectionOptions, CatalogWriteOptions {
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
  addConnectionOptions(
    program
      .command('uploads <vault>')
      .description('list the unfinished uploads of a vault, or abort one')
      .option('--abort <id>', 'abort this upload; its parts are deleted', parseText)
      .addOption(catalogMirrorOption()),
  ).action(run)
}
