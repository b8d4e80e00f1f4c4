/** The objects that `rm` and `prune` delete, as the bucket has them: with the volumes that the catalog does not know. */
import type { ArchiveRecord } from '../../../catalog/record.js'
import { hashIn } from '../../../catalog/recorded-hash.js'
import { keyIn } from '../../../catalog/vault-address.js'
import { AccessDeniedError, NotFoundError } from '../../../errors.js'
import { recordOfObject, volumeOfObject, type ObjectVolume } from '../../../reconcile/object-record.js'
import type { ObjectFacts } from '../../../s3/bucket-responses.js'
import { compositeOf } from '../../../s3/object-at-key.js'
import { itemsOf } from '../../../store/paging.js'
import { UsageError } from '../../command-errors.js'
import type { BucketScope } from '../bucket-scope.js'
import type { Removal } from './removal.js'

/** The note about a deletion in a bucket with versions. */
export const VERSIONS_NOTE =
  'The bucket has versions: the objects are only hidden, and are charged for until their versions are deleted with other tools.'

/** The bucket that objects are deleted from. */
export type EmptiedBucket = Omit<BucketScope, 'prefix'>

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

  /** @param record - what the catalog has */
  constructor({ archiveId, vaultName }: ArchiveRecord) {
    super(
      `The object ${archiveId} is another one than the catalog has: it was replaced since. Nothing was deleted. ` +
        `To delete it, run "glacier-pipe catalog rebuild ${vaultName}" before.`,
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
    const facts = await factsOf(keyIn(removal.archiveId), bucket)
    if (facts === 'unknown') unseen.push(removal.archiveId)
    if (facts === 'missing' && !removal.record)
      throw new UsageError(
        `There is no object ${removal.archiveId}, and the catalog has none. Nothing was deleted.`,
      )
    // Keys are used again: the user has chosen an archive by the name, the time or the volumes in this catalog, and not the object
    // that another machine or program has stored at the key since.
    if (removal.record && typeof facts === 'object' && !isSame(removal.record, facts))
      throw new ReplacedObjectError(removal.record)
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

/** Whether an object is the one of a record, as far as both state the size, the hash and the version. */
export function isSameObject(record: ArchiveRecord, { size, hash, versionId }: ObjectFacts): boolean {
  const recorded = hashIn(record)
  const isSameHash = recorded === undefined || !hash || compositeOf(hash) === recorded
  const isSameVersion = [record.versionId, versionId].includes(undefined) || versionId === record.versionId
  return size === record.size && isSameHash && isSameVersion
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
  { client, request, address }: EmptiedBucket,
): Promise<Removal[]> {
  const prefix = `${keyIn(setId)}.volume`
  const volumes: Removal[] = []
  const list = itemsOf((page) => client.listObjects({ ...request, prefix, ...page }))
  for await (const { key } of list) {
    const archiveId = `${address.vaultName}/${key}`
    if (known.has(archiveId) || !/^\d{1,6}$/.test(key.slice(prefix.length))) continue
    const facts = await factsOf(key, { client, request, address })
    if (typeof facts !== 'object') continue
    const { volume, firstVolume } = volumeOfObject({ ...address, key }, facts)
    if (firstVolume !== setId) continue
    const record = recordOfObject({ ...address, key }, facts)
    volumes.push({ archiveId, record, volume, firstVolume, size: facts.size })
  }
  return volumes.sort((a, b) => Number(b.volume) - Number(a.volume))
}

/** The facts of an object; `unknown` if they may not be read. */
export async function factsOf(
  key: string,
  { client, request }: EmptiedBucket,
): Promise<ObjectFacts | 'missing' | 'unknown'> {
  return client.headObject({ ...request, key }).catch((error: unknown) => {
    if (error instanceof NotFoundError) return 'missing' as const // a missing bucket shows in the deletion
    if (error instanceof AccessDeniedError) return 'unknown' as const
    throw error
  })
}

/** The volume that an object is, by the catalog or its metadata. */
function placeInSet(
  { archiveId, record }: Removal,
  facts: ObjectFacts | 'missing' | 'unknown',
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
