/** The client of a caller, made from an SDK client or from its configuration. */
import { OBJECT } from '../options/rules.js'
import { checkOptions } from '../options/check-options.js'
import { REQUEST_OPTIONS } from './client-rules.js'
import type { GlacierClientLike, GlacierClientSettings } from './glacier-client-like.js'
import type { RequestOptions } from './request-options.js'
import { SdkVaultClient } from './sdk/sdk-vault-client.js'
import type { VaultClient } from './vault-client.js'

/**
 * Returns a {@link VaultClient} over the AWS SDK. Each call is one request, signed separately, under time limits. It does not
 * retry: `uploadArchive` and `retrieveArchive` do.
 *
 * @param source - a `GlacierClient` of any version of the SDK, which the caller continues to own; or the configuration of
 *   a client to make. Default: region and credentials from the SDK's own chain.
 * @throws {TypeError} no object, a client for another service, an unknown option, or one of a wrong type
 * @throws {RangeError} an option out of range
 *
 * @example
 * ```ts
 * const client = glacierClient({ region: 'eu-west-1' })
 * const [archive] = await uploadArchive(source, { client, vaultName: 'backups' })
 * client.destroy()
 * ```
 */
export function glacierClient(
  source: GlacierClientLike | GlacierClientSettings = {},
  options: RequestOptions = {},
): SdkVaultClient {
  OBJECT(source, 'source', 'glacierClient')
  return new SdkVaultClient(source, checkOptions('glacierClient', options, REQUEST_OPTIONS))
}

/** Returns the {@link VaultClient} for the option `client`, which has been checked. */
export function vaultClientOf(client: GlacierClientLike | VaultClient): VaultClient {
  return 'uploadPart' in client ? client : glacierClient(client)
}
