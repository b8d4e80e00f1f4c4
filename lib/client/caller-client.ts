/**
 * A caller's client as one that takes the commands of the SDK that is installed with this package. Commands find their
 * serialization in the client; clients from before 3.929 have none, for there each command brought its own.
 */
import type * as Sdk from '@aws-sdk/client-glacier'
import type { GlacierClientLike } from './glacier-client-like.js'

/**
 * Checks what the type of a client cannot say: which service it is for.
 *
 * @throws {TypeError} it is for another than Glacier
 */
export function assertGlacier(client: GlacierClientLike): void {
  const { serviceId } = (client as Partial<GlacierClientLike>).config ?? {}
  if (serviceId !== 'Glacier')
    throw new TypeError(
      `The client is for ${serviceId ?? 'an unknown service'}. Pass a GlacierClient of @aws-sdk/client-glacier.`,
    )
}

/** The configuration of a client; which of it there is depends on the version. */
type ForeignConfig = Sdk.GlacierClientConfig & { readonly isCustomEndpoint?: boolean }

/**
 * The caller's client where it takes the commands of `sdk`. Otherwise a new client with its region, credentials,
 * endpoint and request handler, but without middleware that was added to it.
 */
export function clientFor(sdk: typeof Sdk, client: GlacierClientLike): Sdk.GlacierClient {
  const { region, credentials, requestHandler, ...config } = client.config as unknown as ForeignConfig
  if (config.protocol !== undefined) return client as unknown as Sdk.GlacierClient
  const { endpoint, isCustomEndpoint, useFipsEndpoint, useDualstackEndpoint } = config
  const address = isCustomEndpoint ? { endpoint } : { useFipsEndpoint, useDualstackEndpoint }
  const settings = Object.entries({ region, credentials, requestHandler, ...address })
  // The SDK takes a setting that is undefined for one that is given.
  return new sdk.GlacierClient(Object.fromEntries(settings.filter(([, value]) => value !== undefined)))
}
