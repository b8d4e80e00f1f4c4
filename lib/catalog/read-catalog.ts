/**
 * Reads the records of a catalog in the order in which they were written. Lines that cannot hold a requested record are
 * not parsed.
 */
import { oneOf, optional, PATH } from '../options/rules.js'
import type { FileSystem } from '../runtime/file-system.js'
import { systemFiles } from '../runtime/system-files.js'
import { hasOneRecord, RECORD_BEGIN, recordsIn, textIn } from './lines/parse-line.js'
import { readLines } from './lines/read-lines.js'
import type { CatalogRecord, RecordOf, RecordType } from './record.js'

/** Maximum number of IDs that a block is searched for before it is decoded: each costs a search of the block. */
const MAX_SEARCHED_IDS = 8

const RECORD_TYPES = {
  archive: true,
  begun: true,
  completing: true,
  sending: true,
  rejected: true,
  mismatched: true,
  aborted: true,
  expired: true,
  superseded: true,
  unknown: true,
  ended: true,
  orphan: true,
  deleted: true,
} satisfies Record<RecordType, true>
const TYPE = optional(oneOf(...Object.keys(RECORD_TYPES)))

/** Selects records. */
export interface RecordFilter<Type extends RecordType> {
  /** Only records of these types; default all. */
  readonly types?: readonly Type[] | undefined
  /** Only records that have one of these as their `archiveId` or `firstVolume`; default all. */
  readonly archiveIds?: ReadonlySet<string> | undefined
}

/**
 * Reads a catalog's records in the order in which they were written; none if the file does not exist.
 *
 * @param file - the path of the catalog
 * @param type - only records of this type; default all
 * @throws {TypeError} `file` is not a path, or `type` is not a string
 * @throws {RangeError} `file` is empty, or `type` is not a type of records
 * @throws {CatalogError} `ERR_CATALOG`, while it is read: it cannot be read; `cause` is the system's error
 *
 * @example
 * ```ts
 * for await (const { archiveId, size } of readCatalog('catalog.jsonl', 'archive')) console.log(archiveId, size)
 * ```
 */
export function readCatalog<Type extends RecordType = RecordType>(
  file: string,
  type?: Type,
): AsyncGenerator<RecordOf<Type>, void, undefined>
/** @internal */
export function readCatalog<Type extends RecordType = RecordType>(
  file: string,
  type: Type | undefined,
  files: FileSystem,
): AsyncGenerator<RecordOf<Type>, void, undefined>
export function readCatalog<Type extends RecordType = RecordType>(
  file: string,
  type?: Type,
  files: FileSystem = systemFiles,
): AsyncGenerator<RecordOf<Type>, void, undefined> {
  PATH(file, 'file', 'readCatalog')
  TYPE(type, 'type', 'readCatalog')
  return readRecords(file, type === undefined ? {} : { types: [type] }, files)
}

async function* readRecords<Type extends RecordType>(
  file: string,
  filter: RecordFilter<Type>,
  files: FileSystem,
): AsyncGenerator<RecordOf<Type>, void, undefined> {
  for await (const records of readBlocks(file, filter, files)) yield* records
}

/**
 * Reads records in blocks of many: a step of a generator costs more than a record.
 *
 * @throws {CatalogError} `ERR_CATALOG`: the file cannot be read; `cause` is the system's error
 */
export async function* readBlocks<Type extends RecordType = RecordType>(
  file: string,
  { types, archiveIds }: RecordFilter<Type> = {},
  files: FileSystem = systemFiles,
): AsyncGenerator<RecordOf<Type>[], void, undefined> {
  const beginnings = types?.map((type) => `${RECORD_BEGIN}${type}"`)
  const searched = archiveIds && archiveIds.size <= MAX_SEARCHED_IDS ? [...archiveIds].map(inJson) : undefined
  const mayMatter = (block: Buffer): boolean =>
    (!beginnings || beginnings.some((begin) => block.includes(begin))) &&
    (!searched || searched.some((id) => block.includes(id)))
  const matches = (record: CatalogRecord): record is RecordOf<Type> =>
    (!types || (types as readonly RecordType[]).includes(record.type)) &&
    (!archiveIds || namesOneOf(record, archiveIds))
  for await (const { text } of readLines(file, files, mayMatter)) {
    const records: RecordOf<Type>[] = []
    for (const line of text.split('\n')) {
      const isOther = beginnings && !beginnings.some((begin) => line.startsWith(begin))
      if ((isOther || (archiveIds && !mayNameOneOf(line, archiveIds))) && hasOneRecord(line)) continue
      for (const record of recordsIn(line)) if (matches(record)) records.push(record)
    }
    yield records
  }
}

function mayNameOneOf(line: string, ids: ReadonlySet<string>): boolean {
  return mayBeIn(textIn(line, '"archiveId":"'), ids) || mayBeIn(textIn(line, '"firstVolume":"'), ids)
}

/** A text with escapes may stand for any ID: the record is parsed then. */
function mayBeIn(text: string | undefined, ids: ReadonlySet<string>): boolean {
  return text !== undefined && (ids.has(text) || text.includes('\\'))
}

function namesOneOf(record: CatalogRecord, ids: ReadonlySet<string>): boolean {
  const { archiveId, firstVolume } = record as { readonly archiveId?: string; readonly firstVolume?: string }
  return (
    (archiveId !== undefined && ids.has(archiveId)) || (firstVolume !== undefined && ids.has(firstVolume))
  )
}

/** A text as it stands between the quotes of JSON. */
function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}
