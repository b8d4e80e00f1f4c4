/** Nothing stored is sent again, except to keep an upload alive and after a request without a response. */
import type { SharedEnvironment } from '../actors/environment.js'
import type { RequestRecord } from '../service/history.js'

/** An upload is kept alive by sending a part again after this time without activity. */
const KEEP_ALIVE_MS = 12 * 3_600_000

/** Looks for parts that a process has sent although the service had confirmed them, and the process could know. */
export function checkNothingSentTwice({ world, service }: SharedEnvironment): void {
  const confirmed = new Map<string, RequestRecord>()
  for (const request of service.history.records) {
    if (request.operation !== 'uploadPart') continue
    const { uploadId, range, treeHash } = request.request
    const key = `${uploadId} ${range?.start} ${treeHash}`
    const before = confirmed.get(key)
    if (before && isKnown(before, request) && isStillThere(before, request))
      world.fail(
        'nothing stored is sent again',
        `${request.who} sends ${key}, which ${before.who} has stored`,
      )
    if (isConfirmed(request)) confirmed.set(key, request)
  }

  /** Whether the process that sends now knows of the part: from its own response, or because it has listed the parts. */
  function isKnown(before: RequestRecord, now: RequestRecord): boolean {
    if (before.who === now.who) return now.sentMs - (before.settledMs ?? Infinity) < KEEP_ALIVE_MS
    const { records } = service.history
    // Parts are also listed before a completion: what is listed later was not known.
    const listings = records
      .slice(0, records.indexOf(now))
      .filter(
        ({ operation, who, request }) =>
          operation === 'listParts' && who === now.who && request.uploadId === now.request.uploadId,
      )
    const [first] = listings
    if (
      !first ||
      listings.some(({ faults }) => faults.includes('wrong-hash') || faults.includes('no-checksums'))
    )
      return false
    const isListed = (before.carriedOutMs ?? Infinity) < first.sentMs
    return isListed && now.sentMs - first.sentMs < KEEP_ALIVE_MS
  }

  /** Whether no other content has replaced the part since. */
  function isStillThere(before: RequestRecord, now: RequestRecord): boolean {
    const { uploadId, range, treeHash } = before.request
    return !service.history.records.some(
      (other) =>
        other.operation === 'uploadPart' &&
        other.request.uploadId === uploadId &&
        other.request.range?.start === range?.start &&
        (other.request.treeHash !== treeHash || other.faults.includes('stored-damaged')) &&
        (other.faults.includes('part-late') || isBetween(other, before, now)),
    )
  }
}

/** Whether a request was carried out after another one, and before a third was sent. */
function isBetween({ carriedOutMs }: RequestRecord, before: RequestRecord, now: RequestRecord): boolean {
  return (
    carriedOutMs !== undefined && carriedOutMs >= (before.carriedOutMs ?? 0) && carriedOutMs <= now.sentMs
  )
}

/** Whether the process got the right hash of the part. */
function isConfirmed({ result, faults }: RequestRecord): boolean {
  return result === 'success' && !faults.includes('wrong-hash') && !faults.includes('stored-damaged')
}
