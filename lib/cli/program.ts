/**
 * The command's face: its subcommands, their arguments and options. What runs them is loaded when it is called, so
 * `--help` and `--version` need neither the SDK nor the server.
 */
import { createRequire } from 'node:module'
import { Command, Option } from 'commander'
import { addCommonOptions, addConnectionOptions } from './connection.js'
import { parseDuration } from './duration.js'
import { collectFault } from './fault.js'
import type { GetOptions } from './get.js'
import type { Io } from './io.js'
import type { PutOptions } from './put.js'
import type { HashOptions } from './hash.js'
import type { ServeOptions } from './serve.js'
import { parseCount, parsePort, parseRange, parseSize, parseThreads } from './size.js'
import { addCatalogCommands, addVaultCommands, DASH_IDS } from './vault-commands.js'

const { version } = createRequire(import.meta.url)('glacier-pipe/package.json') as {
  readonly version: string
}

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
  addCatalogCommands(program, io)
  addVaultCommands(program, io)
  addServe(program, io)
  return program
}

function addPut(program: Command, io: Io): void {
  addTransferOptions(
    addConnectionOptions(
      program
        .command('put <vault> [file]')
        .description('store stdin or a file; print the archive ID')
        .option('--name <text>', 'what the stream is called: --resume resumes only an upload of this name')
        .option('--description <text>', 'stored with the archive, at most 1,024 characters')
        .option(
          '--part-size <size>',
          'of each part: a power of two from 1MiB to 4GiB; default 16MiB',
          parseSize,
        )
        .option('--expected-size <size>', 'of the whole: chooses the part size', parseSize)
        .option('--limit-rate <size>', 'bytes sent a second at the most', parseSize)
        .option(
          '--hash-threads <number>',
          'threads that hash parts; default 2; 0: none of their own',
          parseThreads,
        )
        .option('--resume', 'resume the last unfinished upload of the stream; start one where there is none')
        .option('--upload-id <id>', 'resume this upload')
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
        .command('get <vault> [archive-id...]')
        .description('retrieve an archive, verified, to stdout or a file; several, as one stream')
        .option(
          '-o, --output <file>',
          'write to this file, which appears when it is whole; run again, it goes on',
        )
        .option('--range <range>', 'only these bytes of it, as 10GiB-11GiB or 10GiB-', parseRange)
        .option('--job <id>', 'what this job has brought out, or will have')
        .option('--no-wait', 'start the job, print its ID and do not wait for it')
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

function addHash(program: Command, io: Io): void {
  addCommonOptions(
    program
      .command('hash [file...]')
      .description('print the tree hash of files, or of stdin')
      .option('-c, --check', 'read tree hashes and file names from the files, and check those'),
  ).action(async (files: string[], options: HashOptions) => {
    const { hash } = await import('./hash.js')
    return hash(files, options, io)
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
