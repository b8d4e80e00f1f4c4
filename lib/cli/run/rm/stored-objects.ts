/** The objects that `rm` and `prune` delete, as the bucket has them: with the volumes that the catalog does not know. */
import type { ArchiveRecord } from '../../../catalog/record.js'
import { hashIn } from '../../../catalog/recorded-hash.js'
import { keyIn } from '../../../catalog/vault-address.js'
import { recordOfObject, volumeOfObject, type ObjectVolume } from '../../../reconcile/object-record.js'
import type { ObjectFacts } from '../../../s3/bucket-responses.js'
import { compositeOf } from '../../../s3/object-at-key.js'
import { recordTimeMs } from '../../../catalog/record-time.js'
import { UsageError } from '../../command-errors.js'
import type { EmptiedBucket, SeenObject } from './emptied-bucket.js'
import type { Removal } from './removal.js'

/** The note about a deletion in a bucket with versions. */
export const VERSIONS_NOTE =
  'The bucket has versions: the objects are only hidden, and are charged for until their versions are deleted with other tools.'

/** The difference of clocks beyond which S3 refuses requests, with RequestTimeTooSkewed. */
const MAX_SKEW_MS = 900_000

/** The objects to delete. */
export interface StoredObjects {
  /** In the order of their deletion: the first volume of a set is deleted last. */
  readonly removals: readonly Removal[]
  /** Lines to print before they are deleted: that the bucket has versions, so that a deletion only hides an object. */
  readonly notes: readonly string[]
  /** The IDs of those that the policies do not permit to look at: whether they are what the catalog has is not known. */
  readonly unseen: readonly string[]
}

/** The object at a key is another one than the catalog has. */
export class ReplacedObjectError extends UsageError {
  /** The address of the object. */
  readonly archiveId: string

  /**
   * @param record - what the catalog has
   * @param facts - the object
   */
  constructor({ archiveId, vaultName }: ArchiveRecord, { hash }: ObjectFacts) {
    const remedy = hash
      ? `run "glacier-pipe catalog rebuild ${vaultName}" before.`
      : `use another tool, as in "aws s3 rm ${archiveId}": without a SHA-256 of it, the catalog cannot describe it. This command records then that the one before is gone.`
    super(
      `The object ${archiveId} is another one than the catalog has: it was replaced since. Nothing was deleted. To delete it, ${remedy}`,
    )
    this.archiveId = archiveId
  }
}

/**
 * Looks at the objects before they are deleted. The bucket states their storage classes, and has volumes that the catalog may
 * not know: objects `KEY.volume2` with the number in their metadata.
 *
 * @param withVolumes - whether a first volume stands for the whole set
 * @param isSame - whether an object is the one of a record; default: as far as both state what is compared
 * @throws {UsageError} neither the bucket nor the catalog has an object, or it is a later volume; nothing was deleted
 * @throws {ReplacedObjectError} an object is another one than the catalog has; nothing was deleted
 */
export async function storedObjects(
  planned: readonly Removal[],
  bucket: EmptiedBucket,
  withVolumes: boolean,
  isSame: (record: ArchiveRecord, facts: ObjectFacts) => boolean = isSameObject,
): Promise<StoredObjects> {
  const found = new Map<string, Removal>()
  const ids = new Set(planned.map(({ archiveId }) => archiveId))
  const unseen: string[] = []
  let hasVersions = false
  for (const removal of planned) {
    const facts = await bucket.look(keyIn(removal.archiveId))
    if (facts === 'unknown') unseen.push(removal.archiveId)
    if (facts === 'missing' && !removal.record)
      throw new UsageError(
        `There is no object ${removal.archiveId}, and the catalog has none. Nothing was deleted.`,
      )
    // Keys are used again: the user has chosen an archive by the name, the time or the volumes in this catalog, and not the object
    // that another machine or program has stored at the key since.
    if (removal.record && typeof facts === 'object' && !isSame(removal.record, facts))
      throw new ReplacedObjectError(removal.record, facts)
    const described = typeof facts === 'object' ? withFacts(removal, facts, bucket) : removal
    const { volume, firstVolume } = placeInSet(removal, facts, bucket)
    if (withVolumes && !removal.record && firstVolume !== undefined)
      throw new UsageError(
        `The object ${removal.archiveId} is volume ${volume} of ${firstVolume}, which is deleted as a whole. Give that ` +
          'address, or --no-volumes to delete only this object. Nothing was deleted.',
      )
    hasVersions ||= typeof facts === 'object' && facts.versionId !== undefined
    if (withVolumes && firstVolume === undefined)
      for (const volume of await volumesIn(removal.archiveId, ids, bucket))
        found.set(volume.archiveId, volume)
    found.set(removal.archiveId, described)
  }
  return { removals: [...found.values()], notes: hasVersions ? [VERSIONS_NOTE] : [], unseen }
}

/**
 * Whether an object is the one of a record, as far as both state the size, the hash and the version. One without a hash is another
 * one if it was stored after the record.
 */
export function isSameObject(record: ArchiveRecord, facts: ObjectFacts): boolean {
  const { size, hash, versionId, lastModified = record.time } = facts
  const recorded = hashIn(record)
  const isSameContent = hash
    ? recorded === undefined || compositeOf(hash) === recorded
    : !(Date.parse(lastModified) > recordTimeMs(record.time) + MAX_SKEW_MS)
  const isSameVersion = [record.versionId, versionId].includes(undefined) || versionId === record.versionId
  return size === record.size && isSameContent && isSameVersion
}

/**
 * Whether an object is certainly the one of a record, by its SHA-256. An object that another program stores has none by default, and
 * may well have the same size.
 */
export function isCertainlySame(record: ArchiveRecord, facts: ObjectFacts): boolean {
  return facts.hash !== undefined && compositeOf(facts.hash) === hashIn(record) && isSameObject(record, facts)
}

/** The volumes of a stream that only the bucket knows, the last one first. */
async function volumesIn(
  setId: string,
  known: ReadonlySet<string>,
  bucket: EmptiedBucket,
): Promise<Removal[]> {
  const { address } = bucket
  const prefix = `${keyIn(setId)}.volume`
  const volumes: Removal[] = []
  for await (const { key } of bucket.objects(prefix)) {
    const archiveId = `${address.vaultName}/${key}`
    if (known.has(archiveId) || !/^\d{1,6}$/.test(key.slice(prefix.length))) continue
    const facts = await bucket.look(key)
    if (typeof facts !== 'object') continue
    const { volume, firstVolume } = volumeOfObject({ ...address, key }, facts)
    if (firstVolume !== setId) continue
    const record = recordOfObject({ ...address, key }, facts)
    volumes.push({ archiveId, record, volume, firstVolume, size: facts.size })
  }
  return volumes.sort((a, b) => Number(b.volume) - Number(a.volume))
}

/** The volume that an object is, by the catalog or its metadata. */
function placeInSet(
  { archiveId, record }: Removal,
  facts: SeenObject,
  { address }: EmptiedBucket,
): ObjectVolume {
  if (record) return record
  return typeof facts === 'object'
    ? volumeOfObject({ ...address, key: keyIn(archiveId) }, facts)
    : { volume: 1 }
}

/** A removal with what the bucket states of the object. */
function withFacts(removal: Removal, facts: ObjectFacts, { address }: EmptiedBucket): Removal {
  const key = keyIn(removal.archiveId)
  const record: ArchiveRecord | undefined = removal.record
    ? { ...removal.record, storageClass: facts.storageClass }
    : recordOfObject({ ...address, key }, facts)
  return { ...removal, record }
}
