/** Every archive in the vault has a record, an orphan note or an open intent. */
import type { Environment } from '../actors/environment.js'
import type { RequestRecord, RequestSummary } from '../service/history.js'
import { recordsOfEach } from './all-records.js'
import type { RawRecord } from './catalog-records.js'

const INVARIANT = 'every archive is known to the catalog'

/** Compares the vault with the catalog. */
export function checkArchivesAreKnown(env: Environment): void {
  const catalogs = recordsOfEach(env)
  const records = catalogs.flat()
  const known = new Set(records.map(({ archiveId }) => archiveId))
  const unresolved = unresolvedIntents(catalogs)
  for (const request of env.service.history.records) {
    const { operation, outcome, responseId, request: sent, who } = request
    if (outcome !== 'accepted' || responseId === undefined || known.has(responseId)) continue
    if (operation === 'completeUpload' && !catalogs.some((catalog) => hasOpenCompletion(catalog, sent)))
      env.world.fail(
        INVARIANT,
        `${who} completes ${sent.uploadId}: ${responseId} has no record and no intent`,
      )
    if (operation === 'uploadArchive' && !takeIntent(unresolved, request))
      env.world.fail(INVARIANT, `${who} stores ${responseId}, which has no record and no intent`)
  }
}

/** Whether a catalog says that the archive of an upload may exist, and which content it has. */
function hasOpenCompletion(records: readonly RawRecord[], sent: RequestSummary): boolean {
  const open = new Set<string | undefined>()
  for (const { type, uploadId, intentId, size, treeHash } of records) {
    if (uploadId !== sent.uploadId) continue
    const isSame = size === sent.size && treeHash === sent.treeHash
    if (type === 'unknown' && isSame) return true
    if (type === 'completing' && isSame) open.add(intentId)
    if (type === 'rejected') open.delete(intentId)
    if (type === 'aborted') open.clear()
  }
  return open.size > 0
}

/**
 * The number of intents to store an archive in one request that have no outcome in a catalog, by size and hash. A catalog
 * may have been replaced by a copy, in which a rebuild has given the intent to another archive of the same content.
 */
function unresolvedIntents(catalogs: readonly (readonly RawRecord[])[]): Map<string, number> {
  const counts = new Map<string, number>()
  const ids = new Set<string | undefined>()
  for (const records of catalogs) {
    const resolved = new Set<string | undefined>()
    for (const { type, intentId } of records) if (type !== 'sending') resolved.add(intentId)
    for (const { type, intentId, size, treeHash } of records) {
      if (type !== 'sending' || resolved.has(intentId) || ids.has(intentId)) continue
      ids.add(intentId)
      counts.set(`${size} ${treeHash}`, (counts.get(`${size} ${treeHash}`) ?? 0) + 1)
    }
  }
  return counts
}

/** Each archive takes an intent of its own. */
function takeIntent(unresolved: Map<string, number>, { request }: RequestRecord): boolean {
  const key = `${request.size} ${request.treeHash}`
  const left = unresolved.get(key) ?? 0
  unresolved.set(key, left - 1)
  return left > 0
}
