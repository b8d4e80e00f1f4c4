/** The store of a caller: a key of a bucket, by a client of the SDK or any other. */
import { checkOptions, rule, type Rule, type RulesOf } from '../options/check-options.js'
import { BOOLEAN, FUNCTION, hasMethods, required, wholeNumber } from '../options/rules.js'
import type { BucketClient } from './bucket-client.js'
import type { NewObject } from './bucket-requests.js'
import { NEW_OBJECT } from './bucket-rules.js'
import type { S3ClientLike } from './sdk/s3-client-like.js'
import { s3Client } from './sdk/s3-client.js'
import { S3Store } from './s3-store.js'

/** Options of {@link s3Store}. */
export interface S3StoreOptions extends Omit<NewObject, 'signal'> {
  /** An `S3Client` of the SDK, which the caller continues to own, or any {@link BucketClient}. */
  readonly client: BucketClient | S3ClientLike
  /** How long a retrieval lets the service keep a restored copy, in days; default 1. */
  readonly restoreDays?: number | undefined
  /**
   * Whether an object of the key may be replaced; default false: the upload fails with a `ServiceError` of the reason
   * `exists`, before the first part is sent if the object exists by then.
   */
  readonly overwrite?: boolean | undefined
  /**
   * Called if the server states no SHA-256 of what it has stored, as servers other than S3 may. The hashes of the parts
   * and the size are compared as far as the server states them. Default: nothing.
   */
  readonly onUnconfirmed?: (() => void) | undefined
}

function isBucketClient(client: BucketClient | S3ClientLike): client is BucketClient {
  return 'createUpload' in client
}

const CLIENT: Rule = rule(
  'an S3Client of @aws-sdk/client-s3, or the result of s3Client()',
  (value) => hasMethods(value, ['createUpload']) || hasMethods(value, ['send']),
)

const S3_STORE: RulesOf<S3StoreOptions> = {
  client: required(CLIENT),
  bucket: NEW_OBJECT.bucket,
  key: NEW_OBJECT.key,
  expectedBucketOwner: NEW_OBJECT.expectedBucketOwner,
  requesterPays: NEW_OBJECT.requesterPays,
  storageClass: NEW_OBJECT.storageClass,
  metadata: NEW_OBJECT.metadata,
  tags: NEW_OBJECT.tags,
  kmsKeyId: NEW_OBJECT.kmsKeyId,
  lock: NEW_OBJECT.lock,
  contentType: NEW_OBJECT.contentType,
  restoreDays: wholeNumber(1),
  overwrite: BOOLEAN,
  onUnconfirmed: FUNCTION,
}

/**
 * Makes a store of a key of an S3 bucket, for the option `store` of an upload or a retrieval. The stream becomes one object of the key; one
 * of more than 10,000 parts continues in `KEY.volume2`.
 *
 * The package `@aws-sdk/client-s3` must be installed beside this one, unless the client is another.
 *
 * @throws {TypeError} an unknown or missing option, or one of a wrong type
 * @throws {RangeError} an option out of range
 *
 * @example
 * ```ts
 * const store = s3Store({ client: new S3Client({}), bucket: 'backups', key: '2026/docs.tar' })
 * const [archive] = await uploadArchive(createReadStream('docs.tar'), { store })
 * console.log(archive.archiveId) // 's3://backups/2026/docs.tar'
 * ```
 */
export function s3Store(options: S3StoreOptions): S3Store {
  const { client, ...facts } = checkOptions('s3Store', options, S3_STORE)
  return new S3Store({ ...facts, client: isBucketClient(client) ? client : s3Client(client) })
}
