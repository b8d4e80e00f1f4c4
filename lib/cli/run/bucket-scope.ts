/** The objects of a bucket that a command is about: those whose keys begin with the prefix in its address. */
import type { VaultAddress } from '../../catalog/vault-address.js'
import type { BucketRequest } from '../../s3/bucket-requests.js'
import { retryingBucket, type RepeatableOperations } from '../../s3/retry/retrying-bucket.js'
import { Retry } from '../../transfer/retry.js'
import type { Io } from '../io.js'
import { bucketAddressOf } from '../options/bucket-operand.js'
import type { ConnectionOptions } from '../options/connection-options.js'
import type { BucketRequestOptions } from '../options/object-options.js'
import type { RetryOptions } from '../options/transfer-options.js'
import { withBucketConnection, type BucketConnection } from './bucket-connection.js'

/** The objects, and what requests about them need. */
export interface BucketScope {
  /** Its requests are repeated for the time of `--retry-for`. */
  readonly client: RepeatableOperations
  readonly request: BucketRequest
  /** The beginning of the keys. */
  readonly prefix: string
  /** The bucket as the catalog records it. */
  readonly address: VaultAddress
}

/**
 * Runs a function with the objects of an operand, and closes what was opened for it.
 *
 * @param operand - `s3://BUCKET` or `s3://BUCKET/PREFIX`
 * @throws {UsageError} the operand is not such an address, or options contradict each other
 */
export async function withBucketScope(
  operand: string,
  options: ConnectionOptions & RetryOptions & BucketRequestOptions,
  io: Io,
  run: (scope: BucketScope, connection: BucketConnection) => Promise<void>,
): Promise<void> {
  const { bucket, prefix } = bucketAddressOf(operand)
  const { bucketOwner: expectedBucketOwner, requesterPays, retryFor } = options
  await withBucketConnection(options, io, async (connection) => {
    const { client: single } = connection
    const client = retryingBucket(single, new Retry({ retryFor, clock: io.clock }, single))
    const request = { bucket, expectedBucketOwner, requesterPays, signal: io.signal }
    const address = { vaultName: `s3://${bucket}`, ...(await connection.address()) }
    await run({ client, request, prefix, address }, connection)
  })
}
