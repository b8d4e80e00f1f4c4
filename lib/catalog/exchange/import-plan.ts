/**
 * Decides which records of another file are added to a catalog. No record of the catalog is changed, and none is
 * contradicted without a conflict that readers report:
 *
 * - A record that the catalog has is left out. If the file has a record more often than the catalog, the difference is
 *   added, because a record that is repeated says that it is newer than those before it. So a second import adds nothing.
 * - Archives that the catalog knows as deleted stay deleted, and uploads that it knows as ended stay ended: records about
 *   them that would count again at the end of the file are left out. An object may be stored, replaced and deleted several
 *   times: its records that are older than those of the catalog are left out.
 * - A record that settles a conflict does so only among the records of its own file. If the catalog has another tree hash,
 *   that is a conflict, which only the inventory settles.
 * - Readers take the volumes of a set in the order of the file. If an earlier volume than those of the catalog is added,
 *   the later ones are recorded again behind it.
 */
import type { FileSystem } from '../../runtime/file-system.js'
import { systemFiles } from '../../runtime/system-files.js'
import { verdictOn, type CatalogConflict } from '../queries/conflicts.js'
import type { DescribingRecord } from '../queries/survey.js'
import type { ArchiveRecord, CatalogRecord, RecordOf } from '../record.js'
import { recordTimeMs } from '../record-time.js'
import { hashIn } from '../recorded-hash.js'
import { isObjectId } from '../vault-address.js'
import { factsOf, isDescribing, keyOf, type CatalogFacts } from './catalog-facts.js'

/** The records that an import adds. */
export interface ImportPlan {
  /** The records to append, in this order. */
  readonly added: readonly CatalogRecord[]
  /** The number of records that the catalog has already. */
  readonly duplicates: number
  /** The number of records about archives and uploads that the catalog knows as deleted and ended. */
  readonly obsolete: number
  /** The conflicts that the catalog will have about archives of the file. */
  readonly conflicts: readonly CatalogConflict[]
}

/**
 * Makes the plan of an import.
 *
 * @param file - the catalog; it need not exist
 * @param records - in the order of the imported file
 * @throws {CatalogError} `ERR_CATALOG`: the catalog cannot be read
 */
export async function planImport(
  file: string,
  records: readonly CatalogRecord[],
  files: FileSystem = systemFiles,
): Promise<ImportPlan> {
  const facts = await factsOf(file, records, files)
  const candidates = records.map((record) => withoutSettling(record, facts))
  const { counts } = await factsOf(file, candidates, files)
  const added: CatalogRecord[] = []
  let [duplicates, obsolete] = [0, 0]
  for (const record of candidates) {
    if (isCounted(keyOf(record), counts)) duplicates++
    else if (isObsolete(record, facts)) obsolete++
    else added.push(record)
  }
  const later = laterVolumesOf(added, facts)
  return { added: [...added, ...later], duplicates, obsolete, conflicts: conflictsAfter(added, facts) }
}

/** Whether the catalog has one more record with a key. It counts for one record of the file. */
function isCounted(key: string, counts: Map<string, number>): boolean {
  const count = counts.get(key)
  if (!count) return false
  counts.set(key, count - 1)
  return true
}

/** A settling record that contradicts the catalog without its claim to settle; any other record as it is. */
function withoutSettling(record: CatalogRecord, { describing }: CatalogFacts): CatalogRecord {
  if (record.type !== 'archive' || !record.settles) return record
  const isContradicted = describing
    .get(record.archiveId)
    ?.some(({ treeHash }) => treeHash !== undefined && treeHash !== record.treeHash)
  return isContradicted ? { ...record, settles: undefined } : record
}

function isObsolete(record: CatalogRecord, facts: CatalogFacts): boolean {
  const { deleted, settled } = facts
  if (isDescribing(record) || record.type === 'deleted')
    return isObjectId(record.archiveId)
      ? isOlder(record, facts)
      : record.type !== 'deleted' && deleted.has(record.archiveId)
  const { uploadId, intentId } = record as { readonly uploadId?: string; readonly intentId?: string }
  const isOpening = !['aborted', 'ended', 'expired'].includes(record.type)
  return isOpening && [uploadId, intentId].some((id) => id !== undefined && settled.has(id))
}

/** Whether a record of an object is older than what the catalog knows last of it: a deletion, or other content. */
function isOlder(
  record: DescribingRecord | RecordOf<'deleted'>,
  { deleted, describing }: CatalogFacts,
): boolean {
  const { archiveId, time } = record
  const last = describing.get(archiveId)?.at(-1)
  const isSame = last !== undefined && isDescribing(record) && hashIn(record) === hashIn(last)
  const known = deleted.get(archiveId) ?? (isSame ? undefined : last?.time)
  return known !== undefined && recordTimeMs(time) <= recordTimeMs(known)
}

/** The volumes of the catalog that come after a volume that is added. */
function laterVolumesOf(added: readonly CatalogRecord[], { laterVolumes }: CatalogFacts): ArchiveRecord[] {
  const found = new Set<ArchiveRecord>()
  for (const record of added) {
    if (record.type !== 'archive') continue
    for (const later of laterVolumes.get(record.firstVolume ?? record.archiveId) ?? [])
      if (later.volume > record.volume) found.add(later)
  }
  return [...found].sort((a, b) => a.volume - b.volume)
}

function conflictsAfter(added: readonly CatalogRecord[], { describing }: CatalogFacts): CatalogConflict[] {
  const records = new Map<string, DescribingRecord[]>()
  for (const record of added) {
    if (record.type === 'deleted') {
      if (isObjectId(record.archiveId)) records.set(record.archiveId, [])
      else records.delete(record.archiveId)
    }
    if (!isDescribing(record)) continue
    const others = records.get(record.archiveId) ?? describing.get(record.archiveId) ?? []
    records.set(record.archiveId, [...others, record])
  }
  return [...records].flatMap(([archiveId, all]) => verdictOn(archiveId, all).conflict ?? [])
}
