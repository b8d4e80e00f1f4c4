/** The command `doctor [VAULT]`: its options and their help. */
import type { Command } from 'commander'
import { addDetails } from '../command-details.js'
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
  addDetails(addConnectionOptions(command), {
    paragraphs: [
      'Each check prints one line: ok, warning or FAILED, its subject, and the finding. A second line says what to do. The exit code is 1 if a check failed. No secret key is printed, so that the output can be part of a bug report.',
      'The checks make requests that change nothing and cost nothing. Each ends after 15 seconds. With VAULT, they check whether the vault exists and whether the credentials may list its uploads and jobs. With --json, each line is an object with check, status, finding and remedy.',
    ],
    examples: [
      { purpose: 'find out what is missing before the first backup', line: 'glacier-pipe doctor' },
      { purpose: 'check everything that a nightly put needs', line: 'glacier-pipe doctor backups --write' },
    ],
  }).action(run)
}
