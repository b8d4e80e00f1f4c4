/** Each object that a process has stored has a record or an open intent, and is of one source. */
import type { BucketEnvironment } from '../actors/environment.js'
import { compositeOfBytes, compositeText, type SimObject } from '../bucket/bucket-content.js'
import { recordsOfEach } from './all-records.js'
import type { RawRecord } from './catalog-records.js'
import { addressOf } from './objects-are-reported.js'

/** Checks all objects that were ever at a key. */
export function checkObjects(env: BucketEnvironment): void {
  const catalogs = recordsOfEach(env)
  for (const object of env.service.objects) {
    const { who, key, replaced } = object
    if (!catalogs.some((records) => isKnown(records, object)))
      env.world.fail('every object is known to the catalog', `${who} stores ${key}, and no record says so`)
    if (replaced && !env.overwriting.has(who))
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

function isOfOneSource({ sources }: BucketEnvironment, { key, bytes }: SimObject): boolean {
  const [, streamKey = key, volume] = /^(.*)\.volume(\d+)$/.exec(key) ?? []
  const contents = sources.get(streamKey) ?? []
  return contents.some(({ bytes: whole }) => {
    if (volume === undefined && whole.equals(bytes)) return true
    // A volume: all but the last are full.
    for (let at = volume === undefined ? 0 : 16; at + bytes.length <= whole.length; at += 16)
      if (whole.subarray(at, at + bytes.length).equals(bytes))
        return at + bytes.length === whole.length || bytes.length % 16 === 0
    return false
  })
}
