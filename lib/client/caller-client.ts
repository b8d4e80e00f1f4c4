/**
 * The client of a caller, adapted to the commands of the SDK that is installed with this package. Commands find their
 * serialization in the client; a client older than 3.929 has none, since each command had its own.
 */
import type * as Sdk from '@aws-sdk/client-glacier'
import type { GlacierClientLike } from './glacier-client-like.js'

/**
 * Checks that a client is for Glacier, which its type does not say.
 *
 * @throws {TypeError} it is for another service
 */
export function assertGlacier(client: GlacierClientLike): void {
  assertService(client, 'Glacier', 'a GlacierClient of @aws-sdk/client-glacier')
}

/**
 * Checks that a client is for a service.
 *
 * @param serviceId - the SDK's name of the service
 * @param expected - the client to pass, for the message
 * @throws {TypeError} it is for another service
 */
export function assertService(client: GlacierClientLike, serviceId: string, expected: string): void {
  const found = (client as Partial<GlacierClientLike>).config?.serviceId
  if (found !== serviceId)
    throw new TypeError(`The client is for ${found ?? 'an unknown service'}. Pass ${expected}.`)
}

/** The configuration of a client, whose fields depend on its version. */
interface ForeignConfig {
  readonly protocol?: unknown
  readonly region?: unknown
  readonly credentials?: unknown
  readonly requestHandler?: unknown
  readonly isCustomEndpoint?: boolean
  readonly endpoint?: unknown
  readonly useFipsEndpoint?: unknown
  readonly useDualstackEndpoint?: unknown
}

/**
 * Returns the caller's client if it takes the commands of `sdk`; otherwise a new client with its region, credentials,
 * endpoint and request handler, but without middleware that was added to it.
 */
export function clientFor(sdk: typeof Sdk, client: GlacierClientLike): Sdk.GlacierClient {
  const settings = settingsOfOlder(client)
  return settings === undefined ? (client as unknown as Sdk.GlacierClient) : new sdk.GlacierClient(settings)
}

/**
 * Returns the settings for a client in place of one that does not take the commands of the installed SDK; `undefined` if
 * it takes them.
 *
 * @param names - further settings of the service
 */
export function settingsOfOlder(
  client: { readonly config: object },
  names: readonly string[] = [],
): Readonly<Record<string, unknown>> | undefined {
  const { protocol, region, credentials, requestHandler, ...config } = client.config as ForeignConfig
  if (protocol !== undefined) return undefined
  const { endpoint, isCustomEndpoint, useFipsEndpoint, useDualstackEndpoint } = config
  const address = isCustomEndpoint ? { endpoint } : { useFipsEndpoint, useDualstackEndpoint }
  const others = names.map((name) => [name, (config as Readonly<Record<string, unknown>>)[name]] as const)
  const settings = [...Object.entries({ region, credentials, requestHandler, ...address }), ...others]
  // For the SDK, a setting that is undefined is set.
  return Object.fromEntries(settings.filter(([, value]) => value !== undefined))
}
