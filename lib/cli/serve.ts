/**
 * `serve`: the local vault as a server of its own, until it is told to stop.
 */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { FaultRule, LocalCredentials, LocalVault } from '../local/index.js'
import { isLoopback } from '../local/options.js'
import { AbortError } from '../errors.js'
import { defaultLocalDir, type CommonOptions } from './connection.js'
import { UsageError } from './exit-code.js'
import { printData, printJson, printNote, type Io } from './io.js'
import { startVault } from './start-vault.js'

/** Options of `serve`. */
export interface ServeOptions extends CommonOptions {
  readonly dir?: string
  readonly host?: string
  readonly allowRemote?: true
  readonly port?: number
  readonly region?: string
  readonly createVaults?: true
  readonly jobDelay?: number
  readonly inventoryInterval?: number
  readonly snsEndpoint?: string
  readonly control?: true
  readonly fault: readonly FaultRule[]
}

/** The secret of the controls: the one in the environment, or a new one. An empty one is none. */
export function controlSecretOf({ GLACIER_PIPE_CONTROL_SECRET: secret = '' }: Io['env']): string {
  return secret === '' ? randomBytes(24).toString('base64url') : secret
}

/** Runs `serve`. One line on stdout says that it is ready. */
export async function serve(options: ServeOptions, io: Io): Promise<void> {
  const { dir = defaultLocalDir(io.env), fault: faults, control } = options
  const { host, allowRemote, port, region, createVaults } = options
  const { jobDelay, inventoryInterval, snsEndpoint } = options
  const network = { host, allowRemote, port, snsEndpoint }
  const behaviour = { region, createVaults, jobDelay, inventoryInterval, faults }
  const controlSecret = control && controlSecretOf(io.env)
  const credentials = credentialsOf(io.env)
  const { signal } = io
  const starting = startVault({ dir, ...network, ...behaviour, credentials, controlSecret, signal }, io)
  const vault = await starting.catch((error: unknown) => {
    throw error instanceof RangeError ? new UsageError(error.message, { cause: error }) : error
  })
  try {
    await announce(vault, controlSecret, options, io)
    if (!io.signal.aborted) await once(io.signal, 'abort')
    throw new AbortError({ cause: io.signal.reason })
  } finally {
    await vault.close()
  }
}

async function announce(
  { endpoint, region, credentials, dir }: LocalVault,
  controlSecret: string | undefined,
  { json, quiet }: CommonOptions,
  io: Io,
): Promise<void> {
  if (json) await printJson(io, { endpoint, region, ...credentials, dir, controlSecret })
  else await printData(io, endpoint)
  if (!isLoopback(new URL(endpoint).hostname)) {
    printNote(
      io,
      `WARNING: other machines can connect to ${endpoint}. Whoever has the keys can read and delete everything in ` +
        `${dir}, and nothing is encrypted on the way.`,
    )
  }
  if (json || quiet) return
  printNote(io, `A local vault in ${dir}, region ${region}, access key ${credentials.accessKeyId}.`)
  printNote(io, `With --json the line on stdout holds the secret key${controlSecret ? 's' : ''} too.`)
}

/** The keys of the environment, where it has a whole pair. */
function credentialsOf(env: Io['env']): LocalCredentials | undefined {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = env
  if (!accessKeyId || !secretAccessKey) return undefined
  return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) }
}
