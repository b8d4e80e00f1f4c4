/** Facts about a connection for a diagnosis: the origin of its credentials, and the clock of the service. */
import type * as Sdk from '@aws-sdk/client-glacier'
import type { GlacierPipeError } from '../errors.js'
import type { SdkConnection } from './sdk/sdk-connection.js'
import { toCredentialsError, toServiceError } from './sdk/service-error.js'
import type { CommandStack } from './sdk/single-request.js'

/** The credentials that requests are signed with, without the secret key. */
export interface CredentialsInUse {
  readonly accessKeyId: string
  /** When they expire; `undefined` if they do not. */
  readonly expiration: Date | undefined
  /** The SDK's names of the providers that took part, such as `CREDENTIALS_ENV_VARS`; none if it does not say. */
  readonly sources: readonly string[]
}

/** The response of the service to one request. */
export interface Probe {
  /** The clock of the service: milliseconds since 1970; `NaN` if no response has a date. */
  readonly serviceTime: number
  /** Why the request failed; `undefined` if it succeeded. */
  readonly error: GlacierPipeError | undefined
}

/** A connection whose configuration can be read: that of the vaults, or that of the buckets. */
export interface DiagnosedConnection {
  /** The client of the SDK. */
  sdkClient(): Promise<{ readonly config: { readonly credentials: () => Promise<ProvidedCredentials> } }>
  /** The region that requests go to. */
  region(): Promise<string>
}

/** The credentials as the SDK's providers return them. */
export interface ProvidedCredentials {
  readonly accessKeyId: string
  readonly expiration?: Date
  readonly $source?: Readonly<Record<string, unknown>>
}

interface WithResponse {
  readonly response: { readonly headers: Readonly<Record<string, string>> }
}

/**
 * Fetches the credentials of a connection.
 *
 * @throws {CredentialsError} `ERR_CREDENTIALS`, reason `credentials-missing`: they cannot be fetched
 */
export async function credentialsInUse(
  connection: Pick<DiagnosedConnection, 'sdkClient'>,
): Promise<CredentialsInUse> {
  const client = await connection.sdkClient()
  const found = await client.config.credentials().catch((error: unknown) => {
    throw toCredentialsError('Credentials', error, 'credentials-missing')
  })
  const { accessKeyId, expiration, $source = {} } = found
  return { accessKeyId, expiration, sources: Object.keys($source) }
}

/** Makes one request that changes nothing and that most policies allow: ListVaults. Never rejects. */
export async function probe(
  connection: SdkConnection,
  accountId: string | undefined,
  signal: AbortSignal,
): Promise<Probe> {
  let serviceTime = NaN
  const command = (sdk: typeof Sdk): Sdk.ListVaultsCommand => {
    const list = new sdk.ListVaultsCommand({ accountId: accountId ?? '-', limit: 1 })
    observeHeaders(list.middlewareStack, ({ date }) => (serviceTime = Date.parse(String(date))))
    return list
  }
  return connection.call('ListVaults', { signal }, command).then(
    () => ({ serviceTime, error: undefined }),
    (error: unknown) => ({ serviceTime, error: toServiceError('ListVaults', error, signal) }),
  )
}

/**
 * Reports the headers of a response, also of one that refuses the request.
 *
 * @param stack - of the command; it is changed
 * @param observe - takes the headers by lowercase name
 */
export function observeHeaders(
  stack: CommandStack,
  observe: (headers: Readonly<Record<string, string | undefined>>) => void,
): void {
  const middleware =
    <Arguments>(next: (args: Arguments) => Promise<WithResponse>) =>
    async (args: Arguments): Promise<WithResponse> => {
      const result = await next(args)
      observe(result.response.headers)
      return result
    }
  // The last one before the request is sent sees the response first, before its error is thrown.
  stack.add(middleware, { step: 'deserialize', priority: 'low', name: 'glacierPipeHeaders' })
}
