/** The commands `catalog rebuild|diff|export|import`: their options and their help. */
import type { Command } from 'commander'
import { takingBucket } from '../options/bucket-operand.js'
import { addBucketRequestOptions, type BucketRequestOptions } from '../options/object-options.js'
import { catalogMirrorOption, type CatalogWriteOptions } from '../options/catalog-mirror.js'
import { addCatalogOptions, type CatalogOptions } from '../options/connection-options.js'
import { addInventoryOptions, type InventoryReadOptions } from '../options/inventory-options.js'
import { parsePath } from '../options/values/text.js'

/** The options of `catalog rebuild`. */
export interface RebuildOptions extends InventoryReadOptions, CatalogWriteOptions, BucketRequestOptions {}

/** The options of `catalog import`. */
export interface ImportOptions extends CatalogOptions, CatalogWriteOptions {
  /** Whether to count what would be added, and to write nothing. */
  readonly dryRun?: true
  /** Whether to leave out lines that are cut off or are no records. */
  readonly skipDamaged?: true
}

/** The functions that run the subcommands of `catalog`. */
export interface CatalogRunners {
  rebuild(vault: string, options: RebuildOptions): Promise<void>
  diff(vault: string, options: InventoryReadOptions): Promise<void>
  export(file: string | undefined, options: CatalogOptions): Promise<void>
  import(file: string, options: ImportOptions): Promise<void>
}

/**
 * Declares `catalog` and its subcommands.
 *
 * @param run - runs the subcommands
 */
export function addCatalogCommand(program: Command, run: CatalogRunners): void {
  const catalog = program
    .command('catalog')
    .description('compare the catalog with the inventory of a vault; copy it, and bring it back')
    .helpCommand(false)
  addRebuild(catalog).action((vault: string, options: RebuildOptions) => run.rebuild(vault, options))
  addInventoryOptions(
    comparing(
      catalog
        .command('diff <vault>')
        .description('print archives that only the vault or bucket has (+), or only the catalog (-)'),
    ),
  ).action((vault: string, options: InventoryReadOptions) => run.diff(vault, options))
  addExport(catalog).action((file: string | undefined, options: CatalogOptions) => run.export(file, options))
  addImport(catalog).action((file: string, options: ImportOptions) => run.import(file, options))
}

/** Takes a vault, or a bucket, which has no inventory and no job. */
function comparing(command: Command): Command {
  return addBucketRequestOptions(takingBucket(command, ['job', 'snsTopic']))
}

function addRebuild(catalog: Command): Command {
  return addInventoryOptions(
    comparing(
      catalog
        .command('rebuild <vault>')
        .description(
          'add archives that only the inventory or the bucket has to the catalog, and settle conflicts',
        )
        .addOption(catalogMirrorOption()),
    ),
  )
}

function addExport(catalog: Command): Command {
  const command = catalog
    .command('export')
    .argument('[file]', '', parsePath)
    .description('write all records of the catalog to stdout, or to a new file')
  return addCatalogOptions(command)
}

function addImport(catalog: Command): Command {
  const command = catalog
    .command('import')
    .argument('<file>', '', parsePath)
    .description('add the records of an export, a mirror or another catalog to the catalog; - reads stdin')
    .option('--dry-run', 'count the records that would be added; write nothing')
    .option('--skip-damaged', 'leave out lines that are cut off or are not records, instead of failing')
    .addOption(catalogMirrorOption())
  return addCatalogOptions(command)
}
