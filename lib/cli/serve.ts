/**
 * `serve`: the local vault as a server of its own, until it is told to stop.
 */
import { once } from 'node:events'
import { startLocalVault, type FaultRule, type LocalVault } from '../local/index.js'
import { AbortError } from '../errors.js'
import { defaultLocalDir, type CommonOptions } from './connection.js'
import { UsageError } from './exit-code.js'
import { printData, printJson, printNote, type Io } from './io.js'

/** Options of `serve`. */
export interface ServeOptions extends CommonOptions {
  readonly dir?: string
  readonly port?: number
  readonly region?: string
  readonly fault: readonly FaultRule[]
}

/** Runs `serve`. One line on stdout says that it is ready. */
export async function serve(options: ServeOptions, io: Io): Promise<void> {
  const { dir = defaultLocalDir(io.env), port, region, fault: faults } = options
  const credentials = credentialsOf(io.env)
  const vault = await startLocalVault({
    dir,
    ...(port !== undefined && { port }),
    ...(region !== undefined && { region }),
    ...(credentials && { credentials }),
    faults,
  }).catch((error: unknown) => {
    throw error instanceof RangeError ? new UsageError(error.message, { cause: error }) : error
  })
  try {
    await announce(vault, options, io)
    if (!io.signal.aborted) await once(io.signal, 'abort')
    throw new AbortError({ cause: io.signal.reason })
  } finally {
    await vault.close()
  }
}

async function announce(vault: LocalVault, { json, quiet }: ServeOptions, io: Io): Promise<void> {
  const { endpoint, region, credentials, dir } = vault
  if (json) {
    await printJson(io, { endpoint, region, ...credentials, dir })
    return
  }
  await printData(io, endpoint)
  if (quiet) return
  printNote(io, `A local vault in ${dir}, region ${region}, access key ${credentials.accessKeyId}.`)
  printNote(io, 'With --json the line on stdout holds the secret key too.')
}

/** The key pair of the environment, where it has a whole one. */
function credentialsOf(env: Io['env']): { accessKeyId: string; secretAccessKey: string } | undefined {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env
  return accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined
}
