/** The rules of the requests of a {@link BucketClient}. */
import {
  BOOLEAN,
  BYTES,
  FUNCTION,
  isNumber,
  isString,
  listOf,
  oneOf,
  RANGE,
  required,
  SIGNAL,
  SIZE,
  TEXT,
  wholeNumber,
  withMethods,
} from '../options/rules.js'
import {
  checkOptions,
  isObject,
  nested,
  record,
  rule,
  type Rule,
  type RulesOf,
} from '../options/check-options.js'
import type { PageRequest } from '../store/pages.js'
import { TIER } from '../store/retrieval-store.js'
import type { BucketClient } from './bucket-client.js'
import type { ObjectBytes, ObjectLock, StoreCondition } from './bucket-requests.js'
import type * as Request from './bucket-requests.js'
import type { ObjectHash } from './composite-hash.js'
import { BUCKET, KEY, PREFIX } from './s3-address.js'
import { MAX_METADATA_BYTES, MAX_TAGS, S3_LIMITS } from './s3-limits.js'
import { STORAGE_CLASS } from './storage-classes.js'

/** The rule of a SHA-256 in hex. */
export const SHA256: Rule = rule('a SHA-256 of 64 hex digits', isString, (value) =>
  /^[0-9a-f]{64}$/.test(value),
)

/** The rule of the ID of an account. */
export const ACCOUNT: Rule = rule('the ID of an account: 12 digits', isString, (value) =>
  /^\d{12}$/.test(value),
)

/** The rule of a text that becomes the value of a header. */
const HEADER: Rule = rule('a text of 0x20-0x7E that is not empty', isString, (value) =>
  /^[\x20-\x7e]{1,1024}$/.test(value),
)

/** The rule of the ID of an upload or a version, or an ETag. */
const TOKEN: Rule = rule('a text of 0x21-0x7E that is not empty', isString, (value) =>
  /^[\x21-\x7e]{1,4096}$/.test(value),
)

const TIME: Rule = rule('a time in ISO 8601', isString, (value) => !Number.isNaN(Date.parse(value)))

const isTexts = (value: unknown): value is Readonly<Record<string, string>> =>
  isObject(value) && Object.values(value).every(isString)

/** The rule of metadata: names are tokens of HTTP, and values are ASCII, so that each server reads the same. */
export const METADATA: Rule = rule(
  `an object of at most ${MAX_METADATA_BYTES} bytes, with names of a-z, A-Z, 0-9, "-", "_" and "." and values of 0x20-0x7E`,
  isTexts,
  (value) =>
    Object.entries(value).every(([name, text]) => /^[\w.-]+$/.test(name) && /^[\x20-\x7e]*$/.test(text)) &&
    Object.entries(value).flat().join('').length <= MAX_METADATA_BYTES,
)

/** The rule of tags (https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html). */
export const TAGS: Rule = rule(
  `an object of at most ${MAX_TAGS} tags, with names of 1 to 128 and values of at most 256 characters`,
  isTexts,
  (value) => {
    const tags = Object.entries(value)
    return tags.length <= MAX_TAGS && tags.every(([name, text]) => isTag(name, 1, 128) && isTag(text, 0, 256))
  },
)

function isTag(text: string, min: number, max: number): boolean {
  return text.length >= min && text.length <= max && /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(text)
}

const LOCK_FIELDS = {
  mode: oneOf('GOVERNANCE', 'COMPLIANCE'),
  retainUntil: TIME,
  legalHold: BOOLEAN,
} satisfies RulesOf<ObjectLock>

/** The rule of an {@link ObjectLock}. */
export const LOCK: Rule = (value, name, caller) => {
  nested<ObjectLock>(LOCK_FIELDS)(value, name, caller)
  const { mode, retainUntil } = value as ObjectLock
  rule('a lock with both mode and retainUntil, or with neither', isObject, () => {
    return (mode === undefined) === (retainUntil === undefined)
  })(value, name, caller)
}

const BASE = {
  bucket: required(BUCKET),
  expectedBucketOwner: ACCOUNT,
  requesterPays: BOOLEAN,
  signal: SIGNAL,
} satisfies RulesOf<Request.BucketRequest>
const KEYED = { ...BASE, key: required(KEY) } satisfies RulesOf<Request.KeyRequest>
const OBJECT = { ...KEYED, versionId: TOKEN } satisfies RulesOf<Request.ObjectRequest>
/** The rules of a {@link Request.NewObject}. */
export const NEW_OBJECT: RulesOf<Request.NewObject> = {
  ...KEYED,
  storageClass: STORAGE_CLASS,
  metadata: METADATA,
  tags: TAGS,
  kmsKeyId: HEADER,
  lock: LOCK,
  contentType: HEADER,
}
const BYTES_TO_SEND = {
  bytes: required(BYTES),
  sha256: required(SHA256),
  sendLimit: withMethods('a limit with a method take()', 'take'),
  onSent: FUNCTION,
} satisfies RulesOf<ObjectBytes>
const CONDITION = { ifAbsent: BOOLEAN } satisfies RulesOf<StoreCondition>
const UPLOAD = { ...KEYED, uploadId: required(TOKEN) } satisfies RulesOf<Request.UploadRequest>
const PAGE = { marker: TEXT, limit: wholeNumber(1, 1000) } satisfies RulesOf<PageRequest>
const PREFIXED = { ...BASE, prefix: PREFIX } satisfies RulesOf<Request.PrefixRequest>
const PART_NUMBER = wholeNumber(1, S3_LIMITS.maxParts)
const PART = { partNumber: required(PART_NUMBER), etag: required(TOKEN) }
const PARTS = listOf('a list of parts', (value, name, caller) => {
  record('a part: { partNumber, etag, sha256 }', PART)(value, name, caller)
  const { sha256 } = value as Request.CompletedPart
  if (sha256 !== undefined) SHA256(sha256, `${name}.sha256`, caller)
})
const HASH: Rule = rule(
  'the composite of the parts: { sha256, parts }',
  (value): value is ObjectHash => isObject(value) && 'sha256' in value,
  ({ sha256, parts }) => /^[0-9a-f]{64}$/.test(sha256) && (parts === undefined || isNumber(parts)),
)

/** The methods of a {@link BucketClient} that make requests. */
export type Calls = Omit<BucketClient, 'refreshCredentials'>

/** The rules of all requests, by the name of the call. */
export const REQUESTS: { readonly [Call in keyof Calls]: RulesOf<Parameters<Calls[Call]>[0]> } = {
  headObject: OBJECT,
  putObject: { ...NEW_OBJECT, ...BYTES_TO_SEND, ...CONDITION },
  createUpload: NEW_OBJECT,
  uploadPart: { ...UPLOAD, ...BYTES_TO_SEND, partNumber: required(PART_NUMBER) },
  listParts: { ...UPLOAD, ...PAGE },
  completeUpload: { ...UPLOAD, ...CONDITION, parts: required(PARTS), hash: HASH, size: SIZE },
  abortUpload: UPLOAD,
  getObject: { ...OBJECT, range: required(RANGE), objectSize: SIZE, ifMatch: TOKEN },
  restoreObject: { ...OBJECT, days: wholeNumber(1), tier: TIER },
  getAttributes: { ...OBJECT, ...PAGE },
  listObjects: { ...PREFIXED, ...PAGE },
  listUploads: { ...PREFIXED, ...PAGE },
  deleteObject: { ...OBJECT, ifMatch: TOKEN },
  headBucket: BASE,
}

/**
 * Checks a request, since an error of the SDK would not name the field.
 *
 * @throws {TypeError} no object, an unknown name, a missing field, or one of another type
 * @throws {RangeError} a field out of range
 */
export function checkRequest<Call extends keyof Calls>(
  call: Call,
  request: Parameters<Calls[Call]>[0],
): void {
  checkOptions<Parameters<Calls[Call]>[0]>(call, request, REQUESTS[call])
}
