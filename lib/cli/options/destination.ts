/** The place that a command stores to or reads from: a vault, or the address of an object. */
import type { Command } from 'commander'
import { VAULT_NAME } from '../../glacier/names.js'
import { isBucketName, isS3Address, parseObjectAddress, type ObjectAddress } from '../../s3/s3-address.js'
import { UsageError } from '../command-errors.js'
import { bucketAddressOf } from './bucket-operand.js'
import {
  OBJECT_GET_OPTIONS,
  OBJECT_OPTIONS,
  RESTORE_OPTIONS,
  VAULT_OPTIONS,
  VAULT_READ_OPTIONS,
} from './object-options.js'
import { asUsageError, flagOf } from './option-names.js'

/** Whether the address of a bucket is enough for a command, because a name may follow it. */
const takers = new WeakMap<Command, boolean>()

/** Marks a command whose vault may also be the address of an object. */
export function takingDestination(command: Command): Command {
  takers.set(command, false)
  return command
}

/** Marks a command whose vault may also be the address of an object, or of a bucket with the name of an object after it. */
export function takingObject(command: Command): Command {
  takers.set(command, true)
  return command
}

/** Whether the vault of a command may also be the address of an object. */
export function takesDestination(command: Command): boolean {
  return takers.has(command)
}

/**
 * The address of an object; `undefined` for the name of a vault.
 *
 * @throws {UsageError} it begins with `s3://`, and is no such address
 */
export function objectAddressOf(destination: string): ObjectAddress | undefined {
  if (!isS3Address(destination)) return undefined
  const address = parseObjectAddress(destination)
  if (address) return address
  const [, , bucket = '', ...key] = destination.split('/')
  if (!isBucketName(bucket))
    throw new UsageError(
      `${destination} does not name a bucket. Write s3://BUCKET/KEY, where BUCKET has 1 to 63 characters of a-z, 0-9, "." and "-".`,
    )
  throw new UsageError(
    key.join('') === ''
      ? `${destination} has no key. Write s3://BUCKET/KEY, with the key of the object.`
      : `${destination} does not have a valid key. A key has 1 to 1024 bytes of UTF-8, no control characters, and no part "." or ".." between slashes.`,
  )
}

/**
 * Checks a destination, and that the options on the command line are about a place of its kind. Settings of the environment
 * that are about the other kind are ignored.
 *
 * @throws {UsageError} it is neither the name of a vault nor such an address, or an option is about the other kind
 */
export function assertDestination(command: Command, destination: string): void {
  const isBucket = takers.get(command) === true && isS3Address(destination)
  const address = isBucket ? bucketAddressOf(destination) : objectAddressOf(destination)
  const isObject = address !== undefined
  if (!isObject)
    asUsageError(
      () => {
        VAULT_NAME(destination, 'vault', command.name())
      },
      { vault: 'vault' },
    )
  const others = isObject
    ? [VAULT_OPTIONS, VAULT_READ_OPTIONS]
    : [OBJECT_OPTIONS, RESTORE_OPTIONS, OBJECT_GET_OPTIONS]
  const wrong = others.flat().find((name) => command.getOptionValueSource(name) === 'cli')
  if (wrong === undefined) return
  throw new UsageError(
    isObject
      ? `${flagOf(wrong)} is for vaults, and ${destination} is in a bucket${wrong === 'name' ? ': its key is its name' : ''}.`
      : `${flagOf(wrong)} is for objects of a bucket, and ${destination} is a vault. The address of an object is s3://BUCKET/KEY.`,
  )
}
