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
  const { serviceId } = (client as Partial<GlacierClientLike>).config ?? {}
  if (serviceId !== 'Glacier')
    throw new TypeError(
      `The client is for ${serviceId ?? 'an unknown service'}. Pass a GlacierClient of @aws-sdk/client-glacier.`,
    )
}

/** The configuration of a client, whose fields depend on its version. */
type ForeignConfig = Sdk.GlacierClientConfig & { readonly isCustomEndpoint?: boolean }

/**
 * Returns the caller's client if it takes the commands of `sdk`; otherwise a new client with its region, credentials,
 * endpoint and request handler, but without middleware that was added to it.
 */
export function clientFor(sdk: typeof Sdk, client: GlacierClientLike): Sdk.GlacierClient {
  const { region, credentials, requestHandler, ...config } = client.config as unknown as ForeignConfig
  if (config.protocol !== undefined) return client as unknown as Sdk.GlacierClient
  const { endpoint, isCustomEndpoint, useFipsEndpoint, useDualstackEndpoint } = config
  const address = isCustomEndpoint ? { endpoint } : { useFipsEndpoint, useDualstackEndpoint }
  const settings = Object.entries({ region, credentials, requestHandler, ...address })
  // For the SDK, a setting that is undefined is set.
  return new sdk.GlacierClient(Object.fromEntries(settings.filter(([, value]) => value !== undefined)))
}
