/**
 * The addresses of objects: `s3://BUCKET/KEY`. The key is written as it is, without escapes: `%41` is three characters.
 */
import { rule, type Rule } from '../options/check-options.js'
import { isString } from '../options/rules.js'

/** The address of an object. */
export interface ObjectAddress {
  /** The name of the bucket. */
  readonly bucket: string
  /** The key of the object. */
  readonly key: string
}

/** The address of some objects of a bucket. */
export interface PrefixAddress {
  /** The name of the bucket. */
  readonly bucket: string
  /** The beginning of their keys; empty for all objects. */
  readonly prefix: string
}

/** Maximum number of bytes in a key, as UTF-8 (https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html). */
export const MAX_KEY_BYTES = 1024

const SCHEME = 's3://'
/** Maximum number of digits in the number of a volume. */
const MAX_VOLUME_DIGITS = 6

/**
 * Whether a text is the name of a general purpose bucket or the alias of an access point
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html). Directory buckets, whose names end in
 * `--x-s3`, have other requests and none of the storage classes for archives; the other suffixes are of no buckets. Amazon S3 has no
 * names of fewer than 3 characters, and says so; other servers and the local bucket do.
 */
export function isBucketName(text: string): boolean {
  return (
    /^[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?$/.test(text) &&
    !text.includes('..') &&
    !/^\d+\.\d+\.\d+\.\d+$/.test(text) &&
    !/^(?:xn--|sthree-)/.test(text) &&
    !/(?:--x-s3|--ol-s3|--table-s3|\.mrap)$/.test(text)
  )
}

/**
 * Whether a text can be a key: 1 to 1,024 bytes of UTF-8, without control characters, which XML cannot carry, and without
 * a part `.` or `..`, which changes the path of a URL.
 */
export function isObjectKey(text: string): boolean {
  return text !== '' && isKeyPrefix(text) && !text.split('/').some((part) => part === '.' || part === '..')
}

/** Whether a text can be the beginning of a key; it may be empty. */
export function isKeyPrefix(text: string): boolean {
  // A surrogate without its pair (Cs) has no UTF-8.
  return Buffer.byteLength(text) <= MAX_KEY_BYTES && !/[\p{Cc}\p{Cs}]/u.test(text)
}

/** The rule of the name of a bucket. */
export const BUCKET: Rule = rule(
  'the name of a bucket: 1 to 63 characters of a-z, 0-9, "." and "-", which begins and ends with a letter or a digit',
  isString,
  isBucketName,
)

/** The rule of the key of an object. */
export const KEY: Rule = rule(
  `a key: 1 to ${MAX_KEY_BYTES} bytes of UTF-8 without control characters, and without a part "." or ".." between slashes`,
  isString,
  isObjectKey,
)

/** The rule of the beginning of a key. */
export const PREFIX: Rule = rule(
  `the beginning of a key: at most ${MAX_KEY_BYTES} bytes of UTF-8 without control characters`,
  isString,
  isKeyPrefix,
)

/** Whether a text is meant as an address: it begins with `s3://`. */
export function isS3Address(text: string): boolean {
  return text.startsWith(SCHEME)
}

/**
 * Parses the address of an object.
 *
 * @returns `undefined` if the text is not the address of an object: no `s3://`, no valid name of a bucket, or no valid key
 *
 * @example
 * ```ts
 * parseObjectAddress('s3://backups/2026/docs.tar') // { bucket: 'backups', key: '2026/docs.tar' }
 * ```
 */
export function parseObjectAddress(text: string): ObjectAddress | undefined {
  const found = parsePrefixAddress(text)
  return found && isObjectKey(found.prefix) ? { bucket: found.bucket, key: found.prefix } : undefined
}

/**
 * Parses the address of a bucket, or of some of its objects. The slash after the name of the bucket may be absent.
 *
 * @returns `undefined` if the text is no such address
 *
 * @example
 * ```ts
 * parsePrefixAddress('s3://backups') // { bucket: 'backups', prefix: '' }
 * parsePrefixAddress('s3://backups/2026/') // { bucket: 'backups', prefix: '2026/' }
 * ```
 */
export function parsePrefixAddress(text: string): PrefixAddress | undefined {
  if (!isS3Address(text)) return undefined
  const rest = text.slice(SCHEME.length)
  const slash = rest.indexOf('/')
  const bucket = slash < 0 ? rest : rest.slice(0, slash)
  const prefix = slash < 0 ? '' : rest.slice(slash + 1)
  return isBucketName(bucket) && isKeyPrefix(prefix) ? { bucket, prefix } : undefined
}

/** The address as a text, which {@link parseObjectAddress} reads. */
export function printAddress({ bucket, key }: ObjectAddress): string {
  return `${SCHEME}${bucket}/${key}`
}

/** The number of volumes that a stream can have whose first volume has this key: 1 if there is no room for `.volume2`. */
export function maxVolumesOf(key: string): number {
  const room = MAX_KEY_BYTES - Buffer.byteLength(`${key}.volume`)
  return room < 1 ? 1 : 10 ** Math.min(room, MAX_VOLUME_DIGITS) - 1
}

/** The key of a volume as {@link volumeKey} has it, of any length: that of a record may be of other origin, and too long. */
export function volumeName(key: string, volume: number): string {
  return volume === 1 ? key : `${key}.volume${volume}`
}

/**
 * The key of a volume: the key of the stream for the first one, `KEY.volume2` for the second.
 *
 * @param volume - from 1
 * @throws {RangeError} the key of the volume would be longer than {@link MAX_KEY_BYTES}
 */
export function volumeKey(key: string, volume: number): string {
  const name = volumeName(key, volume)
  if (Buffer.byteLength(name) <= MAX_KEY_BYTES) return name
  throw new RangeError(
    `The key of volume ${volume} would be longer than ${MAX_KEY_BYTES} bytes. Choose a shorter key for the stream.`,
  )
}
