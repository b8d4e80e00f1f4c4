/**
 * The restores of the simulated bucket (https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects.html).
 *
 * - A restore takes up to the longest time of its tier. Then there is a copy, for a number of days and until midnight after
 *   them; an object of INTELLIGENT_TIERING comes back for good.
 * - While it is running, another request is refused, or makes it faster, which is paid for as well. When there is a copy, a
 *   request only changes its time.
 */
import type { RestoreState } from '../../../../lib/s3/bucket-responses.js'
import type { Tier } from '../../../../lib/store/retrieval-store.js'
import { isoOf } from '../../network/responses.js'
import type { SimObject } from '../bucket-content.js'
import type { BucketContext } from '../bucket-context.js'
import { invalid, invalidState, noCapacity, notFound, restoreInProgress } from '../bucket-refusals.js'
import type { KeyCaller, RestoreOrder } from '../bucket-service.js'
import { maybeChange, maybeChangeLater } from './other-writers.js'

/** A restore that was accepted. */
export interface SimRestore {
  readonly tier: Tier
  /** From when on HeadObject states it. */
  readonly statedMs: number
  readonly readyMs: number
  /** When the copy is deleted; `undefined` for an object that came back for good. */
  readonly expiresMs: number | undefined
}

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
/** The tiers, the slowest first. */
const TIERS: readonly Tier[] = ['Bulk', 'Standard', 'Expedited']
/** The longest time of a restore, in minutes. The usual time is a minute, which saves requests. */
const OF_GLACIER = { Expedited: 5, Standard: 300, Bulk: 720 } as const
const OF_DEEP_ARCHIVE = { Expedited: undefined, Standard: 720, Bulk: 2880 } as const
const LONGEST_MINUTES: Readonly<Partial<Record<string, Readonly<Record<Tier, number | undefined>>>>> = {
  GLACIER: OF_GLACIER,
  ARCHIVE_ACCESS: OF_GLACIER,
  DEEP_ARCHIVE: OF_DEEP_ARCHIVE,
  DEEP_ARCHIVE_ACCESS: OF_DEEP_ARCHIVE,
}

/** Starts the restore of an object, or changes the time of its copy. */
export function restoreObject(
  context: BucketContext,
  { key }: KeyCaller,
  { days, tier = 'Standard' }: RestoreOrder,
): { readonly isRestored: boolean } {
  maybeChange(context, key)
  const object = context.objectAt(key)
  if (!object) throw notFound()
  const times = LONGEST_MINUTES[object.archiveStatus ?? object.storageClass]
  if (!times) throw invalidState("Restore is not allowed for the object's current storage class")
  if ((days === undefined) !== (object.archiveStatus !== undefined))
    throw invalid('InvalidArgument', 'Days must be stated, and only for objects that have a copy')
  const minutes = times[tier]
  if (minutes === undefined) throw invalid('InvalidArgument', `The tier ${tier} is not supported`)
  const state = stateOf(context, object)
  const { nowMs } = context.world.scheduler
  if (state === 'running') {
    const isFaster = TIERS.indexOf(tier) > TIERS.indexOf(object.restore?.tier ?? 'Expedited')
    if (!isFaster || !context.world.choices.happens(`bucket/${key}/made-faster`, 0.5))
      throw restoreInProgress()
  } else if (state === 'copy' && object.restore) {
    object.restore = { ...object.restore, expiresMs: expiryOf(nowMs, days) }
    return { isRestored: true }
  }
  if (tier === 'Expedited' && context.happens('restore-refused', `bucket/${key}/refused`)) throw noCapacity()
  begin(context, object, { tier, minutes, days })
  maybeChangeLater(context, key, minutes)
  return { isRestored: false }
}

/** The restore of an object, as HeadObject states it. */
export function statedRestore(context: BucketContext, object: SimObject): RestoreState | undefined {
  const state = stateOf(context, object)
  const { restore } = object
  if (state === 'none' || !restore || restore.statedMs > context.world.scheduler.nowMs) return undefined
  if (state === 'running') return { isInProgress: true, expiryDate: undefined }
  if (restore.expiresMs === undefined) return undefined
  // Several servers may state several times, as long as their copies are refused.
  const isOther =
    context.world.faults.rate('copy-refused') > 0 &&
    context.world.choices.happens(`bucket/${object.key}/other-expiry`, 0.1)
  return { isInProgress: false, expiryDate: isoOf(restore.expiresMs + (isOther ? DAY_MS : 0)) }
}

/**
 * Whether an object can be read: it is not archived, or has a copy.
 *
 * @returns `running` while it is restored
 */
export function stateOf(context: BucketContext, object: SimObject): 'none' | 'running' | 'copy' {
  const { restore, key } = object
  const { nowMs } = context.world.scheduler
  if (!restore) return 'none'
  if (nowMs < restore.readyMs) return 'running'
  if (restore.expiresMs === undefined) {
    object.archiveStatus = undefined
    return 'copy'
  }
  if (nowMs < restore.expiresMs && !context.happens('copy-expired', `bucket/${key}/copy-expired`))
    return 'copy'
  object.restore = undefined
  return 'none'
}

/** Whether the bytes of an object must be restored. */
export function isArchived({ archiveStatus, storageClass }: SimObject): boolean {
  return LONGEST_MINUTES[archiveStatus ?? storageClass] !== undefined
}

function begin(
  context: BucketContext,
  object: SimObject,
  { tier, minutes, days }: RestoreOrder & { readonly tier: Tier; readonly minutes: number },
): void {
  const { world } = context
  const { nowMs } = world.scheduler
  const { key } = object
  const readyMs = nowMs + MINUTE_MS * world.choices.between(`bucket/${key}/restore-min`, 1, minutes, 0.1)
  const isLate = context.happens('restore-unstated', `bucket/${key}/unstated`)
  const lateMs = isLate ? 1000 * world.choices.pick(`bucket/${key}/unstated-s`, [1, 5, 30]) : 0
  object.restore = { tier, readyMs, statedMs: nowMs + lateMs, expiresMs: expiryOf(readyMs, days) }
}

/** The end of a copy: midnight after so many days. */
function expiryOf(readyMs: number, days: number | undefined): number | undefined {
  return days === undefined ? undefined : DAY_MS * Math.ceil((readyMs + days * DAY_MS) / DAY_MS)
}
