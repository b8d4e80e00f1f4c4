/** The commands `catalog rebuild|diff|export|import`: their options and their help. */
import type { Command } from 'commander'
import { addDetails } from '../command-details.js'
import { catalogMirrorOption, type CatalogWriteOptions } from '../options/catalog-mirror.js'
import { addCatalogOptions, type CatalogOptions } from '../options/connection-options.js'
import { addInventoryOptions, type InventoryReadOptions } from '../options/inventory-options.js'
import { parsePath } from '../options/values/text.js'

/** The options of `catalog rebuild`. */
export interface RebuildOptions extends InventoryReadOptions, CatalogWriteOptions {}

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
    catalog
      .command('diff <vault>')
      .description('print archives that only the vault has (+), or only the catalog (-)'),
  ).action((vault: string, options: InventoryReadOptions) => run.diff(vault, options))
  addExport(catalog).action((file: string | undefined, options: CatalogOptions) => run.export(file, options))
  addImport(catalog).action((file: string, options: ImportOptions) => run.import(file, options))
}

function addRebuild(catalog: Command): Command {
  return addInventoryOptions(
    catalog
      .command('rebuild <vault>')
      .description('add archives that only the inventory has to the catalog, and settle conflicts')
      .addOption(catalogMirrorOption()),
  )
}

function addExport(catalog: Command): Command {
  const command = catalog
    .command('export')
    .argument('[file]', '', parsePath)
    .description('write all records of the catalog to stdout, or to a new file')
  return addDetails(addCatalogOptions(command), {
    paragraphs: [
      'The copy has one record per line, in JSON, between a first line that names its format and a last line with the number of records. It is a catalog itself: --catalog reads it.',
      'Lines that are damaged are left out. A file that exists is not overwritten.',
    ],
    examples: [
      {
        purpose: 'copy the catalog to another disk',
        line: 'glacier-pipe catalog export /mnt/usb/catalog.jsonl',
      },
      {
        purpose: 'store the catalog in a vault, with the backups that it describes',
        line: 'set -o pipefail; glacier-pipe catalog export | glacier-pipe put backups --name catalog',
      },
    ],
  })
}

function addImport(catalog: Command): Command {
  const command = catalog
    .command('import')
    .argument('<file>', '', parsePath)
    .description('add the records of an export, a mirror or another catalog to the catalog; - reads stdin')
    .option('--dry-run', 'count the records that would be added; write nothing')
    .option('--skip-damaged', 'leave out lines that are cut off or are not records, instead of failing')
    .addOption(catalogMirrorOption())
  return addDetails(addCatalogOptions(command), {
    paragraphs: [
      'The whole file is checked before the first record is added: a line that is not a valid record is refused with its number, and nothing is added. Running the same import again adds nothing.',
      'No record of the catalog is changed. Records that it has are left out, as are records of archives that it knows as deleted and of uploads that it knows as ended. If the file states another tree hash for an archive, that is a conflict: a warning prints both records, and "catalog rebuild" settles it.',
      'A lost catalog is restored by importing its mirror or an export into a new one. If neither exists, "catalog rebuild" restores the archives from the inventory, but not the unfinished uploads.',
    ],
    examples: [
      {
        purpose: 'restore a lost catalog from its mirror',
        line: 'glacier-pipe catalog import /mnt/usb/catalog.jsonl',
      },
      {
        purpose: 'see what the catalog of another machine would add',
        line: 'ssh db1 glacier-pipe catalog export | glacier-pipe catalog import --dry-run -',
      },
    ],
  })
}
