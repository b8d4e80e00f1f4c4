/** `serve`: runs the local vault as a server until a signal stops it, and the local bucket beside it. */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { LocalBucket, LocalCredentials, LocalVault, RequestLogEntry } from '../../../local/index.js'
import { isLoopback } from '../../../local/service/loopback.js'
import { REALISM } from '../../../local/realism/realism-options.js'
import { AbortError } from '../../../errors.js'
import { systemReason } from '../../../fs/system-reason.js'
import { picked } from '../../../options/check-options.js'
import type { Io } from '../../io.js'
import { printData, printJson, printNote } from '../../output/print.js'
import { defaultLocalDir } from '../data-folder.js'
import { costSummary } from './cost-summary.js'
import { envLines } from './env-lines.js'
import { openRequestLog, type RequestLogFile, requestLogOn } from './request-log-file.js'
import { assertServeOptions } from './serve-options.js'
import { tlsFilesOf } from './serve-tls.js'
import type { ServeOptions } from '../../commands/serve.js'
import { startBucket } from '../start-bucket.js'
import { startVault } from '../start-vault.js'

/** The secret of the controls: that of the environment, unless it is empty, else a new one. */
export function controlSecretOf({ GLACIER_PIPE_CONTROL_SECRET: secret = '' }: Io['env']): string {
  return secret === '' ? randomBytes(24).toString('base64url') : secret
}

/** Runs `serve`. Prints one line on stdout when the server is ready. */
export async function serve(options: ServeOptions, io: Io): Promise<void> {
  const { dir = defaultLocalDir(io.env), fault: faults, price: prices, control } = options
  const { host, allowRemote, port, s3Port, createVaults, jobDelay } = options
  const { region, accountId, acceptAnyCredentials } = options
  const { inventoryInterval, snsEndpoint, policies, undocumented, idleTimeout } = options
  assertServeOptions(options)
  const tls = await tlsFilesOf(options, io.env)
  const network = { host, allowRemote, port, tls, idleTimeout, snsEndpoint }
  const access = { region, accountId, acceptAnyCredentials, policies }
  const choices = { createVaults, undocumented, faults, prices: prices?.ofVaults }
  const behaviour = { ...choices, inventoryInterval, ...picked(options, REALISM) }
  const controlSecret = control && controlSecretOf(io.env)
  const credentials = credentialsOf(io.env)
  const requestLog = await requestLogFor(options.log, io)
  try {
    const log = (entry: RequestLogEntry): void => {
      requestLog?.add(entry)
    }
    const serving = { credentials, controlSecret, log, signal: io.signal }
    const vault = await startVault({ dir, ...network, ...access, ...behaviour, ...serving }, io)
    let bucket: LocalBucket | undefined
    try {
      if (s3Port !== undefined) {
        const keys = {
          region: region ?? vault.region,
          accountId: vault.accountId,
          credentials: vault.credentials,
        }
        const own = { host, allowRemote, port: s3Port, tls, idleTimeout, log, signal: io.signal }
        const stores = {
          dir,
          createBuckets: createVaults,
          restoreDelay: jobDelay,
          prices: prices?.ofBuckets,
          vaultControl: vault.control,
        }
        bucket = await startBucket({ ...stores, ...keys, ...own }, io)
      }
      await announce(vault, bucket?.endpoint, { credentials, controlSecret }, options, io)
      if (!io.signal.aborted) await once(io.signal, 'abort')
      throw new AbortError({ cause: io.signal.reason })
    } finally {
      await bucket?.close()
      await vault.close()
      if (!options.json && !options.quiet) {
        await printCosts('vaults', vault, io)
        if (bucket) await printCosts('buckets', bucket, io)
      }
    }
  } finally {
    await requestLog?.close()
  }
}

/**
 * Prints the costs. A failure to compute them is not a failure of the server.
 *
 * @param of - what the server has: `vaults` or `buckets`
 */
async function printCosts(of: string, server: LocalVault | LocalBucket, io: Io): Promise<void> {
  try {
    for (const line of costSummary(of, await server.costs())) printNote(io, line)
  } catch (error) {
    printNote(io, `The costs of the ${of} cannot be computed: ${(error as Error).message}`)
  }
}

/** The request log, or `undefined` without `--log`. */
async function requestLogFor(path: string | undefined, io: Io): Promise<RequestLogFile | undefined> {
  if (path === undefined) return undefined
  if (path === '-') return requestLogOn(io.stderr)
  return openRequestLog(path, (reason) => {
    printNote(
      io,
      `The request log ${path} cannot be written: ${reason}. The server keeps running, and lines of the log are lost.`,
    )
  }).catch((error: unknown) => {
    throw new Error(`The request log ${path} cannot be opened: ${systemReason(error) as string}.`, {
      cause: error,
    })
  })
}

/**
 * Prints the address of the server and the keys. Secrets are printed only if this command created them: those of the
 * environment are the user's own, and the output of a server often ends up in a log.
 */
async function announce(
  { endpoint, region, accountId, credentials, dir }: LocalVault,
  s3Endpoint: string | undefined,
  secrets: { readonly credentials: LocalCredentials | undefined; readonly controlSecret: string | undefined },
  { json, env, quiet, acceptAnyCredentials, region: regions = [region] }: ServeOptions,
  io: Io,
): Promise<void> {
  const { accessKeyId } = credentials
  const keysFrom = secrets.credentials ? 'environment' : 'folder'
  const secretAccessKey = secrets.credentials ? undefined : credentials.secretAccessKey
  const isControlSecretGiven = secrets.controlSecret === io.env.GLACIER_PIPE_CONTROL_SECRET
  const controlSecret = isControlSecretGiven ? undefined : secrets.controlSecret
  if (json) {
    const keys = { accessKeyId, secretAccessKey, keysFrom }
    await printJson(io, { endpoint, s3Endpoint, region, accountId, ...keys, dir, controlSecret })
  } else if (env) {
    for (const line of envLines({ endpoint, s3Endpoint, region, accessKeyId, secretAccessKey }, process.pid))
      await printData(io, line)
    io.closeStdout?.()
  } else await printData(io, endpoint)
  if (!isLoopback(new URL(endpoint).hostname)) {
    printNote(
      io,
      `WARNING: other machines can connect to ${endpoint}. Anyone with the keys can read and delete everything in ` +
        `${dir}${endpoint.startsWith('https:') ? '' : '. Connections are not encrypted'}.`,
    )
  }
  if (json || quiet) return
  if (secrets.controlSecret !== undefined)
    printNote(io, `The page of the local vault is at ${pageAddress(endpoint, secrets.controlSecret, io)}`)
  printNote(
    io,
    `A local vault in ${dir}, ${regions.length > 1 ? 'regions' : 'region'} ${regions.join(', ')}, ` +
      `account ${accountId}, access key ${accessKeyId}.`,
  )
  if (s3Endpoint !== undefined) printNote(io, `Its buckets are at ${s3Endpoint}.`)
  if (acceptAnyCredentials) printNote(io, 'Requests that are signed with any other keys are accepted too.')
  if (secrets.credentials) printNote(io, 'The keys are from the environment.')
  const created = [secretAccessKey && 'the secret key', controlSecret && 'the secret of the controls']
  const names = created.filter((name) => name).join(' and ')
  if (names !== '' && !env) printNote(io, `Run with --json to print ${names} on stdout.`)
}

/**
 * The address of the page. On a terminal it includes the secret, so that it can be clicked. The secret follows #, and a
 * browser does not send that part to the server. A log is kept and shared, so the address in it has no secret; a secret
 * of the environment is never printed.
 */
export function pageAddress(
  endpoint: string,
  controlSecret: string,
  { env, stderr }: Pick<Io, 'env' | 'stderr'>,
): string {
  const isGenerated = controlSecret !== env.GLACIER_PIPE_CONTROL_SECRET
  return `${endpoint}/.control/${stderr.isTTY && isGenerated ? `#secret=${controlSecret}` : ''}`
}

/** The keys of the environment; `undefined` unless it has a complete pair. */
function credentialsOf(env: Io['env']): LocalCredentials | undefined {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = env
  if (!accessKeyId || !secretAccessKey) return undefined
  return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) }
}
