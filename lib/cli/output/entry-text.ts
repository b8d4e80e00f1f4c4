/** Stored streams in messages for people. */
import { SHORT_ID_LENGTH, shortIdsOf } from '../../catalog/queries/short-ids.js'
import type { Candidate } from '../../catalog/queries/selection.js'
import type { StoredEntry } from '../../catalog/queries/stored-entries.js'
import { isObjectId } from '../../catalog/vault-address.js'
import { formatSize, formatTime } from './format.js'
import { setText } from './set-text.js'

/** The words for a stream without a name. */
const NO_NAME = 'an archive without a name'

/** A stream, as `db.dump of 2026-11-29 02:00, 1.50 GiB (kKB7c0Tq…)`; its set and state follow if there is more to say. */
export function entryText(
  { id, name = NO_NAME, time, size, set }: StoredEntry,
  shortId: string = id.slice(0, SHORT_ID_LENGTH),
): string {
  const isSingle = set.volumes.length === 1 && set.state === 'complete'
  const remark = isSingle ? '' : `, ${setText(set)}`
  return `${name} of ${formatTime(time)}, ${formatSize(size)} (${shownId(id, shortId)})${remark}`
}

/** The lines that list candidates, each with an ID that selects only it. */
export function candidateLines(candidates: readonly Candidate[]): string[] {
  const short = shortIdsOf(candidates.map(({ archiveId }) => archiveId))
  return candidates.map(({ archiveId, entry }) => {
    const shortId = String(short.get(archiveId))
    if (!entry) return `  ${shownId(archiveId, shortId)}  an archive that was stored with a wrong tree hash`
    if (archiveId === entry.id) return `  ${entryText(entry, shortId)}`
    return `  ${shownId(archiveId, shortId)}  a volume of ${entryText(entry)}`
  })
}

/** An ID as it is shown. The address of an object is whole: its beginning is that of all objects of the bucket. */
function shownId(id: string, shortId: string): string {
  return isObjectId(id) || shortId === id ? id : `${shortId}…`
}
