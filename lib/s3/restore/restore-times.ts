/** The tiers with which an object can be restored, and how long they take. */
import type { Tier } from '../../store/retrieval-store.js'
import type { ObjectFacts } from '../bucket-responses.js'
import { STORAGE_CLASSES, type RestoreTime } from '../storage-classes.js'

/** The times of each tier. */
export type RestoreTimes = Readonly<Partial<Record<Tier, RestoreTime>>>

/**
 * The classes whose tiers and times the archive tiers of INTELLIGENT_TIERING have
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects-retrieval-options.html).
 */
const ARCHIVE_TIERS: ReadonlyMap<string, RestoreTimes | undefined> = new Map([
  ['ARCHIVE_ACCESS', STORAGE_CLASSES.GLACIER.restoreTimes],
  ['DEEP_ARCHIVE_ACCESS', STORAGE_CLASSES.DEEP_ARCHIVE.restoreTimes],
])

/** The times of the tiers with which an object can be restored; `undefined` if it can be read at once. */
export function restoreTimesOf({
  storageClass,
  archiveStatus,
}: Pick<ObjectFacts, 'storageClass' | 'archiveStatus'>): RestoreTimes | undefined {
  if (archiveStatus !== undefined) return ARCHIVE_TIERS.get(archiveStatus)
  return Object.entries(STORAGE_CLASSES).find(([name]) => name === storageClass)?.[1].restoreTimes
}
