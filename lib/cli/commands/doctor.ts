/** The command `doctor [VAULT]`: its options and their help. */
import type { Command } from 'commander'
import { catalogMirrorOption, type CatalogWriteOptions } from '../options/catalog-mirror.js'
import { addConnectionOptions, type ConnectionOptions } from '../options/connection-options.js'

/** The options of `doctor`. */
export interface DoctorOptions extends ConnectionOptions, CatalogWriteOptions {
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
    .description('check credentials, region, clock, vault, permissions, catalog and disk')
    .option('--write', 'also begin an upload in the vault and abort it, to check that uploads are allowed')
    .addOption(catalogMirrorOption())
  addConnectionOptions(command).action(run)
}
