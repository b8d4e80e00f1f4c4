/** An object of a bucket as the target of a `put`. */
import { maxVolumesOf, printAddress, type ObjectAddress } from '../../../../s3/s3-address.js'
import { S3_LIMITS } from '../../../../s3/s3-limits.js'
import { s3Store } from '../../../../s3/s3-store-of.js'
import type { PutOptions } from '../../../commands/archives/put.js'
import { VAULT_OPTIONS, without } from '../../../options/object-options.js'
import { withBucketConnection } from '../../bucket-connection.js'
import { assertKeyFree } from './key-check.js'
import { objectFacts } from './object-facts.js'
import type { PutTarget } from './put-target.js'

/**
 * The object that a `put` stores.
 *
 * @throws {UsageError} an option about the object that is not valid
 */
export function bucketTarget(address: ObjectAddress, given: PutOptions): PutTarget {
  const options = without(given, VAULT_OPTIONS)
  const { facts, description } = objectFacts(address, options)
  const { overwrite = false, bucketOwner } = options
  return {
    destination: printAddress(address),
    options,
    limits: S3_LIMITS,
    maxVolumes: maxVolumesOf(address.key),
    description,
    name: address.key,
    storageClass: facts.storageClass,
    connect: (io, warn, run) =>
      withBucketConnection(options, io, (connection) => {
        const { client } = connection
        const onUnconfirmed = (): void => {
          warn(
            'WARNING: the server states no SHA-256 of the object. The hashes of its parts and its size were compared as far as the server states them.',
          )
        }
        const store = s3Store({ client, ...facts, overwrite, onUnconfirmed })
        return run({
          store,
          address: connection.address,
          account: () => Promise.resolve(bucketOwner ?? connection.accountId),
          assertReady: async ({ catalogFile, onRetry }) => {
            const place = {
              ...(await connection.address()),
              vaultName: store.vaultName,
              accountId: bucketOwner,
            }
            const key = { identity: { ...place, name: address.key }, catalogFile, overwrite }
            await assertKeyFree(s3Store({ client, ...facts }), key, { ...options, ...io, onRetry })
          },
        })
      }),
  }
}
