/** Each reported success of a bucket was at its key, with the content that was reported and that the catalog says. */
import type { BucketEnvironment } from '../actors/environment.js'
import type { StoredStream } from '../actors/ledger.js'
import type { Archive } from '../../../lib/store/archive.js'
import { compositeOfBytes, SOMEBODY, type SimObject } from '../bucket/bucket-content.js'
import { checkRecorded } from './success-is-recorded.js'

/** The success of a `put` to a bucket. */
export interface StoredObjects extends StoredStream {
  readonly archives: readonly Archive[]
}

/** Notes a success, and checks it. */
export function checkObjectsStored(env: BucketEnvironment, success: StoredObjects): void {
  env.ledger.stored.push(success)
  checkBucket(env, success)
  checkCatalog(env, success)
  env.world.reached('stream stored')
}

/** Checks all successes again: nothing that was stored and recorded is lost later. */
export function checkAllObjects(env: BucketEnvironment): void {
  for (const success of env.ledger.stored) {
    checkBucket(env, success as StoredObjects)
    checkCatalog(env, success as StoredObjects)
  }
}

function checkBucket(env: BucketEnvironment, { process, archives, content }: StoredObjects): void {
  const fail = (message: string): void => {
    env.world.fail('a success is what the bucket holds', `${process} reports ${message}`)
  }
  let at = 0
  for (const { archiveId, size, hash, partSize } of archives) {
    const bytes = content.bytes.subarray(at, at + size)
    at += size
    if (compositeOfBytes(bytes, partSize) !== hash) fail(`${archiveId} with a hash that is not its source's`)
    const found = env.service.objects.filter(({ key }) => addressOf(key) === archiveId)
    const own = found.filter((object) => Buffer.compare(object.bytes, bytes) === 0)
    if (own.length === 0) fail(`${archiveId}, and no such object was ever stored`)
    else if (own.every((object) => isLost(env, found, object))) fail(`${archiveId}, which was replaced`)
  }
  if (at !== content.bytes.length) fail(`archives of ${at} of ${content.bytes.length} bytes`)
}

/** Whether an object was replaced by a process that may not overwrite. */
function isLost(
  { overwriting }: BucketEnvironment,
  others: readonly SimObject[],
  object: SimObject,
): boolean {
  const next = others.find(({ replaced }) => replaced === object)
  return next !== undefined && next.who !== SOMEBODY && !overwriting.has(next.who)
}

function checkCatalog(env: BucketEnvironment, success: StoredObjects): void {
  checkRecorded(
    env,
    success,
    (record, { hash, partSize }) => record.hash?.value === hash && record.hash.partSize === partSize,
  )
}

/** The address of an object in the bucket of the run. */
export function addressOf(key: string): string {
  return `s3://backups/${key}`
}
