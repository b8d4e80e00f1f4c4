/**
 * An upload to a bucket is aborted after its completion was sent only if the service has refused that, or if the object of
 * the completion is at the key.
 */
import type { BucketEnvironment } from '../actors/environment.js'
import { compositeText } from '../bucket/bucket-content.js'
import type { RequestRecord } from '../service/history.js'

/** Looks for aborts of uploads that may become an object. */
export function checkNoWrongAbortOfAnObject(env: BucketEnvironment): void {
  const completed = new Map<string, RequestRecord>()
  for (const record of env.service.history.records) {
    const { who, operation, request, outcome, responded } = record
    const upload = `${who} ${request.uploadId}`
    const isRefused = responded && outcome !== 'accepted'
    // A refusal that arrives says of the earlier ones, too, that the upload is open.
    if (operation === 'completeUpload' && isRefused) completed.delete(upload)
    if (operation === 'completeUpload' && !isRefused) completed.set(upload, record)
    const sent = completed.get(upload)
    if (operation === 'abortUpload' && sent && !isThere(env, sent, record.sentMs))
      env.world.fail('no wrong abort', `${who} aborts ${request.uploadId}, whose completion it has sent`)
  }
}

function isThere({ service }: BucketEnvironment, { request }: RequestRecord, nowMs: number): boolean {
  return service.objects.some(
    ({ key, bytes, hash, storedMs, endedMs = Infinity }) =>
      key === request.key &&
      bytes.length === request.size &&
      (request.treeHash === undefined || compositeText(hash) === request.treeHash) &&
      storedMs <= nowMs &&
      endedMs >= nowMs - FOUND_FOR_MS,
  )
}

/** The time for which what a process has seen of an object may be out of date. */
const FOUND_FOR_MS = 2 * 3_600_000
