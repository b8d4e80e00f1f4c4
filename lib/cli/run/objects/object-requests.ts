/** Requests about the objects of a bucket, repeated as those of a transfer are. */
import type { ServiceAddress } from '../../../catalog/vault-address.js'
import { NotFoundError } from '../../../errors.js'
import type { ObjectFacts } from '../../../s3/bucket-responses.js'
import { printAddress, type ObjectAddress } from '../../../s3/s3-address.js'
import { s3Store } from '../../../s3/s3-store-of.js'
import type { S3Store } from '../../../s3/s3-store.js'
import type { DescribedArchive } from '../../../store/retrieval-store.js'
import { Retry } from '../../../transfer/retry.js'
import type { Io } from '../../io.js'
import type { ConnectionOptions } from '../../options/connection-options.js'
import type { RestoreOptions } from '../../options/object-options.js'
import { asUsageError } from '../../options/option-names.js'
import type { RetryOptions } from '../../options/transfer-options.js'
import { printNote } from '../../output/print.js'
import { retryNotes } from '../../output/retry-notes.js'
import { withBucketConnection } from '../bucket-connection.js'
import { addressOf, type ObjectOperand } from './object-operand.js'

/** The options of commands that read objects. */
export interface ObjectReadOptions extends ConnectionOptions, RetryOptions, RestoreOptions {}

/** Requests about the objects of a bucket. */
export interface ObjectRequests {
  /** The object that the operand of the command stands for. */
  readonly address: ObjectAddress
  readonly store: S3Store
  /** The region and endpoint of the bucket, as the catalog records them. */
  readonly place: ServiceAddress
  /** The 12-digit ID of the account of the bucket; `undefined` if it is not known. */
  readonly accountId: string | undefined
  /**
   * Describes an object.
   *
   * @throws {NotFoundError} `ERR_NOT_FOUND`: there is no such object, or no such bucket
   * @throws {AccessDeniedError} `ERR_ACCESS_DENIED`: the same, without the permission to list the bucket
   */
  readonly head: (address: ObjectAddress) => Promise<ObjectFacts>
  /** The error about a missing object, or the one about its bucket if that is missing. */
  readonly missing: (address: ObjectAddress, cause: NotFoundError) => Promise<NotFoundError>
  /** Describes the parts of an object, as {@link RetrievalStore.describeArchive}. */
  readonly describe: (address: ObjectAddress) => Promise<DescribedArchive>
}

/** The names of the store's options on the command line. */
const OPTION_NAMES = { expectedBucketOwner: '--bucket-owner', restoreDays: '--days' }

/**
 * Runs a function with requests about the objects of the bucket of an operand, and closes what was opened for it.
 *
 * @throws {UsageError} an option that is not valid, or options that contradict each other; or as {@link addressOf}
 */
export async function withObjects<T>(
  operand: ObjectOperand,
  options: ObjectReadOptions,
  io: Io,
  run: (requests: ObjectRequests) => Promise<T>,
): Promise<T> {
  const { bucketOwner, requesterPays, days: restoreDays, retryFor, quiet } = options
  const { signal, clock } = io
  return withBucketConnection(options, io, async (connection) => {
    const { client } = connection
    const accountId = bucketOwner ?? connection.accountId
    const address = await addressOf(operand, connection, accountId, options, io)
    const { bucket, key } = address
    const owner = { expectedBucketOwner: bucketOwner, requesterPays }
    const store = asUsageError(() => s3Store({ client, bucket, key, ...owner, restoreDays }), OPTION_NAMES)
    const onRetry = retryNotes((line) => {
      if (!quiet) printNote(io, line)
    })
    const retry = new Retry({ retryFor, clock }, store, onRetry)
    return run({
      address,
      store,
      place: await connection.address(),
      accountId,
      head: (address) => retry.run(() => client.headObject({ ...address, ...owner, signal }), signal),
      missing: (address, cause) =>
        client.headBucket({ bucket, ...owner, signal }).then(
          () => missingError(address, cause, 'object'),
          (error: unknown) =>
            missingError(address, cause, error instanceof NotFoundError ? 'bucket' : 'object'),
        ),
      describe: (address) =>
        retry.run(() => store.describeArchive({ archiveId: printAddress(address), signal }), signal),
    })
  })
}

/** The response to HeadObject has no body that would say what is missing. */
function missingError(
  address: ObjectAddress,
  cause: NotFoundError,
  what: 'bucket' | 'object',
): NotFoundError {
  const { operation, serviceCode, status } = cause
  const message =
    what === 'bucket'
      ? `The bucket ${address.bucket} does not exist. Check its name, and the region and the endpoint.`
      : `${printAddress(address)} does not exist. Check the key; a list of the bucket shows the keys.`
  return new NotFoundError(message, { operation, serviceCode, status, reason: `${what}-not-found`, cause })
}
