/**
 * The commands that look at vaults and at the catalog, and those that delete.
 */
import { InvalidArgumentError, type Command } from 'commander'
import { addCatalogOptions, addConnectionOptions, type ConnectionOptions } from '../run/connection.js'
import type { EmptyOptions, RmOptions } from '../run/deletion.js'
import { parseDuration } from '../options/duration.js'
import type { InventoryCommandOptions, InventoryReadOptions } from '../run/inventory.js'
import type { Io } from '../io.js'
import type { LsOptions } from '../run/ls.js'
import { parsePath } from '../options/path.js'
import { parseCount, parseSize } from '../options/size.js'
import type { UploadsOptions } from '../run/uploads.js'
import type { VerifyOptions } from '../run/verify.js'

/** How IDs that begin with a dash are given. */
export const DASH_IDS = `
IDs may begin with a dash: put them behind --, as in
  $ glacier-pipe get backups -- -kKb7c0T…`

/** Adds `ls`, `verify` and `catalog`. */
export function addCatalogCommands(program: Command, io: Io): void {
  addDateOptions(
    addCatalogOptions(program.command('ls [vault]').description('list the archives the catalog knows'))
      .option('--name <text>', 'only names that contain this text, or match it with * and ?')
      .option('--min-size <size>', 'only archives of at least this size', parseSize)
      .option('--max-size <size>', 'only archives of at most this size', parseSize),
    'stored',
  ).action(async (vault: string | undefined, options: LsOptions) => {
    const { ls } = await import('../run/ls.js')
    return ls(vault, options, io)
  })
  addInventoryOptions(
    program
      .command('verify')
      .argument('<file>', '', parsePath)
      .arguments('<vault> <archive-id>')
      .description('check that a file is what is in a vault, without retrieving it')
      .option('--inventory', "compare it with the vault's inventory, not the catalog")
      .option('--no-volumes', 'of an archive that is the first of several, compare it alone')
      .addHelpText('after', DASH_IDS),
  ).action(async (file: string, vault: string, archiveId: string, options: VerifyOptions) => {
    const { verify } = await import('../run/verify.js')
    return verify(file, vault, archiveId, options, io)
  })
  const catalog = program
    .command('catalog')
    .description("put the catalog side by side with a vault's inventory")
    .helpCommand(false)
  addInventoryOptions(
    catalog.command('rebuild <vault>').description('add to the catalog the archives that only the vault has'),
  ).action(async (vault: string, options: InventoryReadOptions) => {
    const { rebuildCatalog } = await import('../run/catalog/catalog.js')
    return rebuildCatalog(vault, options, io)
  })
  addInventoryOptions(
    catalog
      .command('diff <vault>')
      .description('print what only the vault has (+), and only the catalog (-)'),
  ).action(async (vault: string, options: InventoryReadOptions) => {
    const { diffCatalog } = await import('../run/catalog/catalog.js')
    return diffCatalog(vault, options, io)
  })
}

/** Adds `inventory`, `jobs`, `uploads`, `rm`, `empty` and `vault`. */
export function addVaultCommands(program: Command, io: Io): void {
  addDateOptions(
    addInventoryOptions(
      program
        .command('inventory <vault>')
        .description('list what the service last counted in a vault')
        .option('--csv', 'print CSV'),
    ),
    'created',
  ).action(async (vault: string, options: InventoryCommandOptions) => {
    const { inventory } = await import('../run/inventory.js')
    return inventory(vault, options, io)
  })
  addConnectionOptions(
    program.command('jobs <vault>').description('list the retrieval jobs of a vault'),
  ).action(async (vault: string, options: ConnectionOptions) => {
    const { jobs } = await import('../run/jobs.js')
    return jobs(vault, options, io)
  })
  addConnectionOptions(
    program
      .command('uploads <vault>')
      .description('list the uploads that are open at the service, or abort one')
      .option('--abort <id>', 'abort this upload; its parts are lost'),
  ).action(async (vault: string, options: UploadsOptions) => {
    const { uploads } = await import('../run/uploads.js')
    return uploads(vault, options, io)
  })
  addConnectionOptions(
    program
      .command('rm <vault> <archive-id...>')
      .description('delete archives; of a first volume, the whole set')
      .option('--no-volumes', 'delete just these archives, also where they are volumes of a set')
      .option('--yes', 'do not ask')
      .addHelpText('after', DASH_IDS),
  ).action(async (vault: string, archiveIds: string[], options: RmOptions) => {
    const { rm } = await import('../run/deletion.js')
    return rm(vault, archiveIds, options, io)
  })
  addInventoryOptions(
    program
      .command('empty <vault>')
      .description('delete every archive in a vault; the same command continues after a failure')
      .option('--yes', 'do not ask')
      .option('--concurrency <number>', 'maximum number of requests at once; default 8', parseCount),
  ).action(async (vault: string, options: EmptyOptions) => {
    const { empty } = await import('../run/deletion.js')
    return empty(vault, options, io)
  })
  addVault(program, io)
}

function addVault(program: Command, io: Io): void {
  const vault = program
    .command('vault')
    .description('create, list, show and delete vaults')
    .helpCommand(false)
  const add = (call: string, description: string): Command =>
    addConnectionOptions(vault.command(call).description(description))
  add('create <name>', 'create a vault').action(async (name: string, options: ConnectionOptions) => {
    const { createVault } = await import('../run/vault.js')
    return createVault(name, options, io)
  })
  add('ls', 'list the vaults of the account in the region').action(async (options: ConnectionOptions) => {
    const { listVaults } = await import('../run/vault.js')
    return listVaults(options, io)
  })
  add('show <name>', 'show a vault, as of its last inventory').action(
    async (name: string, options: ConnectionOptions) => {
      const { showVault } = await import('../run/vault.js')
      return showVault(name, options, io)
    },
  )
  add('rm <name>', 'delete an empty vault').action(async (name: string, options: ConnectionOptions) => {
    const { deleteVault } = await import('../run/vault.js')
    return deleteVault(name, options, io)
  })
}

function addInventoryOptions(command: Command): Command {
  return addConnectionOptions(command)
    .option('--job <id>', 'use the inventory of this job')
    .option(
      '--retry-for <time>',
      'give up when nothing has succeeded for this time; default 6h',
      parseDuration,
    )
}

function addDateOptions(command: Command, what: string): Command {
  return command
    .option('--since <date>', `only archives ${what} on this date or later, as 2026-01-31`, parseDate)
    .option('--before <date>', `only archives ${what} before`, parseDate)
}

const DATE = /^\d{4}-\d\d-(\d\d)(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?$/

/**
 * A date as ISO 8601 to the second, as the service takes it. Other forms that JavaScript reads are refused: it takes `1`
 * for the year 2001, 01/02/2026 for the 2nd of January of local time, and the 30th of February for the 2nd of March.
 */
function parseDate(text: string): string {
  const day = DATE.exec(text)?.[1]
  const time = day === undefined ? NaN : Date.parse(text)
  const isDay = new Date(`${text.slice(0, 10)}T00:00:00Z`).getUTCDate() === Number(day)
  if (Number.isNaN(time) || !isDay)
    throw new InvalidArgumentError('Write a date as 2026-01-31 or 2026-01-31T12:00:00Z.')
  return new Date(time).toISOString().replace(/\.\d{3}Z$/, 'Z')
}
