/** A vault as the target of a `put`. */
import { credentialsInUse } from '../../../../client/diagnosis.js'
import { VAULT } from '../../../../client/request-rules.js'
import { GLACIER_LIMITS } from '../../../../glacier/limits.js'
import { checkOptions } from '../../../../options/check-options.js'
import { vaultStore } from '../../../../vault/vault-store.js'
import type { PutOptions } from '../../../commands/archives/put.js'
import { OBJECT_OPTIONS, without } from '../../../options/object-options.js'
import { asUsageError } from '../../../options/option-names.js'
import { type Connection, withConnection } from '../../connection.js'
import { streamDescription, streamName } from '../stream-name.js'
import type { PutTarget } from './put-target.js'

/**
 * The vault to which a `put` stores.
 *
 * @throws {UsageError} a description that is too long, or that would make the archive a volume of a set
 */
export function vaultTarget(vaultName: string, file: string | undefined, given: PutOptions): PutTarget {
  const options = without(given, OBJECT_OPTIONS)
  const { accountId } = options
  asUsageError(() => checkOptions('put', { vaultName, accountId }, VAULT))
  return {
    destination: vaultName,
    options,
    limits: GLACIER_LIMITS,
    maxVolumes: Infinity,
    description: asUsageError(() => streamDescription(file, options)),
    name: streamName(file, options),
    storageClass: undefined,
    connect: (io, _warn, run) =>
      withConnection(options, io, (connection) => {
        const { address } = connection
        return run({
          store: vaultStore(connection.client, { vaultName, accountId }),
          address,
          account: () => connection.account(vaultName),
          assertReady: async ({ isCommand }) => {
            if (isCommand) await assertConfigured(connection)
          },
        })
      }),
  }
}

/**
 * Checks that requests can be signed and addressed, before a command is started for nothing. Makes no request of the vault.
 *
 * @throws {ServiceError} `ERR_SERVICE`: no region is set
 * @throws {CredentialsError} `ERR_CREDENTIALS`: the credentials cannot be fetched
 */
async function assertConfigured({ client, address }: Connection): Promise<void> {
  await address()
  await credentialsInUse(client.connection)
}
