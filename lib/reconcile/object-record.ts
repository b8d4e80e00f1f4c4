/** The record of the catalog for an object that HeadObject describes. */
import type { ArchiveRecord } from '../catalog/record.js'
import { hashField } from '../catalog/recorded-hash.js'
import type { VaultAddress } from '../catalog/vault-address.js'
import type { ObjectFacts } from '../s3/bucket-responses.js'
import { compositeOf } from '../s3/object-at-key.js'

/** The end of the key of a later volume. */
const VOLUME_KEY = /^(.+)\.volume([1-9]\d{0,5})$/s

/** Where an object is: its bucket, and its key. */
export interface ObjectPlace extends VaultAddress {
  readonly key: string
}

/** The volume that an object is, and the archive ID of the first one. */
export interface ObjectVolume {
  /** From 1. */
  readonly volume: number
  /** Absent in the first volume. */
  readonly firstVolume?: string | undefined
}

/** The volume of an object: a later one has its number in its key and in its metadata. */
export function volumeOfObject(
  { vaultName, key }: ObjectPlace,
  { metadata }: Pick<ObjectFacts, 'metadata'>,
): ObjectVolume {
  const [, first = '', number] = VOLUME_KEY.exec(key) ?? []
  const volume = Number(number)
  if (!(volume > 1) || metadata.volume !== number) return { volume: 1 }
  return { volume, firstVolume: `${vaultName}/${first}` }
}

/**
 * The record of an object. The number of parts of its composite says whether its parts can have the size that its metadata
 * states: a copy by another program has other parts.
 *
 * @returns `undefined` if the service states no time, or no SHA-256: nothing could be compared with such a record
 */
export function recordOfObject(place: ObjectPlace, facts: ObjectFacts): ArchiveRecord | undefined {
  const { vaultName, region, endpoint, key } = place
  const { size, hash, lastModified, metadata, versionId, storageClass } = facts
  if (lastModified === undefined || !hash) return undefined
  const { parts = 1 } = hash
  const stated = Number(metadata['part-size'])
  const partSize = parts === 1 ? Math.max(size, 1) : stated
  const isPartSize = Number.isSafeInteger(partSize) && Math.max(Math.ceil(size / partSize), 1) === parts
  return {
    type: 'archive',
    time: lastModified,
    region,
    endpoint,
    archiveId: `${vaultName}/${key}`,
    vaultName,
    size,
    ...hashField(compositeOf(hash), undefined, isPartSize ? partSize : undefined),
    description: metadata.description,
    versionId,
    storageClass,
    ...volumeOfObject(place, facts),
  }
}
