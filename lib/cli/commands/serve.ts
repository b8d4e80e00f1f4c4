/** The command `serve`: its options and their help. */
import { Option, type Command } from 'commander'
import type { FaultRule, PolicyChecks, RealismOptions, Undocumented } from '../../local/index.js'
import { addOutputOptions, type OutputOptions } from '../options/connection-options.js'
import { parseDuration, parseTimeout } from '../options/values/duration.js'
import { collectFault } from '../options/values/fault.js'
import { parseHour, parseLimit, parsePort } from '../options/values/numbers.js'
import { parsePath } from '../options/values/text.js'
import { collectPrice, type GivenPrices } from '../options/values/price.js'
import { collectBudget, parseJobDelay } from '../options/values/realism.js'
import { collectUndocumented } from '../options/undocumented.js'

/** The options of `serve`. */
export interface ServeOptions extends OutputOptions, RealismOptions {
  /** The folder of the vaults; default that of `--local`. */
  readonly dir?: string
  readonly host?: string
  readonly allowRemote?: true
  readonly port?: number
  /** The port of the buckets; default: no buckets are served. */
  readonly s3Port?: number
  readonly region?: readonly string[]
  readonly accountId?: string
  readonly acceptAnyCredentials?: true
  /** The path of the certificate. */
  readonly tlsCert?: string
  /** The path of the certificate's private key. */
  readonly tlsKey?: string
  readonly createVaults?: true
  /** Milliseconds between two inventories. */
  readonly inventoryInterval?: number
  readonly snsEndpoint?: string
  readonly policies?: PolicyChecks
  readonly control?: true
  /** Whether stdout gets commands of a shell, and is closed. */
  readonly env?: true
  readonly undocumented?: Undocumented
  /** Milliseconds. */
  readonly idleTimeout?: number
  /** The path of the request log; `-` is stderr. */
  readonly log?: string
  readonly fault?: readonly FaultRule[]
  readonly price?: GivenPrices
}

/**
 * Declares `serve`.
 *
 * @param run - runs the command
 */
export function addServeCommand(program: Command, run: (options: ServeOptions) => Promise<void>): void {
  const command = program
    .command('serve')
    .description('run the local vault as a server on this machine')
    .option(
      '--dir <dir>',
      "folder of the vaults: new, empty, or a local vault's; default in the user's data folder",
      parsePath,
    )
  addNetworkOptions(command)
  addServiceOptions(command)
  addOutputOptions(command).action(run)
}

/** Adds the options about the server: where it listens, who may connect, and what it reports. */
function addNetworkOptions(command: Command): void {
  command
    .option('--port <number>', 'port to listen on; default any free port', parsePort)
    .option(
      '--s3-port <number>',
      'serve buckets, too, as S3 does, on this port; 0 is any free port',
      parsePort,
    )
    .option('--host <address>', 'address to listen on; default 127.0.0.1')
    .option('--allow-remote', 'allow an address that other machines can connect to')
    .option(
      '--region <name>',
      'region of the vaults; may be repeated; default the region of the first start, us-east-1 for a new folder',
      collectText,
    )
    .option(
      '--account-id <digits>',
      'account of the vaults; default the account of the first start, 111122223333 for a new folder',
    )
    .option('--accept-any-credentials', 'accept requests that are signed with any keys; on loopback only')
    .option('--tls-cert <file>', 'serve https with the certificate in this PEM file', parsePath)
    .option('--tls-key <file>', 'PEM file of the private key of the certificate', parsePath)
    .option(
      '--idle-timeout <time>',
      'how long the server waits for a silent client; default 60s',
      parseTimeout,
    )
    .addOption(
      new Option(
        '--env',
        'print commands that a shell evaluates to use the vault, and close stdout',
      ).conflicts('json'),
    )
    .option('--log <file>', 'append a line of JSON for each request to this file; - is stderr', parsePath)
    .option(
      '--control',
      'enable the controls over HTTP and the page at /.control/; the secret is in GLACIER_PIPE_CONTROL_SECRET, or printed with --json',
    )
}

/** Adds the options about the vaults: how they differ from those of the service, and what fails. */
function addServiceOptions(command: Command): void {
  command
    .option('--create-vaults', 'create a missing vault or bucket when something is uploaded to it')
    .option(
      '--job-delay <times>',
      'how long jobs and restores take: 4h, by tier as standard=4h,bulk=8h, or realistic; default 0',
      parseJobDelay,
    )
    .option('--inventory-interval <time>', 'time between two inventories; default 24h', parseDuration)
    .option(
      '--inventory-hour <hour>',
      'hour in UTC of nightly inventories, instead of --inventory-interval',
      parseHour,
    )
    .option(
      '--expedited-capacity <number>',
      'maximum number of Expedited retrievals in five minutes; default unlimited',
      parseLimit,
    )
    .option(
      '--retrievals-per-day <number>',
      'maximum number of archive retrievals in 24 hours; default unlimited',
      parseLimit,
    )
    .option(
      '--throttle <budget>',
      'maximum number of requests per second: 10, 10:20 with a burst, or OPERATION=10; may be repeated; default unlimited',
      collectBudget,
    )
    .option('--sns-endpoint <url>', 'post a notification here when a job with an SNS topic completes')
    .addOption(
      new Option(
        '--policies <checks>',
        'reject a policy that cannot be evaluated (strict, the default), or warn about it (lenient)',
      ).choices(['strict', 'lenient']),
    )
    .option(
      '--undocumented <choice>',
      'behavior that the documentation of the service leaves open, as repeatable-for=1h; may be repeated',
      collectUndocumented,
    )
    .option(
      '--price <name=dollars>',
      'price for the costs that are printed at the end, as storage=0.0045, or of buckets DEEP_ARCHIVE.storage=0.001; may be repeated',
      collectPrice,
    )
    .option(
      '--fault <rule>',
      'make requests fail: KIND, or OPERATION:every=3:KIND; may be repeated',
      collectFault,
    )
}

/** Adds a value to those of an option that may be repeated. */
function collectText(text: string, before: readonly string[] = []): string[] {
  return [...before, text]
}
