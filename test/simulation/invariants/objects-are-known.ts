/** Each object that a process has stored has a record or an open intent, and is of one source. */
import type { Content } from '../actors/content.js'
import type { BucketEnvironment } from '../actors/environment.js'
import { compositeOfBytes, compositeText, SOMEBODY, type SimObject } from '../bucket/bucket-content.js'
import { LIMITS } from '../world/world.js'
import { recordsOfEach } from './all-records.js'
import type { RawRecord } from './catalog-records.js'
import { addressOf } from './objects-are-reported.js'

/** Checks all objects that were ever at a key. */
export function checkObjects(env: BucketEnvironment): void {
  const catalogs = recordsOfEach(env)
  for (const object of env.service.objects) {
    const { who, key, replaced } = object
    if (who === SOMEBODY) continue
    if (!catalogs.some((records) => isKnown(records, object)))
      env.world.fail('every object is known to the catalog', `${who} stores ${key}, and no record says so`)
    const ownSource = env.overwriting.get(who)
    // What an earlier run was about to store may be older than the object that is there now.
    if (replaced && !(ownSource && isOfSource(object, ownSource)))
      env.world.fail('an existing object is not replaced', `${who} replaces ${key}, of ${replaced.who}`)
    if (!isOfOneSource(env, object))
      env.world.fail(
        'an object is of one source',
        `${who} stores ${key}: ${object.bytes.length} bytes of no source`,
      )
  }
}

/** Whether a catalog says that the object exists, or may exist. */
function isKnown(records: readonly RawRecord[], object: SimObject): boolean {
  const { bytes, uploadId } = object
  const value = compositeOf(object)
  const open = new Set<string | undefined>()
  for (const { type, size, hash, intentId, ...record } of records) {
    const isSame = size === bytes.length && hash?.value === value
    if (type === 'archive' && isSame && record.archiveId === addressOf(object.key)) return true
    const isOfUpload = uploadId === undefined || record.uploadId?.replace(/^volume\d+:/, '') === uploadId
    if (!isOfUpload) continue
    if (type === 'unknown' && isSame) return true
    if (type === (uploadId === undefined ? 'sending' : 'completing') && isSame) open.add(intentId)
    if (type === 'rejected') open.delete(intentId)
    if (type === 'aborted' && uploadId !== undefined) open.clear()
  }
  return open.size > 0
}

/** The composite by which the catalog has an object: one that was stored in one request has one part. */
function compositeOf({ hash, bytes }: SimObject): string {
  return hash.parts === undefined ? compositeOfBytes(bytes, bytes.length) : compositeText(hash)
}

function isOfOneSource({ sources }: BucketEnvironment, object: SimObject): boolean {
  const { streamKey } = positionOf(object)
  return (sources.get(streamKey) ?? []).some((source) => isOfSource(object, source))
}

/** Whether an object is a whole source, or a volume of it. */
function isOfSource(object: SimObject, { bytes: whole }: Content): boolean {
  const { bytes } = object
  if (!positionOf(object).isLaterVolume) return isVolumeAt(whole, 0, bytes)
  const unit = LIMITS.minPartSize
  for (let at = unit; at + bytes.length <= whole.length; at += unit)
    if (isVolumeAt(whole, at, bytes)) return true
  return false
}

function positionOf({ key }: SimObject): { readonly streamKey: string; readonly isLaterVolume: boolean } {
  const [, streamKey] = /^(.*)\.volume\d+$/.exec(key) ?? []
  return { streamKey: streamKey ?? key, isLaterVolume: streamKey !== undefined }
}

/** Whether an object is the volume at a position: all but the last are full. */
function isVolumeAt(whole: Buffer, at: number, bytes: Uint8Array): boolean {
  const end = at + bytes.length
  const isFullOrLast = bytes.length % LIMITS.minPartSize === 0 || end === whole.length
  return isFullOrLast && whole.subarray(at, end).equals(bytes)
}
