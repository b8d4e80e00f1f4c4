/**
 * The command's face: its subcommands, their arguments and options. What runs them is loaded when it is called, so
 * `--help` and `--version` need neither the SDK nor the server.
 */
import { createRequire } from 'node:module'
import { Command, Option } from 'commander'
import type { Rule } from '../options/check-options.js'
import { ACCOUNT_ID, VAULT_NAME } from '../glacier/names.js'
import { addCommonOptions, addConnectionOptions } from './run/connection.js'
import { parseDuration, parseTimeout } from './options/duration.js'
import { usage } from './output/exit-code.js'
import { collectFault } from './options/fault.js'
import type { GetOptions } from './run/get/get.js'
import type { Io } from './io.js'
import { parsePath } from './options/path.js'
import { collectPrice } from './options/price.js'
import type { PutOptions } from './run/put/put.js'
import type { HashOptions } from './run/hash/hash.js'
import { collectBudget, parseHour, parseJobDelay, parseLimit } from './options/realism-flags.js'
import type { ServeOptions } from './run/serve/serve.js'
import { parseCount, parsePort, parseRange, parseSize, parseThreads } from './options/size.js'
import { collectUndocumented } from './options/undocumented.js'
import { addCatalogCommands, addVaultCommands, DASH_IDS } from './commands/vault-commands.js'

const { version } = createRequire(import.meta.url)('glacier-pipe/package.json') as {
  readonly version: string
}

const EXIT_CODES = `
Exit codes: 0 done; 1 failed; 2 usage error; 3 failed, can be continued;
4 the bytes did not verify; 129, 130, 143 stopped by a signal.`

/**
 * Makes the program, which throws instead of ending the process.
 *
 * @param argv - the arguments it is to parse, for messages that repeat the command
 * @param writeOut - is given what `--help` and `--version` print
 */
export function makeProgram(io: Io, argv: readonly string[], writeOut: (text: string) => void): Command {
  const program = new Command('glacier-pipe')
    .description('Pipe any stream of bytes into an Amazon Glacier vault and get it back verified.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut,
      writeErr: (text) => void io.stderr.write(text),
    })
    .showHelpAfterError('(--help tells more)')
    .addHelpText('after', EXIT_CODES)
    .hook('preAction', (_program, command) => {
      assertPlace(command)
    })
  addPut(program, io)
  addGet(program, io, argv)
  addHash(program, io)
  addCatalogCommands(program, io)
  addVaultCommands(program, io)
  addServe(program, io)
  return program
}

/** Refuses the name of a vault, or the ID of an account, that cannot be one. */
function assertPlace(command: Command): void {
  const { accountId } = command.opts<{ readonly accountId?: string }>()
  const check = (rule: Rule, value: unknown, name: string): void => {
    usage(() => {
      rule(value, name, command.name())
    })
  }
  for (const [i, argument] of command.registeredArguments.entries()) {
    const value: unknown = command.processedArgs[i]
    const isVault = argument.name() === 'vault' || command.parent?.name() === 'vault'
    if (isVault && value !== undefined) check(VAULT_NAME, value, argument.name())
  }
  if (accountId !== undefined) check(ACCOUNT_ID, accountId, '--account-id')
}

function addPut(program: Command, io: Io): void {
  addTransferOptions(
    addConnectionOptions(
      program
        .command('put <vault>')
        .argument('[file]', '', parsePath)
        .description('store stdin or a file; print the archive ID')
        .option('--name <text>', 'name of the stream: --resume resumes only an upload of this name')
        .option('--description <text>', 'stored with the archive, at most 1,024 characters')
        .option(
          '--part-size <size>',
          'size of each part: a power of two from 1MiB to 4GiB; default 16MiB, or more for a large source',
          parseSize,
        )
        .option('--expected-size <size>', 'approximate size of the source: chooses the part size', parseSize)
        .option('--limit-rate <size>', 'maximum number of bytes sent a second', parseSize)
        .option(
          '--hash-threads <number>',
          'number of threads that hash parts; default 2; 0 hashes in the main thread',
          parseThreads,
        )
        .option(
          '--resume',
          'resume the newest unfinished upload of the same stream; start a new one if there is none',
        )
        .option('--upload-id <id>', 'resume this upload, whatever its name')
        .addOption(
          new Option('--on-failure <what>', 'what happens to the upload when something fails')
            .choices(['keep', 'abort'])
            .default('keep'),
        )
        .option(
          '--max-archive-size <size>',
          'maximum size of an archive; a longer stream continues in another one; default 5TB',
          parseSize,
        )
        .option('--no-volumes', 'fail if the stream does not fit one archive')
        .option('--dry-run', 'print what would be done; read and send nothing'),
    ),
  ).action(async (vault: string, file: string | undefined, options: PutOptions) => {
    const { put } = await import('./run/put/put.js')
    return put(vault, file, options, io)
  })
}

function addGet(program: Command, io: Io, argv: readonly string[]): void {
  addTransferOptions(
    addConnectionOptions(
      program
        .command('get <vault> [archive-id...]')
        .description('retrieve an archive, verified, to stdout or a file; several are one stream')
        .option(
          '-o, --output <file>',
          'write to this file, which appears when it is complete; the same command continues after a failure',
          parsePath,
        )
        .option('--range <range>', 'retrieve only these bytes, as 10GiB-11GiB or 10GiB-', parseRange)
        .option('--job <id>', 'retrieve the output of this job; without an archive ID')
        .option('--no-wait', 'start the jobs, print their IDs and do not wait for them')
        .addOption(
          new Option('--tier <tier>', 'speed and price of the retrieval; default Standard').choices([
            'Expedited',
            'Standard',
            'Bulk',
          ]),
        )
        .option('--no-volumes', 'retrieve only the given archive, not all volumes of its set')
        .addHelpText('after', DASH_IDS),
    ),
  ).action(async (vault: string, archiveIds: string[], options: GetOptions) => {
    const { get } = await import('./run/get/get.js')
    return get(vault, archiveIds, options, io, argv)
  })
}

function addHash(program: Command, io: Io): void {
  addCommonOptions(
    program
      .command('hash [file...]')
      .description('print the tree hash of files, or of stdin')
      .option('-c, --check', 'read tree hashes and file names from the files, and check those'),
  ).action(async (files: string[], options: HashOptions) => {
    const { hash } = await import('./run/hash/hash.js')
    return hash(files, options, io)
  })
}

function addServe(program: Command, io: Io): void {
  addCommonOptions(
    program
      .command('serve')
      .description('run the local vault as a server on this machine')
      .option(
        '--dir <dir>',
        "the folder of its vaults: a new or empty one, or a local vault's; default the user's data folder",
        parsePath,
      )
      .option('--port <number>', 'the port to listen on; default any free one', parsePort)
      .option('--host <address>', 'the address to listen on; default 127.0.0.1')
      .option('--allow-remote', 'listen on an address that other machines can reach')
      .option(
        '--region <name>',
        "the region of its vaults; may be repeated; default that of the folder's first start, of a new one us-east-1",
        collectText,
      )
      .option(
        '--account-id <digits>',
        "the account of its vaults; default that of the folder's first start, of a new one 111122223333",
      )
      .option('--accept-any-credentials', 'accept requests that are signed with any keys; on loopback only')
      .option('--tls-cert <file>', 'serve https with the certificate in this PEM file', parsePath)
      .option('--tls-key <file>', 'the PEM file of the private key of the certificate', parsePath)
      .option('--create-vaults', 'create a missing vault when something is uploaded to it')
      .option(
        '--job-delay <times>',
        'how long jobs take: 4h, by tier as standard=4h,bulk=8h, or realistic; default 0',
        parseJobDelay,
      )
      .option('--inventory-interval <time>', 'the time between two inventories; default 24h', parseDuration)
      .option(
        '--inventory-hour <hour>',
        'an inventory each night, as of this hour UTC; instead of --inventory-interval',
        parseHour,
      )
      .option(
        '--expedited-capacity <number>',
        'the number of Expedited retrievals in five minutes; default unlimited',
        parseLimit,
      )
      .option(
        '--retrievals-per-day <number>',
        'the number of archive retrievals in 24 hours; default unlimited',
        parseLimit,
      )
      .option(
        '--throttle <budget>',
        'the number of requests a second: 10, 10:20 with a burst, or OPERATION=10; may be repeated; default unlimited',
        collectBudget,
      )
      .option('--sns-endpoint <url>', 'post a notification here when a job with an SNS topic is done')
      .addOption(
        new Option(
          '--policies <checks>',
          'whether a policy that cannot be evaluated is rejected (strict, the default) or warned of (lenient)',
        ).choices(['strict', 'lenient']),
      )
      .option(
        '--undocumented <choice>',
        'a choice where the documentation of the service leaves it open, as repeatable-for=1h; may be repeated',
        collectUndocumented,
      )
      .option(
        '--idle-timeout <time>',
        'how long the server waits for a silent client; default 60s',
        parseTimeout,
      )
      .option('--log <file>', 'append a line of JSON for each request to this file; - is stderr', parsePath)
      .option(
        '--control',
        'turn on the controls over HTTP and the page at /.control/; the secret is in GLACIER_PIPE_CONTROL_SECRET, or printed with --json',
      )
      .option(
        '--price <name=dollars>',
        'a price for the costs that it prints when it stops, as storage=0.0045; may be repeated',
        collectPrice,
      )
      .option(
        '--fault <rule>',
        'make requests fail: KIND, or OPERATION:every=3:KIND; may be repeated',
        collectFault,
      ),
  ).action(async (options: ServeOptions) => {
    const { serve } = await import('./run/serve/serve.js')
    return serve(options, io)
  })
}

/** Takes one more value of an option that may be repeated. */
function collectText(text: string, before: readonly string[] = []): string[] {
  return [...before, text]
}

function addTransferOptions(command: Command): Command {
  return command
    .option('--concurrency <number>', 'maximum number of requests at once; default 8', parseCount)
    .option('--memory <size>', 'maximum memory for parts; default 256MiB', parseSize)
    .option(
      '--retry-for <time>',
      'give up when nothing has succeeded for this time; default 6h',
      parseDuration,
    )
}
