/**
 * Facts about a whole catalog that are needed before its archives can be listed one by one: which of them were deleted, the
 * later volumes of sets, and the archive IDs with several records. Only the few lines that state these are parsed.
 */
import type { FileSystem } from '../../runtime/file-system.js'
import { systemFiles } from '../../runtime/system-files.js'
import { hasOneRecord, recordsIn } from '../lines/parse-line.js'
import { readLines, type LineBlock } from '../lines/read-lines.js'
import { readBlocks } from '../read-catalog.js'
import type { ArchiveRecord, DeletedRecord, MismatchedRecord } from '../record.js'
import { isObjectId } from '../vault-address.js'
import { RepeatedTexts } from './repeated-texts.js'

/** A record that describes an archive. */
export type DescribingRecord = ArchiveRecord | MismatchedRecord

/** Facts about the archives of a catalog that are not in each archive's own record. */
export interface Survey {
  /** The IDs of deleted archives. An object that was stored again since is not among them. */
  readonly deleted: ReadonlySet<string>
  /** The records of later volumes, by the archive ID of their first volume, in the order of the file. */
  readonly laterVolumes: ReadonlyMap<string, readonly ArchiveRecord[]>
  /**
   * The records of each archive that has several, in the order of the file; without deleted archives. Of an object that was
   * stored again after it was deleted, the records since then.
   */
  readonly repeated: ReadonlyMap<string, readonly DescribingRecord[]>
}

const DELETED = '{"type":"deleted"'
// A search for up to six characters takes half the time of a longer one. These two are in no other field's name, and in
// values a quote stands behind a backslash.
/** The end of `"archiveId":"`. */
const ARCHIVE_ID = 'eId":"'
/** The beginning of the ID of an object. */
const OBJECT_ID = 'eId":"s3://'
/** Part of `firstVolume`. */
const FIRST_VOLUME = 'Volume'
/** The characters between the quotes of a text of JSON. */
const INNER_TEXT = /(?:[^"\\]|\\.)*/y

/**
 * Surveys a catalog.
 *
 * @param files - default the disk
 * @throws {CatalogError} `ERR_CATALOG`: it cannot be read
 */
export async function surveyOf(file: string, files: FileSystem = systemFiles): Promise<Survey> {
  const surveyor = new Surveyor()
  for await (const block of readLines(file, files)) surveyor.take(block)
  const { deleted, laterVolumes } = surveyor
  return { deleted, laterVolumes, repeated: await recordsOf(file, surveyor, files) }
}

class Surveyor {
  readonly deleted = new Set<string>()
  readonly laterVolumes = new Map<string, ArchiveRecord[]>()
  /** IDs that may be those of several records. */
  readonly candidates = new Set<string>()
  /** The IDs of objects that were stored again after they were deleted. */
  readonly renewed = new Set<string>()
  readonly #ids = new RepeatedTexts()
  #hasDeletedObject = false

  take({ text, bytes }: LineBlock): void {
    const isPlain = !text.includes(FIRST_VOLUME) && !text.includes(DELETED)
    if (bytes && isPlain && !(this.#hasDeletedObject && text.includes(OBJECT_ID))) this.#takeIds(text, bytes)
    else for (const line of text.split('\n')) this.#takeLine(line)
  }

  #takeLine(line: string): void {
    const isDeletion = line.startsWith(DELETED)
    const mayRenew = this.#hasDeletedObject && line.includes(OBJECT_ID)
    if (isDeletion || mayRenew || line.includes(FIRST_VOLUME) || !hasOneRecord(line))
      for (const record of recordsIn(line)) {
        if (record.type === 'deleted') this.#delete(record)
        else if (record.type === 'archive' || record.type === 'mismatched') this.#describe(record)
      }
    if (!isDeletion) this.#takeIds(line)
  }

  #delete({ archiveId }: DeletedRecord): void {
    this.deleted.add(archiveId)
    if (!isObjectId(archiveId)) return
    this.#hasDeletedObject = true
    // If the object is stored again, it is described by later records alone.
    const setId = archiveId.replace(/\.volume\d+$/, '')
    const others = this.laterVolumes.get(setId)?.filter((volume) => volume.archiveId !== archiveId)
    if (others) this.laterVolumes.set(setId, others)
  }

  #describe(record: DescribingRecord): void {
    const { archiveId } = record
    if (isObjectId(archiveId) && this.deleted.delete(archiveId)) {
      this.renewed.add(archiveId)
      this.candidates.add(archiveId)
    }
    if (record.type === 'archive') addLater(record, this.laterVolumes)
  }

  /** Takes the IDs of archives in a text, also those in lines that are cut off. */
  #takeIds(text: string, bytes?: Buffer): void {
    for (let at = text.indexOf(ARCHIVE_ID); at !== -1; at = text.indexOf(ARCHIVE_ID, at)) {
      const start = at + ARCHIVE_ID.length
      at = endOfText(text, start)
      if (at === -1) return
      const seen = bytes
        ? this.#ids.seen(bytes, start, at)
        : this.#ids.seen(Buffer.from(text.slice(start, at)))
      if (seen) this.candidates.add(unescaped(text.slice(start, at)))
    }
  }
}

/** The index of the closing quote of a text of JSON; -1 if the text is cut off. */
function endOfText(json: string, start: number): number {
  const end = json.indexOf('"', start)
  if (json[end - 1] !== '\\') return end
  INNER_TEXT.lastIndex = start
  INNER_TEXT.test(json)
  return json.indexOf('"', INNER_TEXT.lastIndex)
}

/** Decodes a text of JSON without its quotes; returns it unchanged if it is cut off. */
function unescaped(text: string): string {
  if (!text.includes('\\')) return text
  try {
    return JSON.parse(`"${text}"`) as string
  } catch {
    return text
  }
}

function addLater(record: ArchiveRecord, laterVolumes: Map<string, ArchiveRecord[]>): void {
  if (record.firstVolume === undefined) return
  const volumes = laterVolumes.get(record.firstVolume)
  if (volumes) volumes.push(record)
  else laterVolumes.set(record.firstVolume, [record])
}

/** Reads the records of those IDs that are really repeated, or were stored again. */
async function recordsOf(
  file: string,
  { candidates, deleted, renewed }: Surveyor,
  files: FileSystem,
): Promise<Map<string, DescribingRecord[]>> {
  const found = await describingRecords(file, candidates, files)
  for (const [archiveId, records] of found)
    if ((records.length < 2 && !renewed.has(archiveId)) || deleted.has(archiveId)) found.delete(archiveId)
  return found
}

/**
 * Reads the records that describe archives with these IDs, in the order of the file. Records of an object from before its
 * deletion describe nothing: another object may be at its key since.
 *
 * @throws {CatalogError} `ERR_CATALOG`: the catalog cannot be read
 */
export async function describingRecords(
  file: string,
  ids: ReadonlySet<string>,
  files: FileSystem,
): Promise<Map<string, DescribingRecord[]>> {
  const found = new Map<string, DescribingRecord[]>()
  if (ids.size === 0) return found // a catalog of gigabytes is not read for nothing
  for await (const records of readBlocks(
    file,
    { types: ['archive', 'mismatched', 'deleted'], archiveIds: ids },
    files,
  )) {
    for (const record of records) {
      if (!ids.has(record.archiveId)) continue // it only names one of these as its first volume
      if (record.type === 'deleted') {
        if (isObjectId(record.archiveId)) found.delete(record.archiveId)
        continue
      }
      const others = found.get(record.archiveId)
      if (others) others.push(record)
      else found.set(record.archiveId, [record])
    }
  }
  return found
}
