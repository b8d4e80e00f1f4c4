/** The connection of a command to the buckets: at the service, behind an endpoint, or in a folder of this machine. */
import type { ServiceAddress } from '../../catalog/vault-address.js'
import type { RequestOptions } from '../../client/request-options.js'
import { retryingBucket, type RepeatableOperations } from '../../s3/retry/retrying-bucket.js'
import { s3Client } from '../../s3/sdk/s3-client.js'
import type { SdkBucketClient } from '../../s3/sdk/sdk-bucket-client.js'
import { Retry } from '../../transfer/retry.js'
import type { Io } from '../io.js'
import type { ConnectionOptions } from '../options/connection-options.js'
import { asUsageError } from '../options/option-names.js'
import {
  CLIENT_OPTIONS,
  clientConfigOf,
  localDirInstead,
  requestOptionsOf,
  RETRY_FOR_MS,
} from './service-client.js'
import { startBucket } from './start-bucket.js'

/** A client for the buckets, and their location. */
export interface BucketConnection {
  /** Each call is one request. */
  readonly client: SdkBucketClient
  /** Repeats failed requests for ten seconds: for commands that make single requests. */
  readonly retryingClient: RepeatableOperations
  /**
   * The region and endpoint of the buckets, as the catalog records them. Makes no request.
   *
   * @throws {MissingPackageError} `ERR_MISSING_PACKAGE`: the SDK for S3 is not installed
   * @throws {ServiceError} `ERR_SERVICE`: no region is set
   */
  readonly address: () => Promise<ServiceAddress>
  /** The 12-digit ID of the account of the buckets on this machine; `undefined` elsewhere, where no response states it. */
  readonly accountId: string | undefined
}

/**
 * Runs a function with a connection, and closes what was opened for it. A bucket on this machine is created when something is
 * stored in it.
 *
 * @throws {UsageError} options that contradict each other
 */
export async function withBucketConnection<T>(
  options: ConnectionOptions,
  io: Io,
  run: (connection: BucketConnection) => Promise<T>,
): Promise<T> {
  const requestOptions = requestOptionsOf(options)
  const dir = localDirInstead(options, 'buckets', io.env)
  if (dir !== undefined) return withLocalBucket(dir, options.region, requestOptions, io, run)
  const client = asUsageError(() => s3Client(clientConfigOf(options), requestOptions), CLIENT_OPTIONS)
  const address = async (): Promise<ServiceAddress> => ({
    region: await client.region(),
    endpoint: await client.endpoint(),
  })
  try {
    return await run({ client, retryingClient: withRetries(client, io), address, accountId: undefined })
  } finally {
    client.destroy()
  }
}

function withRetries(client: SdkBucketClient, { clock }: Io): RepeatableOperations {
  return retryingBucket(client, new Retry({ retryFor: RETRY_FOR_MS, clock }, client))
}

async function withLocalBucket<T>(
  dir: string,
  givenRegion: string | undefined,
  requestOptions: RequestOptions,
  io: Io,
  run: (connection: BucketConnection) => Promise<T>,
): Promise<T> {
  const bucket = await startBucket({ dir, region: givenRegion, createBuckets: true, signal: io.signal }, io)
  const { endpoint, region, credentials, accountId } = bucket
  try {
    const client = asUsageError(
      () => s3Client({ endpoint, region, credentials }, requestOptions),
      CLIENT_OPTIONS,
    )
    const address = async (): Promise<ServiceAddress> => {
      await client.endpoint() // loads the SDK, as for any other endpoint
      return { region, endpoint: `local:${bucket.id}` }
    }
    return await run({ client, retryingClient: withRetries(client, io), address, accountId }).finally(() => {
      client.destroy()
    })
  } finally {
    await bucket.close() // after any failure: a running server keeps the process alive
  }
}
