/**
 * Reads a catalog's lines and records, in the order they were written. A catalog may have millions of lines, so lines
 * are handed on in blocks, and those that cannot be wanted are not parsed.
 */
import { isAscii } from 'node:buffer'
import { open } from 'node:fs/promises'
import { resolve } from 'node:path'
import { CatalogError } from '../errors.js'
import { closing } from '../fs/forgotten-file.js'
import { isMissing } from '../fs/missing.js'
import { oneOf, optional, PATH } from '../options/rules.js'
import { recordsIn, type CatalogRecord } from './record.js'

const NEW_LINE = 10
/** Bytes read at once. */
const READ_SIZE = 1_048_576
const BEGIN = '{"type":"'
/** Up to so many IDs are looked for in a block before it is decoded: each costs a search of the block. */
const MAX_SEARCHED_IDS = 8

/** The types of records. */
export type RecordType = CatalogRecord['type']
/** The records of some types. */
export type RecordOf<Type extends RecordType> = Extract<
  CatalogRecord,
  {
    /** The type of the record. */
    type: Type
  }
>

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
const IF_TYPE = optional(oneOf(...Object.keys(RECORD_TYPES)))

/**
 * Reads a catalog's records in the order they were written; none where there is no file.
 *
 * @param type - only records of this type; default all
 * @throws {TypeError} no path, or a type that is no string
 * @throws {RangeError} an empty path, or an unknown type of records
 * @throws {CatalogError} `ERR_CATALOG`, when it is read: it cannot be; `cause` is the system's error
 */
export function readCatalog<Type extends RecordType = RecordType>(
  file: string,
  type?: Type,
): AsyncGenerator<RecordOf<Type>, void, undefined> {
  PATH(file, 'file', 'readCatalog')
  IF_TYPE(type, 'type', 'readCatalog')
  return readRecords(file, type)
}

async function* readRecords<Type extends RecordType>(
  file: string,
  type: Type | undefined,
): AsyncGenerator<RecordOf<Type>, void, undefined> {
  for await (const records of readBlocks(file, type === undefined ? undefined : [type])) yield* records
}

/**
 * Reads records in blocks of many: a step of a generator costs more than a record.
 *
 * @param types - only records of these types; default all
 * @param ids - only records with one of these as their `archiveId` or `firstVolume`; default all
 * @throws {CatalogError} `ERR_CATALOG`: it cannot be read; `cause` is the system's error
 */
export async function* readBlocks<Type extends RecordType = RecordType>(
  file: string,
  types?: readonly Type[],
  ids?: ReadonlySet<string>,
): AsyncGenerator<RecordOf<Type>[], void, undefined> {
  const beginnings = types?.map((type) => `${BEGIN}${type}"`)
  const searched = ids && ids.size <= MAX_SEARCHED_IDS ? [...ids].map(inJson) : undefined
  const mayHold = (block: Buffer): boolean =>
    (!beginnings || beginnings.some((begin) => block.includes(begin))) &&
    (!searched || searched.some((id) => block.includes(id)))
  const isWanted = (record: CatalogRecord): record is RecordOf<Type> =>
    (!types || (types as readonly RecordType[]).includes(record.type)) && (!ids || isOf(record, ids))
  for await (const { text } of readText(file, mayHold)) {
    const records: RecordOf<Type>[] = []
    for (const line of text.split('\n')) {
      const isOther = beginnings && !beginnings.some((begin) => line.startsWith(begin))
      if ((isOther || (ids && !mayBeOf(line, ids))) && isWhole(line)) continue
      for (const record of recordsIn(line)) if (isWanted(record)) records.push(record)
    }
    yield records
  }
}

/** Some lines of a catalog, torn ones too. Valid until the next block is asked for. */
export interface TextBlock {
  readonly text: string
  /** The same as bytes, where each character is one byte. */
  readonly bytes: Buffer | undefined
}

/**
 * Reads whole lines in blocks of many.
 *
 * @param mayHold - whether a block of the file's bytes is to be decoded; default all are
 * @throws {CatalogError} `ERR_CATALOG`: it cannot be read; `cause` is the system's error
 */
export async function* readText(
  file: string,
  mayHold: (block: Buffer) => boolean = () => true,
): AsyncGenerator<TextBlock, void, undefined> {
  const path = resolve(file)
  try {
    for await (const block of blocksOf(path)) {
      if (!mayHold(block)) continue
      const ascii = isAscii(block)
      const text = block.toString(ascii ? 'latin1' : 'utf8') // Latin-1 is decoded in a third of the time
      yield { text, bytes: ascii ? block : undefined }
    }
  } catch (error) {
    if (isMissing(error)) return
    throw new CatalogError(path, 'read', error)
  }
}

/** Whether a line begins with a record and no other record begins in it. The record itself may still be cut off. */
export function isWhole(line: string): boolean {
  return line.startsWith(BEGIN) && !line.includes(BEGIN, BEGIN.length)
}

/**
 * The text of a field in a line that is not parsed, as it is written there: with escapes, where it has any.
 *
 * @param key - with quotes and colon, as `"archiveId":"`
 */
export function textIn(line: string, key: `"${string}":"`): string | undefined {
  const at = line.indexOf(key)
  if (at === -1) return undefined
  const start = at + key.length
  const end = line.indexOf('"', start)
  return end === -1 ? undefined : line.slice(start, end)
}

function mayBeOf(line: string, ids: ReadonlySet<string>): boolean {
  return mayBeIn(textIn(line, '"archiveId":"'), ids) || mayBeIn(textIn(line, '"firstVolume":"'), ids)
}

/** A text with escapes may be anything: the record is parsed then. */
function mayBeIn(text: string | undefined, ids: ReadonlySet<string>): boolean {
  return text !== undefined && (ids.has(text) || text.includes('\\'))
}

function isOf(record: CatalogRecord, ids: ReadonlySet<string>): boolean {
  const { archiveId, firstVolume } = record as { readonly archiveId?: string; readonly firstVolume?: string }
  return (
    (archiveId !== undefined && ids.has(archiveId)) || (firstVolume !== undefined && ids.has(firstVolume))
  )
}

/** A text as it stands between the quotes of JSON. */
function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}

/** A file's bytes in blocks of whole lines. A block is valid until the next one is asked for. */
async function* blocksOf(path: string): AsyncGenerator<Buffer, void, undefined> {
  const file = await open(path, 'r')
  const close = closing(file) // also of a generator that is left in the middle, and never ended
  try {
    let buffer = Buffer.allocUnsafe(READ_SIZE)
    let held = 0 // bytes of a line whose end is not here yet
    for (;;) {
      const { bytesRead } = await file.read(buffer, held, buffer.length - held)
      const end = held + bytesRead
      const cut = bytesRead === 0 ? end : buffer.lastIndexOf(NEW_LINE, end - 1) + 1
      if (cut > 0) yield buffer.subarray(0, cut)
      if (bytesRead === 0) return
      buffer.copyWithin(0, cut, end)
      held = end - cut
      if (held === buffer.length) buffer = Buffer.concat([buffer], 2 * held)
    }
  } finally {
    await close()
  }
}
