/** The object that a `put` stores, as its options describe it. */
import { encodeDescription } from '../../../../glacier/description.js'
import { checkOptions } from '../../../../options/check-options.js'
import { NEW_OBJECT } from '../../../../s3/bucket-rules.js'
import type { NewObject, ObjectLock } from '../../../../s3/bucket-requests.js'
import { MAX_METADATA_BYTES } from '../../../../s3/s3-limits.js'
import type { ObjectAddress } from '../../../../s3/s3-address.js'
import { DEFAULT_STORAGE_CLASS } from '../../../../s3/storage-classes.js'
import { volumeMarkIn } from '../../../../s3/volume-uploads.js'
import { UsageError } from '../../../command-errors.js'
import type { PutOptions } from '../../../commands/archives/put.js'
import { asUsageError } from '../../../options/option-names.js'
import { pairsOf } from '../../../options/values/pairs.js'

/** The names of fields on the command line. */
const OPTION_NAMES = { tags: '--tag', lock: '--lock-mode', expectedBucketOwner: '--bucket-owner' }
/** The names of metadata that the store writes, with the longest values but that of the description. */
const OWN_METADATA = { 'part-size': '4294967296', volume: '999999' }

/** The object that a `put` stores. */
export interface ObjectToStore {
  readonly facts: Omit<NewObject, 'signal'>
  /** As it is sent; `undefined` without one. */
  readonly description: string | undefined
}

/**
 * Reads the options about an object.
 *
 * @throws {UsageError} one that is not valid, or metadata that the store writes itself or that is too long
 */
export function objectFacts(address: ObjectAddress, options: PutOptions): ObjectToStore {
  const { storageClass = DEFAULT_STORAGE_CLASS, kmsKeyId, contentType, requesterPays, bucketOwner } = options
  const metadata = pairsOf(options.metadata)
  const facts = {
    ...address,
    storageClass,
    metadata,
    tags: pairsOf(options.tag),
    kmsKeyId,
    lock: lockOf(options),
    contentType,
    requesterPays,
    expectedBucketOwner: bucketOwner,
  }
  asUsageError(() => checkOptions<Omit<NewObject, 'signal'>>('put', facts, NEW_OBJECT), OPTION_NAMES)
  const description = descriptionOf(address, options)
  assertRoom(metadata, description)
  return { facts, description }
}

function lockOf({ lockMode, lockUntil }: PutOptions): ObjectLock | undefined {
  if (lockMode === undefined && lockUntil === undefined) return undefined
  if (lockMode === undefined || lockUntil === undefined)
    throw new UsageError('--lock-mode and --lock-until belong together. Give both.')
  return { mode: lockMode, retainUntil: lockUntil }
}

/** The description of a new stream: the text of `--description`. The key is the name. */
function descriptionOf(address: ObjectAddress, { description = '' }: PutOptions): string | undefined {
  if (volumeMarkIn(description, address))
    throw new UsageError('The description has the form of that of a later volume. Give another one.')
  return description === '' ? undefined : asUsageError(() => encodeDescription(description))
}

function assertRoom(
  metadata: Readonly<Record<string, string>> | undefined,
  description: string | undefined,
): void {
  const own = { ...OWN_METADATA, ...(description !== undefined && { description }) }
  const reserved = [...Object.keys(OWN_METADATA), 'description']
  const taken = Object.keys(metadata ?? {}).find((name) => reserved.includes(name.toLowerCase()))
  if (taken !== undefined)
    throw new UsageError(`--metadata ${taken}: put writes the metadata of this name itself. Choose another.`)
  const size = Object.entries({ ...metadata, ...own })
    .flat()
    .join('').length
  if (size > MAX_METADATA_BYTES)
    throw new UsageError(
      `--metadata and --description take ${size} bytes with what put adds, and an object has room for ${MAX_METADATA_BYTES}.`,
    )
}
