/** Reads the records in a line of a catalog. A crash in the middle of a write leaves torn lines. */
import type { CatalogRecord } from '../record.js'

/** The beginning of every record. In JSON text a quote is escaped, so that this is never part of a value. */
export const RECORD_BEGIN = '{"type":"'

const BEFORE_RECORD = /(?=\{"type":")/

/**
 * Reads the records in a line: one, or none if the line is torn. If a writer died within a line, the next writer's record
 * may stand behind the torn one, in the same line.
 */
export function recordsIn(line: string): CatalogRecord[] {
  const record = parsed(line)
  if (record) return [record]
  return line
    .split(BEFORE_RECORD)
    .map(parsed)
    .filter((part) => part !== undefined)
}

/** Whether a line begins with a record and no other record begins in it. The record itself may still be cut off. */
export function hasOneRecord(line: string): boolean {
  return line.startsWith(RECORD_BEGIN) && !line.includes(RECORD_BEGIN, RECORD_BEGIN.length)
}

/**
 * Finds the text of a field in a line without parsing the line. Escapes in the text are left as they are.
 *
 * @param key - with quotes and colon, such as `"archiveId":"`
 * @returns `undefined` if the line does not have the field, or is cut off in it
 */
export function textIn(line: string, key: `"${string}":"`): string | undefined {
  const at = line.indexOf(key)
  if (at === -1) return undefined
  const start = at + key.length
  const end = line.indexOf('"', start)
  return end === -1 ? undefined : line.slice(start, end)
}

function parsed(text: string): CatalogRecord | undefined {
  if (!text.startsWith(RECORD_BEGIN)) return undefined
  try {
    const record = JSON.parse(text) as Readonly<Record<string, unknown>>
    return hasValidFields(record) ? (record as unknown as CatalogRecord) : undefined
  } catch {
    return undefined // torn: the step that it announces had not begun
  }
}

/**
 * Whether the fields that this version knows are of their types. A record with other values was not written by this tool,
 * and is skipped like a torn one. Field by field, without a loop: a catalog may have a million records.
 */
function hasValidFields(record: Readonly<Record<string, unknown>>): boolean {
  return (
    isTextOrAbsent(record.time) &&
    isTextOrAbsent(record.region) &&
    isTextOrAbsent(record.endpoint) &&
    isTextOrAbsent(record.vaultName) &&
    isTextOrAbsent(record.accountId) &&
    isTextOrAbsent(record.archiveId) &&
    isTextOrAbsent(record.uploadId) &&
    isTextOrAbsent(record.intentId) &&
    isTextOrAbsent(record.streamId) &&
    isTextOrAbsent(record.firstVolume) &&
    isTextOrAbsent(record.name) &&
    isTextOrAbsent(record.description) &&
    isTextOrAbsent(record.treeHash) &&
    isHashOrAbsent(record.hash) &&
    isSizeOrAbsent(record.size) &&
    isSizeOrAbsent(record.partSize) &&
    isSizeOrAbsent(record.parts) &&
    isSizeOrAbsent(record.volume) &&
    (record.firstPart === undefined || (typeof record.firstPart === 'object' && record.firstPart !== null))
  )
}

function isTextOrAbsent(value: unknown): boolean {
  return value === undefined || typeof value === 'string'
}

/** Whether a hash states its algorithm; what follows from an unknown one is decided by those who compare it. */
function isHashOrAbsent(value: unknown): boolean {
  if (value === undefined) return true
  return typeof value === 'object' && value !== null && 'value' in value && typeof value.value === 'string'
}

function isSizeOrAbsent(value: unknown): boolean {
  return value === undefined || (Number.isSafeInteger(value) && (value as number) >= 0)
}
