/** The command `doctor [VAULT]` or `doctor s3://BUCKET`: its options and their help. */
import type { Command } from 'commander'
import { takingBucket } from '../options/bucket-operand.js'
import { catalogMirrorOption, type CatalogWriteOptions } from '../options/catalog-mirror.js'
import {
  addConnectionOptions,
  reportingLocalVault,
  type ConnectionOptions,
} from '../options/connection-options.js'
import { addBucketRequestOptions, type BucketRequestOptions } from '../options/object-options.js'

/** The options of `doctor`. */
export interface DoctorOptions extends ConnectionOptions, CatalogWriteOptions, BucketRequestOptions {
  /** Whether to begin an upload and abort it. */
  readonly write?: true
}

/**
 * Declares `doctor`.
 *
 * @param run - runs the command
 */
export function addDoctorCommand(
  program: Command,
  run: (vault: string | undefined, options: DoctorOptions) => Promise<void>,
): void {
  const command = program
    .command('doctor')
    .argument('[vault]')
    .usage('[options] [vault | s3://bucket[/prefix]]')
    .description('check credentials, region, clock, vault or bucket, permissions, catalog and disk')
    .option(
      '--write',
      'also begin an upload in the vault or bucket and abort it, to check that uploads are allowed',
    )
    .addOption(catalogMirrorOption())
  addConnectionOptions(addBucketRequestOptions(takingBucket(reportingLocalVault(command)))).action(run)
}
