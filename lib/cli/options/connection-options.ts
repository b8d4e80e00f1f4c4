/**
 * The options that commands share: output, catalog, and connection to the vaults.
 */
import { Option, type Command } from 'commander'
import { parseTimeout } from './values/duration.js'
import { parsePath, parseText } from './values/text.js'

/** When progress is shown, and in which form. */
export type ProgressMode = 'auto' | 'always' | 'never' | 'json'

/** The options of every command. */
export interface OutputOptions {
  readonly json?: boolean
  readonly quiet?: boolean
  readonly progress: ProgressMode
  /** Whether to print stack traces with errors. */
  readonly debug?: boolean
}

/** The options of every command that uses a catalog. */
export interface CatalogOptions extends OutputOptions {
  /** The path of the catalog; default the one in the data folder, or in the folder of the local vault. */
  readonly catalog?: string
  /** Whether to use the local vault in its default folder. */
  readonly local?: boolean
  /** The folder of the local vault to use. */
  readonly localDir?: string
}

/** The options of every command that connects to the vaults. */
export interface ConnectionOptions extends CatalogOptions {
  readonly region?: string
  /** A profile of the AWS configuration. */
  readonly profile?: string
  /** 12 digits, or `-` for the account of the credentials. */
  readonly accountId?: string
  /** An address in place of the service's. */
  readonly endpoint?: string
  /** Milliseconds without any progress after which a request is given up. */
  readonly timeout?: number
}

const creators = new WeakSet<Command>()

/** Marks a command that creates the folder of the local vault if it does not exist. */
export function creatingLocalVault(command: Command): Command {
  creators.add(command)
  return command
}

/** Marks a command that reports a missing folder of the local vault by itself, and does not create it. */
export function reportingLocalVault(command: Command): Command {
  return creatingLocalVault(command)
}

/**
 * Whether a command creates the folder of the local vault if it does not exist, or reports that by itself. All others refuse a
 * missing folder.
 */
export function createsLocalVault(command: Command): boolean {
  return creators.has(command)
}

/** Adds the options of every command. */
export function addOutputOptions(command: Command): Command {
  return command
    .option('--json', 'print one JSON object per line on stdout')
    .option('-q, --quiet', 'print only errors, and warnings about data, on stderr')
    .addOption(
      new Option('--progress <when>', 'when to show progress on stderr; json prints an object a second')
        .choices(['auto', 'always', 'never', 'json'])
        .default('auto'),
    )
    .option('--debug', 'print stack traces with errors')
}

/** Adds the options of every command that uses a catalog. */
export function addCatalogOptions(command: Command): Command {
  return addOutputOptions(command)
    .option(
      '--catalog <file>',
      'the file that records uploads and archives; default in the data folder',
      parsePath,
    )
    .option('--local', 'use the local vault in its default folder, without the service and an account')
    .option('--local-dir <dir>', 'use the local vault in this folder', parsePath)
}

/** Adds the options of every command that connects to the vaults. */
export function addConnectionOptions(command: Command): Command {
  return addCatalogOptions(command)
    .option('--region <name>', 'the region of the vault; default from the AWS configuration', parseText)
    .option('--profile <name>', 'the profile of the AWS configuration', parseText)
    .option('--account-id <digits>', 'the account of the vault; default the account of the credentials')
    .option('--endpoint <url>', 'the address to connect to instead of the service')
    .option(
      '--timeout <time>',
      'give up a request that makes no progress for this time; default 5m',
      parseTimeout,
    )
}
