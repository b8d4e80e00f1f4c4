/** The options about an object of a bucket. They are usage errors with a vault, which has nothing like them. */
import { InvalidArgumentError, Option, type Command } from 'commander'
import { DEFAULT_STORAGE_CLASS, STORAGE_CLASSES, type StorageClass } from '../../s3/storage-classes.js'
import { parseDate } from './values/date.js'
import { parseCount } from './values/numbers.js'
import { collectPair } from './values/pairs.js'
import { parseText } from './values/text.js'

/** The options of every request to a bucket. */
export interface BucketRequestOptions {
  readonly requesterPays?: boolean
  /** 12 digits. */
  readonly bucketOwner?: string
}

/** The options about the restore of an object. */
export interface RestoreOptions extends BucketRequestOptions {
  /** How long a restored copy is kept. */
  readonly days?: number
}

/** The options of `put` about an object. */
export interface ObjectOptions extends BucketRequestOptions {
  readonly storageClass?: StorageClass
  /** `KEY=VALUE` each. */
  readonly tag?: readonly string[]
  /** `KEY=VALUE` each. */
  readonly metadata?: readonly string[]
  readonly kmsKeyId?: string
  readonly lockMode?: 'GOVERNANCE' | 'COMPLIANCE'
  /** ISO 8601. */
  readonly lockUntil?: string
  readonly overwrite?: boolean
  readonly contentType?: string
}

/** The names of {@link ObjectOptions}. */
export const OBJECT_OPTIONS: readonly string[] = Object.keys({
  storageClass: true,
  tag: true,
  metadata: true,
  kmsKeyId: true,
  lockMode: true,
  lockUntil: true,
  requesterPays: true,
  bucketOwner: true,
  overwrite: true,
  contentType: true,
} satisfies Record<keyof ObjectOptions, true>)

/** The names of {@link RestoreOptions}. */
export const RESTORE_OPTIONS: readonly string[] = Object.keys({
  requesterPays: true,
  bucketOwner: true,
  days: true,
} satisfies Record<keyof RestoreOptions, true>)

/** The options of `get` alone that are usage errors with a vault, whose archives have a hash of each range. */
export const OBJECT_GET_OPTIONS: readonly string[] = ['checkLate']

/** The options of `put` that are usage errors with a bucket: the key is the name, and names of buckets have no account. */
export const VAULT_OPTIONS: readonly string[] = ['name', 'accountId']

/** The options of `get` and `verify` that are usage errors with a bucket: it has no jobs, topics and inventories. */
export const VAULT_READ_OPTIONS: readonly string[] = ['accountId', 'job', 'snsTopic', 'match', 'inventory']

/** The options without some of them: those that are about the other kind of place. */
export function without<Options extends object>(options: Options, names: readonly string[]): Options {
  const kept = Object.entries(options).filter(([name]) => !names.includes(name))
  return Object.fromEntries(kept) as unknown as Options
}

/** Adds {@link BucketRequestOptions}. */
export function addBucketRequestOptions(command: Command): Command {
  return command
    .option('--requester-pays', 'pay for the requests to a bucket of another account that demands it')
    .option('--bucket-owner <digits>', 'fail unless this account owns the bucket', parseText)
}

/** Adds {@link RestoreOptions}. */
export function addRestoreOptions(command: Command): Command {
  return addBucketRequestOptions(
    command.option(
      '--days <number>',
      'keep the restored copy of an object of a bucket for so many days; default 1',
      parseCount,
    ),
  )
}

/** Adds {@link ObjectOptions}. */
export function addObjectOptions(command: Command): Command {
  return addBucketRequestOptions(
    command
      .addOption(
        new Option(
          '--storage-class <class>',
          `storage class of the object in a bucket; default ${DEFAULT_STORAGE_CLASS}`,
        ).choices(Object.keys(STORAGE_CLASSES)),
      )
      .option('--tag <key=value>', 'tag of the object in a bucket; may be repeated', collectPair)
      .option('--metadata <key=value>', 'metadata of the object in a bucket; may be repeated', collectPair)
      .option('--content-type <type>', 'media type of the object in a bucket', parseText)
      .option(
        '--kms-key-id <id>',
        'KMS key that encrypts the object in a bucket; default the encryption of the bucket',
        parseText,
      )
      .addOption(
        new Option('--lock-mode <mode>', 'lock the object in a bucket until --lock-until').choices([
          'GOVERNANCE',
          'COMPLIANCE',
        ]),
      )
      .option(
        '--lock-until <date>',
        'when the lock of the object ends, as 2030-01-31 or 2030-01-31T12:00Z',
        parseLockEnd,
      ),
  ).option('--overwrite', 'replace an object that exists in the bucket')
}

/**
 * Reads the end of a lock.
 *
 * @returns ISO 8601
 * @throws {InvalidArgumentError} not a date of the calendar
 */
export function parseLockEnd(text: string): string {
  const date = parseDate(text)
  if ('atMs' in date) return new Date(date.atMs).toISOString()
  throw new InvalidArgumentError('Write the end of a lock as 2030-01-31 or 2030-01-31T12:00Z.')
}
