/**
 * The command's face: its subcommands, their arguments and options. What runs them is loaded when it is called, so
 * `--help` and `--version` need neither the SDK nor the server.
 */
import { createRequire } from 'node:module'
import { Command, Option } from 'commander'
import {
  addCatalogOptions,
  addCommonOptions,
  addConnectionOptions,
  type CatalogOptions,
  type CommonOptions,
  type ConnectionOptions,
} from './connection.js'
import { parseDuration } from './duration.js'
import { collectFault } from './fault.js'
import type { GetOptions } from './get.js'
import type { Io } from './io.js'
import type { PutOptions } from './put.js'
import type { ServeOptions } from './serve.js'
import { parseCount, parsePort, parseSize } from './size.js'
import type { UploadsOptions } from './uploads.js'

const { version } = createRequire(import.meta.url)('glacier-pipe/package.json') as {
  readonly version: string
}

const DASH_IDS = `
IDs may begin with a dash: put them behind --, as in
  $ glacier-pipe get backups -- -kKb7c0T…`

const EXIT_CODES = `
Exit codes: 0 done; 1 failed, nothing left behind; 2 usage; 3 failed, upload kept;
4 the bytes did not verify; 130, 143 stopped by a signal.`

/** Makes the program, writing to these streams and throwing instead of ending the process. */
export function makeProgram(io: Io): Command {
  const program = new Command('glacier-pipe')
    .description('Pipe any stream of bytes into an Amazon Glacier vault and get it back verified.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
    })
    .showHelpAfterError('(--help tells more)')
    .addHelpText('after', EXIT_CODES)
  addPut(program, io)
  addGet(program, io)
  addLs(program, io)
  addUploads(program, io)
  addHash(program, io)
  addVault(program, io)
  addServe(program, io)
  return program
}

function addPut(program: Command, io: Io): void {
  addTransferOptions(
    addConnectionOptions(
      program
        .command('put <vault> [file]')
        .description('store stdin or a file; print the archive ID')
        .option('--description <text>', 'kept with the archive, at most 1,024 characters')
        .option(
          '--part-size <size>',
          'of each part: a power of two from 1MiB to 4GiB; default 16MiB',
          parseSize,
        )
        .option('--expected-size <size>', 'of the whole: chooses the part size', parseSize)
        .option('--limit-rate <size>', 'bytes sent a second at the most', parseSize)
        .option('--resume', 'go on with the last unfinished upload to the vault; begin one if there is none')
        .option('--upload-id <id>', 'go on with this upload')
        .addOption(
          new Option('--on-failure <what>', 'what becomes of a begun upload')
            .choices(['keep', 'abort'])
            .default('keep'),
        )
        .option('--max-archive-size <size>', 'bytes in an archive at the most; default 5TB', parseSize)
        .option('--no-volumes', 'fail where the stream does not fit one archive')
        .option('--dry-run', 'print what would be done; read and send nothing'),
    ),
  ).action(async (vault: string, file: string | undefined, options: PutOptions) => {
    const { put } = await import('./put.js')
    return put(vault, file, options, io)
  })
}

function addGet(program: Command, io: Io): void {
  addTransferOptions(
    addConnectionOptions(
      program
        .command('get <vault> <archive-id...>')
        .description('retrieve an archive, verified, to stdout or a file; several, as one stream')
        .option('-o, --output <file>', 'write to this file, which appears when it is whole')
        .addOption(
          new Option('--tier <tier>', 'how fast, and how dear').choices(['Expedited', 'Standard', 'Bulk']),
        )
        .option('--no-volumes', 'of an archive that is the first of several, retrieve it alone')
        .addHelpText('after', DASH_IDS),
    ),
  ).action(async (vault: string, archiveIds: string[], options: GetOptions) => {
    const { get } = await import('./get.js')
    return get(vault, archiveIds, options, io)
  })
}

function addLs(program: Command, io: Io): void {
  addCatalogOptions(program.command('ls [vault]').description('list the archives the catalog knows')).action(
    async (vault: string | undefined, options: CatalogOptions) => {
      const { ls } = await import('./ls.js')
      return ls(vault, options, io)
    },
  )
}

function addUploads(program: Command, io: Io): void {
  addConnectionOptions(
    program
      .command('uploads <vault>')
      .description('list the uploads that are open at the service, or abort one')
      .option('--abort <id>', 'abort this upload; its parts are lost'),
  ).action(async (vault: string, options: UploadsOptions) => {
    const { uploads } = await import('./uploads.js')
    return uploads(vault, options, io)
  })
}

function addHash(program: Command, io: Io): void {
  addCommonOptions(
    program.command('hash [file...]').description('print the tree hash of files, or of stdin'),
  ).action(async (files: string[], options: CommonOptions) => {
    const { hash } = await import('./hash.js')
    return hash(files, options, io)
  })
}

function addVault(program: Command, io: Io): void {
  const vault = program
    .command('vault')
    .description('create, list, show and delete vaults')
    .helpCommand(false)
  const add = (call: string, description: string): Command =>
    addConnectionOptions(vault.command(call).description(description))
  add('create <name>', 'create a vault').action(async (name: string, options: ConnectionOptions) => {
    const { createVault } = await import('./vault.js')
    return createVault(name, options, io)
  })
  add('ls', 'list the vaults of the account in the region').action(async (options: ConnectionOptions) => {
    const { listVaults } = await import('./vault.js')
    return listVaults(options, io)
  })
  add('show <name>', 'show a vault, as of its last inventory').action(
    async (name: string, options: ConnectionOptions) => {
      const { showVault } = await import('./vault.js')
      return showVault(name, options, io)
    },
  )
  add('rm <name>', 'delete an empty vault').action(async (name: string, options: ConnectionOptions) => {
    const { deleteVault } = await import('./vault.js')
    return deleteVault(name, options, io)
  })
}

function addServe(program: Command, io: Io): void {
  addCommonOptions(
    program
      .command('serve')
      .description('run the local vault as a server on this machine')
      .option('--dir <dir>', "where it keeps its vaults; default the user's data folder")
      .option('--port <number>', 'the port to listen on; default any free one', parsePort)
      .option('--host <address>', 'the address to listen on; default 127.0.0.1')
      .option('--allow-remote', 'listen on an address that other machines can reach')
      .option('--region <name>', 'the region it says it is; default us-east-1')
      .option('--create-vaults', 'make a vault that is missing when something is uploaded to it')
      .option('--job-delay <time>', 'how long jobs take; default 0s', parseDuration)
      .option('--inventory-interval <time>', 'the time between two inventories; default 24h', parseDuration)
      .option('--sns-endpoint <url>', 'post what becomes of jobs with a topic there')
      .option('--control', 'let it be controlled over HTTP; with --json the secret is printed')
      .option('--fault <rule>', 'fail requests: OPERATION:every=3:KIND; may be repeated', collectFault, []),
  ).action(async (options: ServeOptions) => {
    const { serve } = await import('./serve.js')
    return serve(options, io)
  })
}

function addTransferOptions(command: Command): Command {
  return command
    .option('--concurrency <number>', 'requests at once at the most; default 8', parseCount)
    .option('--memory <size>', 'of parts held at the most; default 256MiB', parseSize)
    .option(
      '--retry-for <time>',
      'go on trying for so long since anything succeeded; default 6h',
      parseDuration,
    )
}
