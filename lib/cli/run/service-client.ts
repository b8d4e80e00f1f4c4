/** The settings of a client of a service, from the options about the connection. */
import type { RequestOptions } from '../../client/request-options.js'
import { UsageError } from '../command-errors.js'
import type { Io } from '../io.js'
import type { ConnectionOptions } from '../options/connection-options.js'
import { checkedEndpoint } from '../options/values/endpoint.js'
import { localDirOf } from './data-folder.js'

/** Milliseconds for which the clients of commands that make single requests repeat a request. */
export const RETRY_FOR_MS = 10_000
/** The names of a client's options on the command line. */
export const CLIENT_OPTIONS = { idleTimeout: '--timeout' }

/** The settings of a client of the AWS SDK. A setting that was not given comes from the AWS configuration. */
export interface ClientConfig {
  readonly region?: string
  readonly profile?: string
  readonly endpoint?: string
}

/**
 * The settings of a client.
 *
 * @throws {UsageError} the endpoint is no address
 */
export function clientConfigOf({ region, profile, endpoint }: ConnectionOptions): ClientConfig {
  return {
    ...(region !== undefined && { region }),
    ...(profile !== undefined && { profile }),
    ...(endpoint !== undefined && { endpoint: checkedEndpoint(endpoint) }),
  }
}

/** The options of a client's requests. */
export function requestOptionsOf({ timeout }: ConnectionOptions): RequestOptions {
  return timeout === undefined ? {} : { idleTimeout: timeout }
}

/**
 * The folder of this machine that is used instead of a service; `undefined` for a service.
 *
 * @param places - what the options select, as `vaults`
 * @throws {UsageError} `--endpoint` is given too
 */
export function localDirInstead(
  options: ConnectionOptions,
  places: string,
  env: Io['env'],
): string | undefined {
  const dir = localDirOf(options, env)
  if (dir !== undefined && options.endpoint !== undefined)
    throw new UsageError(`--endpoint and --local select different ${places}. Give one of them.`)
  return dir
}
