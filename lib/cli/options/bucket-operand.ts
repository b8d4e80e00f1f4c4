/** The commands whose vault may also be a bucket, and the options that are for one of the two. */
import type { Command } from 'commander'
import { ACCOUNT } from '../../s3/bucket-rules.js'
import { isS3Address, parsePrefixAddress, type PrefixAddress } from '../../s3/s3-address.js'
import { UsageError } from '../command-errors.js'
import type { BucketRequestOptions } from './object-options.js'
import { asUsageError, flagOf } from './option-names.js'

interface Taker {
  /** The options that are usage errors with a bucket. */
  readonly vaultOnly: readonly string[]
}

const BUCKET_ONLY: readonly string[] = Object.keys({
  requesterPays: true,
  bucketOwner: true,
} satisfies Record<keyof BucketRequestOptions, true>)

const takers = new WeakMap<Command, Taker>()

/**
 * Marks a command whose vault may also be a bucket, `s3://BUCKET` or `s3://BUCKET/PREFIX`.
 *
 * @param vaultOnly - the options that are usage errors with a bucket, besides the account
 */
export function takingBucket(command: Command, vaultOnly: readonly string[] = []): Command {
  takers.set(command, { vaultOnly: ['accountId', ...vaultOnly] })
  return command
}

/**
 * Checks an operand that may be a bucket, and that the options on the command line are about a place of its kind. Settings of
 * the environment that are about the other kind are ignored.
 *
 * @returns whether it is a bucket; otherwise it remains to be checked as the name of a vault
 * @throws {UsageError} it begins with `s3://` and names no bucket, or an option is about the other kind
 */
export function assertBucketOperand(command: Command, operand: string): boolean {
  const taker = takers.get(command)
  if (!taker) return false
  const isBucket = isS3Address(operand)
  if (isBucket) bucketAddressOf(operand)
  const { bucketOwner } = command.opts<BucketRequestOptions>()
  if (isBucket && bucketOwner !== undefined)
    asUsageError(() => {
      ACCOUNT(bucketOwner, 'bucketOwner', command.name())
    })
  const others = isBucket ? taker.vaultOnly : BUCKET_ONLY
  const wrong = others.find((name) => command.getOptionValueSource(name) === 'cli')
  if (wrong === undefined) return isBucket
  throw new UsageError(
    isBucket
      ? `${flagOf(wrong)} is for vaults, and ${operand} is in a bucket.`
      : `${flagOf(wrong)} is for buckets, and ${operand} is a vault. The address of a bucket is s3://BUCKET.`,
  )
}

/**
 * The bucket and the beginning of the keys that an operand names.
 *
 * @throws {UsageError} it names none
 */
export function bucketAddressOf(operand: string): PrefixAddress {
  const address = parsePrefixAddress(operand)
  if (address) return address
  throw new UsageError(
    `${operand} does not name a bucket. Write s3://BUCKET or s3://BUCKET/KEY, where BUCKET has 1 to 63 characters of a-z, 0-9, "." and "-", ` +
      'and KEY has at most 1024 bytes of UTF-8 and no control characters.',
  )
}
