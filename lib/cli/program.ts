/**
 * The command's face: its subcommands, their arguments and options. What runs them is loaded when it is called, so
 * `--help` and `--version` need neither the SDK nor the server.
 */
import { createRequire } from 'node:module'
import { Command, Option } from 'commander'
import {
  addCommonOptions,
  addConnectionOptions,
  type CommonOptions,
  type ConnectionOptions,
} from './connection.js'
import type { GetOptions } from './get.js'
import type { Io } from './io.js'
import type { PutOptions } from './put.js'
import type { ServeOptions } from './serve.js'
import { parseCount, parsePort, parseSize } from './size.js'

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
        .addOption(
          new Option('--on-failure <what>', 'what becomes of a begun upload')
            .choices(['keep', 'abort'])
            .default('keep'),
        ),
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
        .command('get <vault> <archive-id>')
        .description('retrieve an archive, verified, to stdout or a file')
        .option('-o, --output <file>', 'write to this file, which appears when it is whole')
        .addOption(
          new Option('--tier <tier>', 'how fast, and how dear').choices(['Expedited', 'Standard', 'Bulk']),
        )
        .addHelpText('after', DASH_IDS),
    ),
  ).action(async (vault: string, archiveId: string, options: GetOptions) => {
    const { get } = await import('./get.js')
    return get(vault, archiveId, options, io)
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
      .option('--region <name>', 'the region it says it is; default us-east-1'),
  ).action(async (options: ServeOptions) => {
    const { serve } = await import('./serve.js')
    return serve(options, io)
  })
}

function addTransferOptions(command: Command): Command {
  return command
    .option('--concurrency <number>', 'requests at once at the most; default 8', parseCount)
    .option('--memory <size>', 'of parts held at the most; default 256MiB', parseSize)
}
