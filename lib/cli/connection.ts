/**
 * Where the vaults are: at the service, behind an endpoint, or in a folder of this machine.
 */
import { homedir } from 'node:os'
import { join } from 'node:path'
import { Option, type Command } from 'commander'
import { glacierClient, type SdkVaultClient } from '../vault/sdk-vault-client.js'
import { UsageError } from './exit-code.js'
import type { Io } from './io.js'

/** The options every command has. */
export interface CommonOptions {
  readonly json?: boolean
  readonly quiet?: boolean
  readonly progress: 'auto' | 'always' | 'never'
}

/** The options of every command that talks to a vault. */
export interface ConnectionOptions extends CommonOptions {
  readonly region?: string
  readonly profile?: string
  readonly accountId?: string
  readonly endpoint?: string
  readonly local?: boolean
  readonly localDir?: string
}

/** Adds what every command has. */
export function addCommonOptions(command: Command): Command {
  return command
    .option('--json', 'print one JSON object a line on stdout')
    .option('-q, --quiet', 'print nothing on stderr but errors')
    .addOption(
      new Option('--progress <when>', 'show progress on stderr')
        .choices(['auto', 'always', 'never'])
        .default('auto'),
    )
    .option('--debug', 'print stack traces with errors')
}

/** Adds what every command that talks to a vault has. */
export function addConnectionOptions(command: Command): Command {
  return addCommonOptions(command)
    .option('--region <name>', "the vault's region; default the AWS configuration's")
    .option('--profile <name>', 'the profile of the AWS configuration to use')
    .option('--account-id <digits>', "the vault's account; default that of the credentials")
    .option('--endpoint <url>', 'talk to this address instead of the service')
    .option('--local', 'use the local vault in its default folder: no service, no account')
    .option('--local-dir <dir>', 'use the local vault in this folder')
}

/**
 * Runs something with a client for the vaults meant, and closes what was opened for it.
 *
 * @throws {UsageError} options that contradict each other
 */
export async function withClient<T>(
  options: ConnectionOptions,
  io: Io,
  run: (client: SdkVaultClient) => Promise<T>,
): Promise<T> {
  const { region, profile, endpoint } = options
  if (options.local || options.localDir !== undefined) {
    if (endpoint !== undefined)
      throw new UsageError('--endpoint and --local name two places: give one of them.')
    return withLocalVault(options.localDir ?? defaultLocalDir(io.env), run)
  }
  const client = glacierClient({
    ...(region !== undefined && { region }),
    ...(profile !== undefined && { profile }),
    ...(endpoint !== undefined && { endpoint: checkedUrl(endpoint) }),
  })
  try {
    return await run(client)
  } finally {
    client.destroy()
  }
}

async function withLocalVault<T>(dir: string, run: (client: SdkVaultClient) => Promise<T>): Promise<T> {
  const { startLocalVault } = await import('../local/index.js')
  const vault = await startLocalVault({ dir, createVaults: true })
  const { endpoint, region, credentials } = vault
  const client = glacierClient({ endpoint, region, credentials })
  try {
    return await run(client)
  } finally {
    client.destroy()
    await vault.close()
  }
}

/** Where `--local` and `serve` keep their vaults: the platform's folder for a program's data. */
export function defaultLocalDir(env: Io['env'], platform: NodeJS.Platform = process.platform): string {
  const home = homedir()
  const base =
    platform === 'win32'
      ? (env.LOCALAPPDATA ?? join(home, 'AppData', 'Local'))
      : platform === 'darwin'
        ? join(home, 'Library', 'Application Support')
        : (env.XDG_DATA_HOME ?? join(home, '.local', 'share'))
  return join(base, 'glacier-pipe', 'local')
}

function checkedUrl(endpoint: string): string {
  if (!URL.canParse(endpoint) || !/^https?:/i.test(endpoint)) {
    throw new UsageError(`--endpoint takes an http or https address, not ${endpoint}.`)
  }
  return endpoint
}
