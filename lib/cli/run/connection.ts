/**
 * Where the vaults are: at the service, behind an endpoint, or in a folder of this machine.
 */
import { homedir, userInfo } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { Option, type Command } from 'commander'
import type { Place } from '../../catalog/record.js'
import { accountInArn } from '../../glacier/account-id.js'
import { Retry } from '../../transfer/retry.js'
import { retrying } from '../../client/retrying-client.js'
import type { RequestOptions } from '../../client/request-options.js'
import { glacierClient } from '../../client/glacier-client.js'
import type { SdkVaultClient } from '../../client/sdk/sdk-vault-client.js'
import type { VaultClient } from '../../client/vault-client.js'
import { parseTimeout } from '../options/duration.js'
import { usage, UsageError } from '../output/exit-code.js'
import type { Io } from '../io.js'
import { parsePath } from '../options/path.js'
import { startVault } from './start-vault.js'

/** Milliseconds for which a command that asks for one thing goes on asking. */
const PATIENCE = 10_000

/** The options every command has. */
export interface CommonOptions {
  readonly json?: boolean
  readonly quiet?: boolean
  readonly progress: 'auto' | 'always' | 'never'
}

/** The options that say which catalog is meant. */
export interface CatalogOptions extends CommonOptions {
  readonly catalog?: string
  readonly local?: boolean
  readonly localDir?: string
}

/** The options of every command that talks to a vault. */
export interface ConnectionOptions extends CatalogOptions {
  readonly region?: string
  readonly profile?: string
  readonly accountId?: string
  readonly endpoint?: string
  readonly timeout?: number
}

/** Adds what every command has. */
export function addCommonOptions(command: Command): Command {
  return command
    .option('--json', 'print one JSON object a line on stdout')
    .option('-q, --quiet', 'print only errors and warnings about data on stderr')
    .addOption(
      new Option('--progress <when>', 'show progress on stderr')
        .choices(['auto', 'always', 'never'])
        .default('auto'),
    )
    .option('--debug', 'print stack traces with errors')
}

/** Adds what every command that knows the catalog has. */
export function addCatalogOptions(command: Command): Command {
  return addCommonOptions(command)
    .option(
      '--catalog <file>',
      'where uploads and archives are recorded; default in the data folder',
      parsePath,
    )
    .option('--local', 'use the local vault in its default folder: no service, no account')
    .option('--local-dir <dir>', 'use the local vault in this folder', parsePath)
}

/** Adds what every command that talks to a vault has. */
export function addConnectionOptions(command: Command): Command {
  return addCatalogOptions(command)
    .option('--region <name>', "the vault's region; default the AWS configuration's")
    .option('--profile <name>', 'the profile of the AWS configuration to use')
    .option('--account-id <digits>', "the vault's account; default that of the credentials")
    .option('--endpoint <url>', 'talk to this address instead of the service')
    .option(
      '--timeout <time>',
      'give up a request in which nothing moves for so long; default 5m',
      parseTimeout,
    )
}

/** A client for the vaults meant, and where they are. */
export interface Connection {
  /** Each call is one request. */
  readonly client: SdkVaultClient
  /** Each call is made a few times before it fails: for commands that ask for one thing. */
  readonly patient: VaultClient
  /** What the catalog says of where an archive is. */
  readonly place: () => Promise<Place>
  /**
   * The 12-digit ID of the account that has a vault, as the service states it. Where the service does not answer or
   * denies DescribeVault, the one given with `--account-id`; `undefined` where none is known.
   */
  readonly account: (vaultName: string) => Promise<string | undefined>
}

/**
 * Runs something with a client for the vaults meant, and closes what was opened for it.
 *
 * @throws {UsageError} options that contradict each other
 */
export async function withConnection<T>(
  options: ConnectionOptions,
  io: Io,
  run: (connection: Connection) => Promise<T>,
): Promise<T> {
  const { region, profile, endpoint, timeout } = options
  const limits = timeout === undefined ? {} : { idleTimeout: timeout }
  const dir = localDirOf(options, io.env)
  if (dir !== undefined) {
    if (endpoint !== undefined)
      throw new UsageError('--endpoint and --local name two places: give one of them.')
    return withLocalVault(dir, options, limits, io, run)
  }
  const config = {
    ...(region !== undefined && { region }),
    ...(profile !== undefined && { profile }),
    ...(endpoint !== undefined && { endpoint: checkedUrl(endpoint) }),
  }
  const client = usage(() => glacierClient(config, limits))
  const place = async (): Promise<Place> => ({
    region: await client.region(),
    endpoint: await client.endpoint(),
  })
  const patientClient = patient(client, io)
  const account = (vaultName: string): Promise<string | undefined> =>
    accountOf(patientClient, vaultName, options.accountId, io.signal)
  try {
    return await run({ client, patient: patientClient, place, account })
  } finally {
    client.destroy()
  }
}

async function accountOf(
  client: VaultClient,
  vaultName: string,
  accountId: string | undefined,
  signal: AbortSignal,
): Promise<string | undefined> {
  const arn = await client.describeVault({ vaultName, accountId, signal }).then(
    (vault) => vault.arn,
    (error: unknown) => {
      if (signal.aborted) throw error
      return undefined // a policy may allow uploads and deny this
    },
  )
  const isId = accountId !== undefined && /^\d{12}$/.test(accountId) // and not -, which names no account
  return accountInArn(arn) ?? (isId ? accountId : undefined)
}

function patient(client: SdkVaultClient, { clock }: Io): VaultClient {
  return retrying(client, new Retry({ retryFor: PATIENCE, clock }, client))
}

/** The catalog meant: of the local vault, its own. */
export function catalogFileOf(options: CatalogOptions, env: Io['env']): string {
  return options.catalog ?? join(localDirOf(options, env) ?? dataFolder(env), 'catalog.jsonl')
}

function localDirOf({ local, localDir }: CatalogOptions, env: Io['env']): string | undefined {
  return localDir ?? (local ? defaultLocalDir(env) : undefined)
}

async function withLocalVault<T>(
  dir: string,
  given: Pick<ConnectionOptions, 'region' | 'accountId'>,
  limits: RequestOptions,
  io: Io,
  run: (connection: Connection) => Promise<T>,
): Promise<T> {
  const accountId = given.accountId === '-' ? undefined : given.accountId
  const meant = { dir, region: given.region, accountId }
  const behaviour = { createVaults: true, inventoryInterval: 0 }
  const vault = await startVault({ ...meant, ...behaviour, signal: io.signal }, io)
  const { endpoint, region, credentials } = vault
  try {
    const client = usage(() => glacierClient({ endpoint, region, credentials }, limits))
    const place = (): Promise<Place> => Promise.resolve({ region, endpoint: `local:${vault.id}` })
    const account = (): Promise<string> => Promise.resolve(vault.accountId)
    return await run({ client, patient: patient(client, io), place, account }).finally(() => {
      client.destroy()
    })
  } finally {
    await vault.close() // whatever failed: a server that runs keeps the process alive
  }
}

/** Where `--local` and `serve` keep their vaults. */
export function defaultLocalDir(env: Io['env'], platform: NodeJS.Platform = process.platform): string {
  return join(dataFolder(env, platform), 'local')
}

/** The platform's folder for a program's data. A variable that is empty or a relative path counts as unset. */
function dataFolder(env: Io['env'], platform: NodeJS.Platform = process.platform): string {
  return join(dataHome(env, platform), 'glacier-pipe')
}

function dataHome(env: Io['env'], platform: NodeJS.Platform): string {
  if (platform === 'win32') return absolute(env.LOCALAPPDATA) ?? join(home(), 'AppData', 'Local')
  if (platform === 'darwin') return join(home(), 'Library', 'Application Support')
  return absolute(env.XDG_DATA_HOME) ?? join(home(), '.local', 'share')
}

function absolute(path: string | undefined): string | undefined {
  return path !== undefined && isAbsolute(path) ? path : undefined
}

/** The home directory: that of the environment, else that which the system has for the user. */
function home(): string {
  try {
    return absolute(homedir()) ?? userInfo().homedir
  } catch (error) {
    const message = 'There is no home directory to keep data in: set HOME, or give --catalog and --local-dir.'
    throw new UsageError(message, { cause: error })
  }
}

/** An address that is only an address. It is not repeated in messages: it may hold a password. */
function checkedUrl(endpoint: string): string {
  if (!URL.canParse(endpoint) || !/^https?:/i.test(endpoint))
    throw new UsageError('--endpoint takes an http or https address, as http://127.0.0.1:8080.')
  const { username, password, search, hash } = new URL(endpoint)
  if (username !== '' || password !== '')
    throw new UsageError(
      '--endpoint takes no user name or password: requests are signed with AWS credentials.',
    )
  if (search !== '' || hash !== '')
    throw new UsageError('--endpoint takes an address without a query (?) or fragment (#).')
  return endpoint
}
