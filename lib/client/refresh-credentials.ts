/** Fresh credentials from any client, with the errors of this package. */
import { GlacierPipeError } from '../errors.js'
import { asAbortError } from '../streams/abort-error.js'
import { toCredentialsError } from './sdk/service-error.js'
import type { VaultClient } from './vault-client.js'

/**
 * Gets fresh credentials, if the client can. Credentials were fetched before, so a failure to do so now may pass.
 *
 * @throws {CredentialsError} `ERR_CREDENTIALS`, reason `credentials-unavailable`: they could not be fetched
 * @throws {AbortError} `ABORT_ERR`: the signal fired
 */
export async function refreshCredentialsOf(client: VaultClient, signal?: AbortSignal): Promise<void> {
  try {
    await client.refreshCredentials?.(signal)
  } catch (thrown) {
    const error = asAbortError(thrown, signal)
    throw error instanceof GlacierPipeError
      ? error
      : toCredentialsError('Credentials', error, 'credentials-unavailable')
  }
}
