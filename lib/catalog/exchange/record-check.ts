/**
 * Checks records of other origin before they are added to a catalog: each must have the fields that its type requires, of
 * the right types. Readers of a catalog are less strict, since a catalog may be from another version.
 */
import type { CatalogRecord, RecordType } from '../record.js'
import { isBucketName } from '../vault-address.js'

/** The kinds of values in records. An ID or an address is printed and compared. */
type Kind =
  | 'account'
  | 'content'
  | 'count'
  | 'hash'
  | 'id'
  | 'object'
  | 'size'
  | 'stated'
  | 'text'
  | 'time'
  | 'vault'
  | 'yes'

const KINDS: Readonly<Record<Kind, (value: unknown) => boolean>> = {
  account: (value) => isText(value) && /^(?:\d{12}|-)$/.test(value),
  content: (value) =>
    isPlainObject(value) &&
    KINDS.size(value.size) &&
    (KINDS.hash(value.treeHash) || KINDS.stated(value.hash)),
  count: (value) => Number.isSafeInteger(value) && (value as number) >= 1,
  hash: (value) => isText(value) && /^[\da-f]{64}$/.test(value),
  id: (value) => isText(value) && value !== '' && !/\p{Cc}/u.test(value),
  object: isPlainObject,
  size: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
  stated: (value) =>
    isPlainObject(value) &&
    (value.algorithm === 'sha256' || value.algorithm === 'sha256-composite') &&
    isText(value.value) &&
    /^(?:[\da-f]{64}|[A-Za-z\d+/]{43}=-[1-9]\d{0,4})$/.test(value.value),
  text: isText,
  time: (value) => isText(value) && value.length <= 40 && !Number.isNaN(Date.parse(value)),
  vault: (value) => isText(value) && (/^[\w.-]{0,255}$/.test(value) || isBucketName(value)),
  yes: (value) => value === true,
}

/** The fields that are known, in any type of record. */
const FIELDS: readonly (readonly [string, Kind])[] = [
  ['time', 'time'],
  ['region', 'id'],
  ['endpoint', 'id'],
  ['vaultName', 'vault'],
  ['accountId', 'account'],
  ['archiveId', 'id'],
  ['uploadId', 'id'],
  ['intentId', 'id'],
  ['streamId', 'id'],
  ['firstVolume', 'id'],
  ['versionId', 'id'],
  ['storageClass', 'id'],
  ['name', 'text'],
  ['description', 'text'],
  ['size', 'size'],
  ['treeHash', 'hash'],
  ['sentTreeHash', 'hash'],
  ['hash', 'stated'],
  ['sentHash', 'stated'],
  ['partSize', 'count'],
  ['parts', 'count'],
  ['volume', 'count'],
  ['more', 'yes'],
  ['settles', 'yes'],
  ['firstPart', 'content'],
  ['owner', 'object'],
]

const PLACE = ['time', 'region', 'vaultName']
const CONTENT = ['size', 'treeHash or hash']

/** The fields that each type of record must have. */
const REQUIRED: Readonly<Record<RecordType, readonly string[]>> = {
  archive: [...PLACE, ...CONTENT, 'archiveId', 'volume'],
  begun: [...PLACE, 'uploadId', 'partSize', 'volume'],
  completing: ['time', 'uploadId'],
  sending: [...PLACE, ...CONTENT, 'intentId', 'volume'],
  rejected: ['time'],
  mismatched: [...PLACE, 'archiveId', 'size', 'sentTreeHash or sentHash'],
  aborted: PLACE,
  expired: PLACE,
  superseded: PLACE,
  unknown: PLACE,
  ended: ['time', 'uploadId'],
  orphan: [...PLACE, ...CONTENT],
  deleted: [...PLACE, 'archiveId'],
}

/** Names of fields that objects inherit: programs that copy records field by field must not meet them. */
const FORBIDDEN: readonly string[] = ['__proto__', 'constructor', 'prototype']

/** A record, or the problem of a line that has none: a sentence that begins with a small letter. */
export type CheckedLine = { readonly record: CatalogRecord } | { readonly problem: string }

/** Checks the text of a record. */
export function checkRecord(text: string): CheckedLine {
  const value = parsed(text)
  if (!isPlainObject(value)) return { problem: 'it is not a JSON object.' }
  const { type } = value
  if (!isText(type)) return { problem: 'it has no type of record.' }
  if (!Object.hasOwn(REQUIRED, type))
    return { problem: `this version does not know records of the type ${shortened(type)}.` }
  const missing = REQUIRED[type as RecordType].find((fields) =>
    fields.split(' or ').every((field) => value[field] === undefined),
  )
  if (missing !== undefined)
    return { problem: `a record of the type ${type} must have the field ${missing}.` }
  const wrong = FIELDS.find(([field, kind]) => value[field] !== undefined && !KINDS[kind](value[field]))
  if (wrong)
    return { problem: `the field ${wrong[0]} has a value that is not valid: ${shortened(value[wrong[0]])}.` }
  return { record: value as unknown as CatalogRecord }
}

/** Parses JSON; `undefined` if the text is not JSON, or has a name that objects inherit. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text, (key, value: unknown) => {
      if (FORBIDDEN.includes(key)) throw new SyntaxError(key)
      return value
    })
  } catch {
    return undefined
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function shortened(value: unknown): string {
  const text = JSON.stringify(value)
  return text.length <= 60 ? text : `${text.slice(0, 60)}…`
}
